//! `capstake check`: validates a scenario and shows its assumptions and what it says of today, without simulating its future.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links)]

use std::path::{Path, PathBuf};

use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::formats::{Draws, Format};
use capstake::job::request;
use capstake::job::resources::{Requirements, Resources};
use capstake::job::scenario::Scenario;
use capstake::job::visible::visible_line;
use capstake::job::what_if;
use capstake::job::words::{counted, quoted, size, span, thousands};
use capstake::kernel::dimensions::Dimensions;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::model::parameters::{Origin, Parameter, Provenance};
use capstake::model::process::Process;
use capstake::model::timeline::PeriodLength;
use capstake::model::unit_words::{dollars, plain};
use capstake::model::{Model, PartyNames, absences};
use capstake::report::assumptions::in_words;
use capstake::report::digits::{Seen, probability_in_words};
use capstake::report::tables::inputs_of;
use capstake::run::Options;
use capstake::study::{today, undefined};

use super::arguments::{ScenarioOptions, paths_argument};
use super::{dimensions, output};

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// How the scenario is changed and judged.
    #[command(flatten)]
    pub options: ScenarioOptions,
    /// Estimate for this many paths [default: the scenario's [run] paths, else 1e6, with sobol 131072]
    #[arg(short = 'n', long, value_name = "N", value_parser = paths_argument, allow_hyphen_values = true)]
    pub paths: Option<u64>,
    /// Estimate for this many worker threads [default: one per core]
    #[arg(short = 'j', long, value_name = "T", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// List instead the dimension of the Sobol points that each random variable has
    #[arg(long, conflicts_with_all = ["paths", "threads"])]
    pub dimensions: bool,
}

/// Checks a scenario.
pub fn check(arguments: &CheckArguments) -> Result<Exit, Failure> {
    let scenario = arguments.options.load(&arguments.scenario)?;
    output::warnings(&scenario);
    if arguments.dimensions {
        let own = || Dimensions::of(&scenario.model);
        let order = scenario.dimensions.as_deref().cloned().unwrap_or_else(own);
        output::results(&dimensions::page(&scenario.model, &order))?;
        return Ok(Exit::Done);
    }
    // The seed does not affect what is shown here.
    let plan =
        Plan::from_model(&scenario.model, request::randomness(Some(1), None, &scenario), Isa::detect());
    let threads = request::threads(arguments.threads);
    let cost = Cost::of(&plan);
    let paths = request::paths(arguments.paths, &plan, &cost, threads)?;
    let mut page = summary(&scenario);
    page.push_str(&parameters(&scenario.model));
    page.push_str("\nAbsent\n");
    for sentence in absences(&scenario.model) {
        page.push_str(&format!("  {sentence}\n"));
    }
    page.push_str(&at_first(&plan));
    if let Some((without, draws)) = undefined::without_equity(&plan) {
        let names = &scenario.model.names;
        page.push_str(&format!(
            "\nIn {} of futures {} equity has no value: the discount rate is at most one percentage point a year above perpetual growth.\n\
             There the stake, {} take and what other holders keep have no value either, and their means are over the others only.\n",
            probability_in_words(Seen::new(without, draws, false)),
            names.tell("{company's}"),
            names.tell("{partner's}"),
        ));
    }
    let disk = Requirements::of(&cost, paths, threads, cost.files_bytes(&Format::ALL)).disk;
    let sliders =
        what_if::seconds(&what_if::usual(&scenario), &scenario, &plan, &cost, Options { paths, threads });
    let seconds = cost.seconds(paths, threads) + cost.files_seconds(&Format::ALL) + sliders;
    page.push_str(&format!(
        "\nEstimate for {} paths on {}: {}, {} of memory, {} on disk; with --draws csv {} and {}, with \
         --draws parquet {}\n",
        thousands(paths),
        counted(threads, "thread"),
        span(seconds),
        size(cost.memory_bytes(threads)),
        size(disk),
        span(seconds + cost.draws_seconds(paths, threads)),
        size(disk + cost.draws_bytes(paths, Draws::Csv)),
        size(disk + cost.draws_bytes(paths, Draws::Parquet)),
    ));
    page.push_str(&free_in_words(&Resources::of(Path::new("."))));
    let verdict = match scenario.warnings.warning_count() {
        0 => "no problems".to_owned(),
        count => format!("no errors, {}", counted(count, "warning")),
    };
    page.push_str(&format!(
        "{verdict}: run it with capstake run {}\n",
        quoted(&scenario.path.display().to_string())
    ));
    output::results(&page)?;
    Ok(Exit::Done)
}

/// What the scenario says of today and of the year ahead.
fn at_first(plan: &Plan) -> String {
    let model = plan.model();
    let mut out = String::from("\nToday\n");
    if model.equity.is_some() {
        let billions = |value: f64| dollars(value * 1e9);
        let mut line = match today::equity(plan) {
            Some(equity) => {
                let (low, high) = (billions(equity.p05), billions(equity.p95));
                let range = match low == high {
                    true => String::new(),
                    false => format!(" (nine futures in ten: {low} to {high})"),
                };
                billions(equity.p50) + &range
            }
            None => "none: its method has no value today".to_owned(),
        };
        if model.deals.len() > 1 {
            line.push_str(&format!(" under {}", model.deals[0].name));
        }
        if let Some((round, price)) = today::last_round(plan) {
            line.push_str(&format!(
                "; the round {} is at {} before the money",
                model.rounds[round].name,
                billions(price)
            ));
        }
        out.push_str(&format!("  equity       {line}\n"));
    }
    if let Some(growth) = today::median_demand_growth(plan) {
        let (verb, growth) = if growth < 0.0 { ("shrinks", -growth) } else { ("grows", growth) };
        let percent = plain(100.0 * growth);
        out.push_str(&format!(
            "  demand       {verb} by {percent}% in the first year, with every number at its median\n"
        ));
    }
    out
}

