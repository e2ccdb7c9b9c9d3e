//! The valuation: statistics, quantiles, years, events, inputs and correlations of each deal and difference
//! of one run.

use crate::config::{Date, Unit};
use crate::kernel::exact::Movable;
use crate::kernel::metric::{Metric, Series};
use crate::kernel::plan::Plan;
use crate::kernel::timeline::TIME_SLACK;
use crate::math::binomial::{order_statistic_interval, wilson_interval};
use crate::model::dependence::Pair;
use crate::model::parameters::{Distribution, Origin, ParamId, Parameters, Provenance};
use crate::model::timeline::{Period, Year};
use crate::model::{Model, Source};
use crate::run::{Event, RunResult, YearSummary};
use crate::stats::histogram::{self, Histogram};
use crate::stats::mean_error::MeanError;
use crate::stats::moments::Moments;
use crate::stats::quantiles::Ranked;
use crate::stats::summary::{MetricSummary, Statistics};
use std::collections::HashMap;

/// The probabilities at which quantiles are reported.
pub const QUANTILES: [f64; 27] = [
    0.001, 0.005, 0.01, 0.025, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55, 0.60, 0.65,
    0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 0.975, 0.99, 0.995, 0.999,
];

/// Approximate number of bins of a histogram.
pub const HISTOGRAM_BINS: usize = 40;

/// Coverage of the intervals of quantiles.
const LEVEL: f64 = 0.95;

/// The answers that one run gives.
pub struct Valuation<'a> {
    /// The plan that was run.
    pub plan: &'a Plan,
    /// The result of the run.
    pub result: &'a RunResult,
    /// Deals in order, then differences.
    pub subjects: Vec<Subject>,
    /// Yearly series, deal by deal and year by year.
    pub years: Vec<YearAnswer>,
    /// Probabilities of events by the end of each period, deal by deal.
    pub events: Vec<EventAnswer>,
    /// Inputs: the numbers that the scenario gives, then those that are `same_as` another.
    pub inputs: Vec<InputAnswer<'a>>,
    /// Pairs that the scenario or a repair correlates.
    pub pairs: Vec<PairAnswer<'a>>,
}

/// A deal, or the difference of a deal from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A deal, by its index.
    Deal(usize),
    /// A deal, by its index, minus the first deal on the same draws.
    Difference(usize),
}

/// The answer about a deal or a difference.
pub struct Subject {
    /// Its name in tables.
    pub name: String,
    /// The deal or difference.
    pub who: Who,
    /// Answers about its metrics, in table order.
    pub metrics: Vec<MetricAnswer>,
}

impl Subject {
    /// The answer about a metric, if the deal or difference has it.
    pub fn metric(&self, metric: Metric) -> Option<&MetricAnswer> {
        self.metrics.iter().find(|answer| answer.metric == metric)
    }
}

/// The answer about a metric.
pub struct MetricAnswer {
    /// The metric.
    pub metric: Metric,
    /// Mean, standard error and spread.
    pub statistics: Statistics,
    /// Whether no draw can move it, by the structure of the scenario.
    pub exact: bool,
    /// The 95% interval of the mean. Under plain sampling Wilson's for the flags of a deal, otherwise mean ± 1.96 standard errors;
    /// under Sobol sampling a t interval over replicates.
    pub interval: (f64, f64),
    /// Degrees of freedom of a t interval; NaN for any other.
    pub interval_df: f64,
    /// The quantile at each of [`QUANTILES`] with its interval; empty where the metric has no value on any
    /// path.
    pub quantiles: Vec<QuantileAnswer>,
    /// Counts in bins with round limits.
    pub histogram: Histogram,
}

/// A quantile and the interval that covers it with probability 95%.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileAnswer {
    /// The probability.
    pub q: f64,
    /// The quantile of the sample.
    pub value: f64,
    /// Lower end of the interval; NaN where the sample is too small for one.
    pub low95: f64,
    /// Upper end of the interval; NaN where the sample is too small for one.
    pub high95: f64,
}

/// A series in a calendar year.
#[derive(Clone, Copy, Debug)]
pub struct YearAnswer {
    /// The deal's index.
    pub deal: usize,
    /// The calendar year.
    pub year: i32,
    /// The series.
    pub series: Series,
    /// Mean over the paths on which the series has a value.
    pub mean: f64,
    /// Standard error of the mean.
    pub std_error: f64,
    /// The 95% interval of the mean.
    pub interval: (f64, f64),
    /// Degrees of freedom of a t interval; NaN for any other.
    pub interval_df: f64,
    /// Whether no draw can move it.
    pub exact: bool,
    /// Quantiles 0.05, 0.25, 0.50, 0.75 and 0.95 over the first paths of the run.
    pub quantiles: [f64; 5],
    /// Number of paths behind the quantiles.
    pub quantile_paths: u64,
}

