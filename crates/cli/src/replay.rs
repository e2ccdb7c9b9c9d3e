//! `capstake replay`: prints every quantity of one path by period, so that a person can check it by hand.

use std::path::PathBuf;

use capstake::config::Sampling;
use capstake::job::error::{Exit, Failure};
use capstake::job::request;
use capstake::kernel::plan::Plan;
use capstake::kernel::trace::{Quantity, Trace, trace};
use capstake::math::simd::Isa;
use capstake::report::date_axis::period_label;
use capstake::run::{SinglePath, single};
use capstake::sink::number;

use super::arguments::{ScenarioOptions, sampling_argument};
use super::output;

/// Arguments of `replay`.
#[derive(Debug, clap::Args)]
pub struct ReplayArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// The path, counted from 0
    #[arg(short, long, value_name = "K")]
    pub path: u64,
    /// Seed of all random numbers [default: the scenario's, else 1]
    #[arg(short, long, value_name = "S")]
    pub seed: Option<u64>,
    /// How random numbers are drawn [default: the scenario's, else plain]
    #[arg(long, value_name = "HOW", value_parser = sampling_argument)]
    pub sampling: Option<Sampling>,
    /// How the scenario is changed and judged.
    #[command(flatten)]
    pub options: ScenarioOptions,
    /// Print CSV instead of the page: a row for each deal, period and quantity, with all digits
    #[arg(long)]
    pub csv: bool,
}

/// Replays a path.
pub fn replay(arguments: &ReplayArguments) -> Result<Exit, Failure> {
    let scenario = arguments.options.load(&arguments.scenario)?;
    output::warnings(&scenario);
    let randomness = request::randomness(arguments.seed, arguments.sampling, &scenario);
    let plan = Plan::from_model(&scenario.model, randomness, Isa::detect());
    request::within_points(&plan, arguments.path.saturating_add(1), Exit::Usage)?;
    let (one, trace) = (single(&plan, arguments.path), trace(&plan, arguments.path));
    let text = if arguments.csv { csv(&plan, &trace) } else { page(&plan, &one, &trace, output::width()) };
    output::results(&text)?;
    Ok(if one.non_finite { Exit::Failed } else { Exit::Done })
}

/// The date on which each period ends.
fn ends(plan: &Plan) -> Vec<String> {
    plan.model().timeline.periods().iter().map(|period| period.last_day.to_string()).collect()
}

fn csv(plan: &Plan, trace: &Trace) -> String {
    let mut out = b"deal,period_end,quantity,unit,value\n".to_vec();
    let mut rows = |deal: &str, end: &str, quantities: &[Quantity], values: &[f64]| {
        for (quantity, value) in quantities.iter().zip(values) {
            out.extend_from_slice(format!("{deal},{end},{},{},", quantity.name, quantity.unit).as_bytes());
            number::push(&mut out, *value);
            out.push(b'\n');
        }
    };
    for (p, end) in ends(plan).iter().enumerate() {
        rows("", end, &trace.shared, &trace.shared_values[p]);
        for (d, deal) in plan.model().deals.iter().enumerate() {
            rows(&deal.name, end, &trace.own[d], &trace.own_values[d][p]);
        }
    }
    String::from_utf8(out).expect("names and digits are text")
}

fn page(plan: &Plan, one: &SinglePath, trace: &Trace, width: usize) -> String {
    let mut out = format!("path {} of {}, seed {}\n", one.path, plan.model().name, plan.seed());
    if one.non_finite {
        out.push_str("this path is not finite\n");
    }
    out.push_str("\ninputs\n");
    let keys: Vec<&str> =
        plan.inputs().nums.iter().map(|&num| plan.model().parameters.entry(num).key.as_str()).collect();
    let widest = keys.iter().map(|key| key.chars().count()).max().unwrap_or(0);
    for (key, value) in keys.iter().zip(&one.inputs) {
        out.push_str(&format!("  {key:<widest$}  {}\n", short(*value)));
    }
    if keys.is_empty() {
        out.push_str("  none: no number of the scenario is uncertain\n");
    }
    let months = plan.model().timeline.period_length().months();
    let periods: Vec<String> = ends(plan).iter().map(|end| period_label(end, months)).collect();
    out.push_str(&section("all deals", &trace.shared, &trace.shared_values, &periods, width));
    for (d, deal) in plan.model().deals.iter().enumerate() {
        out.push_str(&section(&deal.name, &trace.own[d], &trace.own_values[d], &periods, width));
    }
    out
}

/// A table of quantities by period, split into blocks that fit the terminal.
fn section(
    title: &str,
    quantities: &[Quantity],
    values: &[Vec<f64>],
    periods: &[String],
    width: usize,
) -> String {
    const CELL: usize = 14;
    let label = |quantity: &Quantity| format!("{} ({})", quantity.name, quantity.unit);
    let widest = quantities.iter().map(|quantity| label(quantity).chars().count()).max().unwrap_or(0);
    let at_once = (width.saturating_sub(widest + 2) / CELL).max(1);
    let mut out = String::new();
    for (block, here) in periods.chunks(at_once).enumerate() {
        out.push_str(&format!("\n{title:<first$}", first = widest + 2));
        here.iter().for_each(|period| out.push_str(&format!("{period:>CELL$}")));
        out.push('\n');
        for (q, quantity) in quantities.iter().enumerate() {
            out.push_str(&format!("  {:<widest$}", label(quantity)));
            for period in &values[block * at_once..block * at_once + here.len()] {
                out.push_str(&format!("{:>CELL$}", short(period[q])));
            }
            out.push('\n');
        }
    }
    out
}

/// Seven significant digits, enough for a calculator; `--csv` has all digits.
fn short(value: f64) -> String {
    if value.is_nan() {
        return "-".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !(1e-4..1e7).contains(&size) {
        return format!("{value:.4e}");
    }
    let digits = (6 - size.log10().floor() as i32).clamp(0, 9) as usize;
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn seven_digits() {
        let pairs = [
            (0.0, "0"),
            (1.0, "1"),
            (-0.25, "-0.25"),
            (123.456789, "123.4568"),
            (0.000123456789, "0.000123457"),
            (1e-9, "1.0000e-9"),
            (123456789.0, "1.2346e8"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "-"),
        ];
        for (value, text) in pairs {
            assert_eq!(short(value), text);
        }
    }
}
