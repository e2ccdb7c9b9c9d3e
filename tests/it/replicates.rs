//! Errors under Sobol sampling against the formulas, computed from the draws of every path: means, differences, events, quantiles.

use crate::engine::{Draws, draws, plan_on, shipped};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::kernel::randomness::Randomness;
use capstake::math::simd::Isa;
use capstake::model::run::{Replicates, Sampling};
use capstake::run::paired::{self, Column, Keep, PathValue, Question};
use capstake::run::{self, Event, Options, RunResult, Silent};
use capstake::study::valuation::{Who, valuation};

/// Paths of a run whose last block is not whole.
const PATHS: u64 = 2 * 4_096 + 1_000;

fn sobol(name: &str, replicates: u64) -> Plan {
    let replicates = Replicates::new(replicates).expect("a power of two");
    plan_on(&shipped(name), Randomness::new(5, Sampling::Sobol(replicates)), Isa::detect())
}

/// A run, and the metrics of its paths: `[deal, then difference][metric][path]`.
fn run_and_keep(plan: &Plan) -> (RunResult, Vec<Vec<Vec<f64>>>) {
    let Draws { metrics, result, .. } = draws(plan, Options { paths: PATHS, threads: 2 });
    (result, metrics)
}

/// Standard error of the mean and degrees of freedom: √(Σ e_r²/(R(R−1))), e_r = (S_r − mean·C_r)/(C/R), over the replicates with
/// a value.
fn error(values: &[f64], replicates: usize) -> (f64, f64) {
    let mut parts = vec![(0.0, 0.0); replicates];
    let defined = || values.iter().enumerate().filter(|(_, x)| !x.is_nan());
    let (sum, count) = defined().fold((0.0, 0.0), |(sum, count), (_, x)| (sum + x, count + 1.0));
    let mean = sum / count;
    for (path, x) in defined() {
        let (away, count) = &mut parts[path / 64 % replicates];
        *away += x - mean;
        *count += 1.0;
    }
    let r = parts.iter().filter(|part| part.1 > 0.0).count() as f64;
    let squares: f64 = parts.iter().map(|part| (part.0 / (count / r)).powi(2)).sum();
    ((squares / (r * (r - 1.0))).sqrt(), r - 1.0)
}

fn near(found: f64, expected: f64, scale: f64) -> bool {
    found.is_nan() && expected.is_nan() || (found - expected).abs() <= 1e-9 * expected.abs() + 1e-12 * scale
}

#[test]
fn errors_of_means_are_those_of_the_formula() {
    for (name, replicates) in [("base", 32), ("base", 8), ("minimal", 64), ("schwartz-moon-2000", 16)] {
        let plan = sobol(name, replicates);
        let (result, kept) = run_and_keep(&plan);
        let answer = valuation(&plan, &result);
        let mut compared = 0;
        for (subject, kept) in answer.subjects.iter().zip(&kept) {
            for (metric, values) in subject.metrics.iter().zip(kept) {
                let what = format!("{name} {replicates} {} {:?}", subject.name, metric.metric);
                let (std_error, df) = error(values, replicates as usize);
                let s = &metric.statistics;
                let unknown = df < 1.0 || df.is_nan();
                let expected = if unknown { f64::NAN } else { std_error };
                assert!(near(s.std_error, expected, s.mean.abs()), "{what}: {} {expected}", s.std_error);
                assert_eq!(s.error_df.is_nan(), unknown, "{what}");
                if metric.exact || unknown || s.std_error == 0.0 {
                    continue;
                }
                assert_eq!(s.error_df, df, "{what}");
                // Student's t at 31, 7, 63 and 15 degrees of freedom, from a table.
                let t = match df as u32 {
                    31 => 2.039_513,
                    7 => 2.364_624,
                    63 => 1.998_341,
                    15 => 2.131_450,
                    _ => continue,
                };
                let (low, high) = metric.interval;
                if metric.metric.unit() == capstake::config::Unit::Flag && matches!(subject.who, Who::Deal(_))
                {
                    // The t interval, bent so that it stays between 0 and 1.
                    assert!(
                        (0.0..=1.0).contains(&low) && low < s.mean && s.mean < high && high <= 1.0,
                        "{what}"
                    );
                    continue;
                }
                for (end, sign) in [(low, -1.0), (high, 1.0)] {
                    let expected = s.mean + sign * t * s.std_error;
                    assert!((end - expected).abs() < 1e-5 * s.std_error, "{what}: {end} {expected}");
                }
                compared += 1;
            }
        }
        assert!(compared > 1, "{name}: {compared}");
    }
}