/// The probability that an event has happened by a date.
#[derive(Clone, Copy, Debug)]
pub struct EventAnswer {
    /// The deal's index.
    pub deal: usize,
    /// The event.
    pub event: Event,
    /// Last day of the period.
    pub date: Date,
    /// Fraction of the paths on which the event has happened.
    pub probability: f64,
    /// Standard error of the probability.
    pub std_error: f64,
    /// Its 95% interval: Wilson's, or under Sobol sampling a t interval over replicates.
    pub interval: (f64, f64),
    /// Degrees of freedom of a t interval; NaN for any other.
    pub interval_df: f64,
    /// Whether no draw can move it.
    pub exact: bool,
}

/// How an input is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind<'a> {
    /// A constant.
    Constant,
    /// A distribution, in the scenario's words.
    Distribution(&'a str),
    /// The same draw as another key, named here.
    SameAs(&'a str),
}

/// An input: its distribution and its draws.
#[derive(Clone, Copy, Debug)]
pub struct InputAnswer<'a> {
    /// The input's key.
    pub key: &'a str,
    /// Its unit.
    pub unit: Unit,
    /// How it is given.
    pub kind: InputKind<'a>,
    /// Mean of the distribution; NaN where it has none.
    pub mean: f64,
    /// Standard deviation of the distribution; NaN where it has none.
    pub std_dev: f64,
    /// Quantiles 0.05, 0.50 and 0.95 of the distribution.
    pub quantiles: [f64; 3],
    /// The source that states it; `None` without one.
    pub source: Option<&'a Source>,
    /// The source that it was derived from and that does not state it; `None` without one.
    pub informed_by: Option<&'a Source>,
    /// The author's remark.
    pub note: Option<&'a str>,
    /// Moments of the draws; `None` for a constant.
    pub sampled: Option<&'a Moments>,
}

/// A correlated pair: its correlation and that of its draws.
#[derive(Clone, Copy, Debug)]
pub struct PairAnswer<'a> {
    /// The pair.
    pub pair: &'a Pair,
    /// Correlation of the draws; `None` where it was not sampled.
    pub sampled: Option<f64>,
}

/// Answers what a run says about each deal and difference.
pub fn valuation<'a>(plan: &'a Plan, result: &'a RunResult) -> Valuation<'a> {
    Valuation {
        plan,
        result,
        subjects: subjects(plan, result),
        years: years(plan, result),
        events: events(plan, result),
        inputs: inputs(plan.model(), &plan.inputs().nums, &result.inputs),
        pairs: plan
            .model
            .dependence
            .pairs
            .iter()
            .zip(&result.correlations)
            .map(|(pair, &sampled)| PairAnswer { pair, sampled })
            .collect(),
    }
}

impl Valuation<'_> {
    /// The answer about a deal.
    pub fn deal(&self, deal: usize) -> &Subject {
        &self.subjects[deal]
    }

    /// Whether no draw can move any metric: nothing in the scenario is random, or nothing random matters.
    pub fn is_deterministic(&self) -> bool {
        self.subjects.iter().flat_map(|subject| &subject.metrics).all(|answer| answer.exact)
    }

    /// The values of a metric in ascending order, as far as the run keeps them. Built on request: those of
    /// all metrics together would be as large as everything that the run keeps.
    pub fn ranked(&self, who: Who, metric: Metric) -> Option<Ranked> {
        let subject = self.subjects.iter().position(|subject| subject.who == who)?;
        let metric = self.subjects[subject].metrics.iter().position(|answer| answer.metric == metric)?;
        Some(self.result.metrics[subject][metric].ranked())
    }

    /// How many paths an event happens on by the horizon, and whether no draw can change that.
    pub fn happens(&self, deal: usize, event: Event) -> (u64, bool) {
        let count = self.result.events[deal][event as usize].last().copied().unwrap_or(0);
        let exact =
            self.events.iter().any(|answer| answer.deal == deal && answer.event == event && answer.exact);
        (count, exact)
    }

    /// The calendar year in which an event happens on most paths; `None` if it never happens.
    pub fn likeliest_year(&self, deal: usize, event: Event) -> Option<i32> {
        let by_period = &self.result.events[deal][event as usize];
        let years = &self.plan.steps().years;
        let before = |year: &Year| year.first.checked_sub(1).map_or(0, |period| by_period[period]);
        let inside = |year: &&Year| by_period[year.last] - before(year);
        // Of years that tie, the first.
        let most = years.iter().rev().max_by_key(inside)?;
        (inside(&most) > 0).then_some(most.year)
    }

    /// The period by whose end half of the paths on which an event ever happens have it, as `Q2 2027`.
    pub fn median_period(&self, deal: usize, event: Event) -> Option<&Period> {
        let place = median_period(&self.result.events[deal][event as usize])?;
        self.plan.steps().periods.get(place)
    }

    /// The calendar year and month of a time, given in years of 360 days from the valuation date.
    pub fn month(&self, time: f64) -> (i32, u32) {
        let start = self.plan.model().timeline.valuation_date();
        month_after(start.year(), start.month(), start.day(), time)
    }
}