/// `Free here: 21 GB of memory, 65 GB on disk`; leaves out what the system does not say.
fn free_in_words(room: &Resources) -> String {
    let known: Vec<String> = [(room.memory, "of memory"), (room.disk, "on disk")]
        .into_iter()
        .filter_map(|(bytes, what)| Some(format!("{} {what}", size(bytes?))))
        .collect();
    if known.is_empty() { String::new() } else { format!("Free here: {}\n", known.join(", ")) }
}

/// Counts and names of the scenario's segments, deals, clouds and other parts.
fn summary(scenario: &Scenario) -> String {
    let model = &scenario.model;
    let timeline = &model.timeline;
    let length = match timeline.period_length() {
        PeriodLength::Month => "month",
        PeriodLength::Quarter => "quarter",
        PeriodLength::Year => "year",
    };
    let mut out = format!("{}\n", model.name);
    let mut row = |label: &str, text: String| out.push_str(&format!("  {label:<12} {text}\n"));
    if model.names != PartyNames::default() {
        row("names", model.names.tell("{company} and its partner {partner}"));
    }
    row("digest", model.digest.clone());
    row(
        "timeline",
        format!(
            "{} to {}, {}",
            timeline.valuation_date(),
            timeline.horizon(),
            counted(timeline.periods().len(), length)
        ),
    );
    let listed = |names: Vec<String>| format!("{}: {}", names.len(), names.join(", "));
    row(
        "segments",
        listed(
            model
                .segments
                .iter()
                .map(|one| format!("{} ({})", one.name, process_word(&one.process)))
                .collect(),
        ),
    );
    let mut names = |label: &str, names: Vec<String>| {
        if !names.is_empty() {
            row(label, listed(names));
        }
    };
    names("deals", model.deals.iter().map(|one| one.name.clone()).collect());
    names("clouds", model.clouds.iter().map(|one| one.name.clone()).collect());
    names("shocks", model.shocks.iter().map(|one| one.name.clone()).collect());
    names("contracts", model.contracts.iter().map(|one| one.name.clone()).collect());
    let counts = [
        (model.rounds.len(), "round"),
        (model.history.len(), "row of history"),
        (model.dependence.pairs.len(), "correlation"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| match *word {
            "row of history" if *count > 1 => format!("{count} rows of history"),
            word => counted(*count, word),
        })
        .collect();
    if !counts.is_empty() {
        row("also", counts.join(", "));
    }
    for (csv, digest) in &scenario.columns {
        row("reads", format!("{csv} (blake3 {digest})"));
    }
    out
}

fn process_word(process: &Process) -> &'static str {
    match process {
        Process::MeanRevertingGrowth { .. } => "mean-reverting-growth",
        Process::Gbm { .. } => "gbm",
        Process::Plan { .. } => "plan",
        Process::Logistic { .. } => "logistic",
    }
}

/// Every number in the scenario with its distribution, unit and source; then the defaults in force.
fn parameters(model: &Model) -> String {
    let parameters = &model.parameters;
    let source = |provenance: Provenance| match provenance {
        Provenance::Source(index) => model.sources[index].key.clone(),
        Provenance::InformedBy(index) => format!("derived from {}", model.sources[index].key),
        Provenance::Judgement => "judgement".to_owned(),
    };
    let mut rows: Vec<[&str; 4]> = Vec::new();
    let shared: Vec<String> = parameters
        .aliases()
        .iter()
        .map(|alias| format!("same as {}", parameters.entry(alias.target).key))
        .collect();
    let written: Vec<&Parameter> =
        parameters.entries().iter().filter(|entry| entry.origin == Origin::Scenario).collect();
    let provenances = written.iter().map(|entry| entry.provenance);
    let sources: Vec<String> =
        provenances.chain(parameters.aliases().iter().map(|alias| alias.provenance)).map(source).collect();
    let own = written.iter().map(|entry| (&entry.key, &entry.wording, entry.unit));
    let shared =
        parameters.aliases().iter().zip(&shared).map(|(alias, words)| (&alias.key, words, alias.unit));
    for ((key, wording, unit), source) in own.chain(shared).zip(&sources) {
        rows.push([key, wording, unit.name(), source]);
    }
    let mut out = format!("\nAssumptions: {}\n", in_words(&inputs_of(model)));
    rows.insert(0, ["key", "value or distribution", "unit", "source"]);
    out.push_str(&columns(&rows));
    let defaults: Vec<[&str; 4]> = parameters
        .entries()
        .iter()
        .filter(|entry| entry.origin == Origin::Default)
        .map(|entry| [entry.key.as_str(), entry.wording.as_str(), entry.unit.name(), ""])
        .collect();
    if !defaults.is_empty() {
        out.push_str(&format!("\nDefaults in force: {}\n", counted(defaults.len(), "number")));
        out.push_str(&columns(&defaults));
    }
    out
}

/// Aligns columns; a very long cell shifts only its own row.
fn columns(rows: &[[&str; 4]]) -> String {
    const WIDEST: usize = 64;
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).filter(|&n| n <= WIDEST).max().unwrap_or(0)
    };
    let widths = [width(0), width(1), width(2)];
    let mut out = String::new();
    for [key, law, unit, source] in rows {
        let [key, law, unit, source] = [key, law, unit, source].map(|cell| visible_line(cell));
        let line = format!(
            "  {key:<a$}  {law:<b$}  {unit:<c$}  {source}",
            a = widths[0],
            b = widths[1],
            c = widths[2]
        );
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