#[test]
fn errors_of_events_and_quantiles_are_those_of_counting() {
    let plan = sobol("base", 32);
    let (result, kept) = run_and_keep(&plan);
    let answer = valuation(&plan, &result);
    let at =
        |metric| answer.deal(0).metrics.iter().position(|answer| answer.metric == metric).expect("a metric");
    // By the horizon an event has happened exactly where its flag is 1.
    for (event, flag) in [(Event::CapReached, Metric::CapHit), (Event::Listed, Metric::Ipo)] {
        let last = answer.events.iter().rfind(|row| row.deal == 0 && row.event == event).expect("an event");
        let (std_error, df) = error(&kept[0][at(flag)], 32);
        assert!(near(last.std_error, std_error, 1.0), "{event:?}: {} {std_error}", last.std_error);
        assert_eq!(last.interval_df, df);
        assert_eq!(last.interval, answer.deal(0).metrics[at(flag)].interval);
    }
    let take = at(Metric::MicrosoftTakePv);
    let values = &kept[0][take];
    for quantile in answer.deal(0).metrics[take].quantiles.iter().filter(|row| (0.05..0.96).contains(&row.q))
    {
        let below: Vec<f64> = values.iter().map(|&x| f64::from(u8::from(x <= quantile.value))).collect();
        let half = 2.039_513 * error(&below, 32).0;
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let value_at = |share: f64| sorted[((share * sorted.len() as f64) as usize).min(sorted.len() - 1)];
        let (low, high) = (value_at(quantile.q - half), value_at(quantile.q + half));
        let (width, found) = (high - low, quantile.high95 - quantile.low95);
        // Half of a group at most counts as independent, and ends are outer edges of bins of 0.05%.
        assert!((0.9..1.35).contains(&(found / width)), "{}: {found} for {width}", quantile.q);
        assert!(quantile.low95 <= quantile.value && quantile.value <= quantile.high95);
    }
}

/// Columns of several plans have errors from the same replicates as a plain run's metrics.
#[test]
fn paired_columns_have_the_errors_of_a_run() {
    let plan = sobol("base", 32);
    let (result, _) = run_and_keep(&plan);
    let subjects = [(0, 0), (1, 0), (2, 0)];
    let metric = |(subject, metric)| PathValue::Metric { plan: 0, subject, metric };
    let keep = Keep::Bins;
    let mut columns: Vec<Column> = subjects.iter().map(|&of| Column { value: metric(of), keep }).collect();
    columns.push(Column { value: PathValue::Difference { later: 1, first: 0 }, keep: Keep::Moments });
    let threshold = result.metrics[0][0].moments().mean();
    columns.push(Column { value: PathValue::AtMost { column: 0, threshold }, keep: Keep::Moments });
    let question = Question { columns: &columns, ..Question::default() };
    for threads in [1, 2] {
        let paired = paired::execute(&[&plan], question, Options { paths: PATHS, threads }, &Silent);
        for (column, &(subject, metric)) in subjects.iter().enumerate() {
            let summary = &result.metrics[subject][metric];
            assert_eq!(paired.columns[column].mean_error(), summary.mean_error());
            assert_eq!(
                paired.columns[column].quantile_ranks(&[0.05, 0.5]),
                summary.quantile_ranks(&[0.05, 0.5])
            );
        }
        // The second deal less the first, path by path, is the run's difference; its error is not that of two separate runs.
        let difference = paired.columns[3].mean_error();
        let of_run = result.metrics[2][0].mean_error();
        assert!((difference.std_error / of_run.std_error - 1.0).abs() < 1e-9 && difference.df == 31.0);
        let (share, error) = paired.estimate(4);
        let (low, high) = error.probability_interval(share).expect("a probability between 0 and 1");
        assert!(low < share && share < high && error.df == 31.0);
    }
}

/// A run that is too short for every replicate says so by fewer degrees of freedom, and one block by no error at all.
#[test]
fn short_runs_know_what_they_do_not_know() {
    let plan = sobol("minimal", 32);
    for (paths, df) in [(640, 9.0), (65, 1.0), (64, f64::NAN), (1, f64::NAN)] {
        let result = run::execute(&plan, Options { paths, threads: 1 }, &Silent);
        let answer = valuation(&plan, &result);
        let take = &answer.deal(0).metrics[0];
        assert_eq!(take.statistics.error_df.to_bits(), f64::to_bits(df), "{paths}");
        assert_eq!(take.interval.0.is_nan(), df.is_nan(), "{paths}: {:?}", take.interval);
    }
}