/// The calendar year and month of a time, given in years of 360 days from a date.
pub fn month_after(year: i32, month: u32, day: u32, time: f64) -> (i32, u32) {
    let days = f64::from(day.min(30) - 1) + time * 360.0;
    let months = i64::from(month) - 1 + (days / 30.0 + TIME_SLACK).floor() as i64;
    (year + months.div_euclid(12) as i32, months.rem_euclid(12) as u32 + 1)
}

fn subjects(plan: &Plan, result: &RunResult) -> Vec<Subject> {
    let metrics_of = |who: Who| -> Vec<Metric> {
        match who {
            Who::Deal(d) => plan.deals()[d].metrics.clone(),
            Who::Difference(later) => {
                let difference = plan.differences().iter().find(|difference| difference.later == later);
                let difference = difference.expect("every later deal has its difference");
                difference.metrics.iter().map(|&(metric, _, _)| metric).collect()
            }
        }
    };
    let deals = (0..plan.deals().len()).map(Who::Deal);
    let differences = plan.differences().iter().map(|difference| Who::Difference(difference.later));
    let mut intervals = Intervals::default();
    let shared = shared_edges(plan, result);
    let movable: Vec<Movable> = (0..plan.deals().len()).map(|deal| Movable::of(plan, deal)).collect();
    let exact = |who: Who, metric: Metric| match who {
        Who::Deal(deal) => movable[deal].is_exact(metric),
        Who::Difference(later) => plan.is_exact_difference(later, 0, metric),
    };
    deals
        .chain(differences)
        .zip(&result.metrics)
        .enumerate()
        .map(|(i, (who, summaries))| Subject {
            name: plan.subject_name(i),
            who,
            metrics: metrics_of(who)
                .into_iter()
                .zip(summaries)
                .map(|(metric, summary)| {
                    let exact = exact(who, metric);
                    let (interval, interval_df) = mean_interval(who, metric, exact, summary);
                    let edges = shared.get(&metric).filter(|_| matches!(who, Who::Deal(_)));
                    let answer = metric_answer(metric, summary, edges, &mut intervals);
                    MetricAnswer { exact, interval, interval_df, ..answer }
                })
                .collect(),
        })
        .collect()
}

/// The histogram edges of each metric that several deals have: those of their values together, so that distributions laid over
/// each other have the same bins.
fn shared_edges(plan: &Plan, result: &RunResult) -> HashMap<Metric, Vec<f64>> {
    let mut shared = HashMap::new();
    for metric in Metric::ALL {
        let mut samples = plan.deals().iter().zip(&result.metrics).filter_map(|(deal, summaries)| {
            deal.metrics.iter().position(|&known| known == metric).map(|at| &summaries[at])
        });
        let (Some(first), Some(second)) = (samples.next(), samples.next()) else { continue };
        let mut pooled = first.clone();
        std::iter::once(second).chain(samples).for_each(|more| pooled.merge(more));
        shared.insert(metric, histogram::edges(&pooled.ranked(), HISTOGRAM_BINS));
    }
    shared
}

/// The 95% interval of a metric's mean, and the degrees of freedom of a t interval; NaN for any other.
fn mean_interval(who: Who, metric: Metric, exact: bool, summary: &MetricSummary) -> ((f64, f64), f64) {
    let (mean, error, paths) = (summary.moments().mean(), summary.mean_error(), summary.moments().count());
    match who {
        _ if exact => ((mean, mean), f64::NAN),
        Who::Deal(_) if metric.unit() == Unit::Flag && paths > 0 => {
            fraction_interval((mean * paths as f64).round() as u64, paths, error)
        }
        _ => (error.interval(mean), error.df),
    }
}

/// The 95% interval of the fraction of the paths on which something happens, and the degrees of freedom of a t interval. Without
/// replicates, and where no replicate differs from another, it is Wilson's of independent paths.
fn fraction_interval(count: u64, paths: u64, error: MeanError) -> ((f64, f64), f64) {
    match error.probability_interval(count as f64 / paths as f64) {
        Some(interval) => (interval, error.df),
        None => (wilson_interval(count, paths), f64::NAN),
    }
}

/// Answers what a summary says about a metric, as if draws could move it; the edges of its histogram if they are shared.
fn metric_answer(
    metric: Metric,
    summary: &MetricSummary,
    edges: Option<&Vec<f64>>,
    intervals: &mut Intervals,
) -> MetricAnswer {
    let ranked = summary.ranked();
    let quantiles = intervals
        .ranks(summary)
        .into_iter()
        .map(|(q, ranks)| {
            let value = ranked.quantile(q);
            let (low, high) = ranked.quantile_interval(ranks);
            // Between two order statistics the value may lie just outside: the interval is widened to it. NaN stays NaN.
            let (low95, high95) =
                (if value < low { value } else { low }, if value > high { value } else { high });
            QuantileAnswer { q, value, low95, high95 }
        })
        .collect();
    MetricAnswer {
        metric,
        statistics: summary.statistics_from(&ranked),
        exact: false,
        interval: (f64::NAN, f64::NAN),
        interval_df: f64::NAN,
        quantiles,
        histogram: match edges {
            Some(edges) => Histogram::within(edges, &ranked),
            None => Histogram::from_ranked(&ranked, HISTOGRAM_BINS),
        },
    }
}

/// Ranks of two order statistics, counted from 1.
type Ranks = (u64, u64);

/// Ranks of the order statistics around each of [`QUANTILES`]: of independent paths cached by the number of values, which most
/// metrics share; of replicates by sectioning.
#[derive(Default)]
pub(crate) struct Intervals {
    of: HashMap<u64, Vec<(f64, Ranks)>>,
}

impl Intervals {
    fn ranks(&mut self, summary: &MetricSummary) -> Vec<(f64, Ranks)> {
        let count = summary.moments().count();
        if count == 0 {
            return Vec::new();
        }
        if let Some(sections) = summary.ranked_sections() {
            return QUANTILES.iter().map(|&q| (q, sections.quantile_ranks(q))).collect();
        }
        let of_count = || QUANTILES.iter().map(|&q| (q, order_statistic_interval(count, q, LEVEL))).collect();
        self.of.entry(count).or_insert_with(of_count).clone()
    }
}

fn years(plan: &Plan, result: &RunResult) -> Vec<YearAnswer> {
    let mut answers = Vec::new();
    for (deal, years) in result.years.iter().enumerate() {
        let movable = Movable::of(plan, deal);
        for (y, summaries) in years.iter().enumerate() {
            for (&series, summary) in plan.deals()[deal].series.iter().zip(summaries) {
                if y == 0 || !series.is_full_year() {
                    let exact = movable.is_exact_series(series);
                    answers.push(year_answer(deal, plan.steps().years[y].year, series, exact, summary));
                }
            }
        }
    }
    answers
}

fn year_answer(deal: usize, year: i32, series: Series, exact: bool, summary: &YearSummary) -> YearAnswer {
    let ranked = summary.bins.ranked(summary.moments.min(), summary.moments.max());
    let (mean, error) = (summary.moments.mean(), summary.mean_error());
    YearAnswer {
        deal,
        year,
        series,
        mean,
        std_error: error.std_error,
        interval: if exact { (mean, mean) } else { error.interval(mean) },
        interval_df: if exact { f64::NAN } else { error.df },
        exact,
        quantiles: [0.05, 0.25, 0.50, 0.75, 0.95].map(|q| ranked.quantile(q)),
        quantile_paths: ranked.count(),
    }
}

fn events(plan: &Plan, result: &RunResult) -> Vec<EventAnswer> {
    let mut answers = Vec::new();
    for (deal, events) in result.events.iter().enumerate() {
        let movable = Movable::of(plan, deal);
        for (&event, counts) in Event::ALL.iter().zip(events) {
            for (at, (period, &count)) in plan.steps().periods.iter().zip(counts).enumerate() {
                let (probability, _) = proportion(count, result.paths);
                let exact = movable.is_exact_series(event.series());
                let error = result.event_error(deal, event, at);
                let (interval, interval_df) = match exact {
                    true => ((probability, probability), f64::NAN),
                    false => fraction_interval(count, result.paths, error),
                };
                answers.push(EventAnswer {
                    deal,
                    event,
                    date: period.last_day,
                    probability,
                    std_error: error.std_error,
                    interval,
                    interval_df,
                    exact,
                });
            }
        }
    }
    answers
}

/// The index of the first period by whose end half of the paths on which an event ever happens have it, from the number of
/// paths that have it by each period's end; `None` if it happens on none. Every median date is this one.
pub fn median_period(so_far: &[u64]) -> Option<usize> {
    let happened = *so_far.last().filter(|&&count| count > 0)?;
    so_far.iter().position(|&count| count >= happened.div_ceil(2))
}

/// A fraction of the paths and its standard error `√(p(1 − p)/n)`; NaN if there are no paths.
pub fn proportion(count: u64, paths: u64) -> (f64, f64) {
    let n = paths as f64;
    let p = count as f64 / n;
    (p, (p * (1.0 - p) / n).sqrt())
}

/// The inputs of a scenario, without draws.
pub fn unsampled_inputs(model: &Model) -> Vec<InputAnswer<'_>> {
    inputs(model, &[], &[])
}

fn inputs<'a>(model: &'a Model, nums: &[ParamId], sampled: &'a [Moments]) -> Vec<InputAnswer<'a>> {
    let parameters: &Parameters = &model.parameters;
    let sources = |provenance: Provenance| match provenance {
        Provenance::Source(index) => (Some(&model.sources[index]), None),
        Provenance::InformedBy(index) => (None, Some(&model.sources[index])),
        Provenance::Judgement => (None, None),
    };
    let answer = |num: ParamId| {
        let entry = parameters.entry(num);
        let (kind, mean, std_dev, quantiles) = match &entry.distribution {
            Distribution::Constant(value) => (InputKind::Constant, *value, 0.0, [*value; 3]),
            Distribution::Uncertain(law) => {
                let (mean, std_dev) = law.mean_and_std_dev();
                (
                    InputKind::Distribution(&entry.wording),
                    mean.unwrap_or(f64::NAN),
                    std_dev.unwrap_or(f64::NAN),
                    [0.05, 0.50, 0.95].map(|q| law.quantile(q)),
                )
            }
        };
        let (source, informed_by) = sources(entry.provenance);
        InputAnswer {
            key: &entry.key,
            unit: entry.unit,
            kind,
            mean,
            std_dev,
            quantiles,
            source,
            informed_by,
            note: entry.note.as_deref(),
            sampled: nums.iter().position(|&n| n == num).map(|row| &sampled[row]),
        }
    };
    let written = (0..parameters.entries().len() as u32)
        .map(ParamId)
        .filter(|&num| parameters.entry(num).origin == Origin::Scenario)
        .map(answer);
    let aliases = parameters.aliases().iter().map(|alias| {
        let (source, informed_by) = sources(alias.provenance);
        InputAnswer {
            key: &alias.key,
            unit: alias.unit,
            kind: InputKind::SameAs(&parameters.entry(alias.target).key),
            source,
            informed_by,
            note: alias.note.as_deref(),
            ..answer(alias.target)
        }
    });
    written.chain(aliases).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_dates() {
        assert_eq!(median_period(&[0, 4, 5, 10, 10]), Some(2));
        assert_eq!(median_period(&[0, 4, 4, 9]), Some(3));
        assert_eq!(median_period(&[1]), Some(0));
        assert_eq!([median_period(&[0, 0]), median_period(&[])], [None, None]);
    }

    #[test]
    fn proportions() {
        assert_eq!(proportion(25, 100), (0.25, (0.25_f64 * 0.75 / 100.0).sqrt()));
        assert_eq!(proportion(0, 10), (0.0, 0.0));
        assert!(proportion(0, 0).0.is_nan());
    }

    #[test]
    fn events_are_indexed_as_they_are_listed() {
        for (i, event) in Event::ALL.into_iter().enumerate() {
            assert_eq!(event as usize, i);
        }
    }
}
