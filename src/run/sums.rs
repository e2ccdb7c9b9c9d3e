//! Sums over paths that merge exactly: as plain data, and as the workers share them behind locks.

use std::sync::{Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::non_finite::NonFinite;
use crate::kernel::plan::Plan;
use crate::model::run::Replicates;
use crate::stats::bins::Bins;
use crate::stats::mean_error::MeanError;
use crate::stats::moments::{CoMoments, Moments};
use crate::stats::replicates::ReplicateSums;
use crate::stats::summary::MetricSummary;

/// Summary of a yearly series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct YearSummary {
    /// Moments over all paths.
    pub moments: Moments,
    /// Sums by replicate over all paths; empty under plain sampling.
    pub replicates: ReplicateSums,
    /// Bins over the first [`QUANTILE_PATHS`](super::options::QUANTILE_PATHS) paths.
    pub bins: Bins<8>,
}

impl YearSummary {
    fn of_replicates(replicates: Option<usize>) -> YearSummary {
        YearSummary { replicates: ReplicateSums::new(replicates), ..YearSummary::default() }
    }

    /// The error of the mean: from the replicates under Sobol sampling, else that of independent values.
    pub fn mean_error(&self) -> MeanError {
        let of_replicates = self.replicates.error_of(self.moments.mean());
        of_replicates.unwrap_or_else(|| MeanError::independent(self.moments.std_error()))
    }
}

/// Sums over some paths. Adding and merging are exact, so the order does not change a bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// `[deal, then difference][metric]`, in the plan's order.
    pub(super) metrics: Vec<Vec<MetricSummary>>,
    /// `[deal][year][series]`.
    pub(super) years: Vec<Vec<Vec<YearSummary>>>,
    pub(super) rest: Rest,
}

/// The sums that are small enough to share one lock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Rest {
    /// Paths on which an event happened in a period: `[deal][event][period]`.
    pub events: Vec<Vec<Vec<u64>>>,
    /// The same by replicate, `[deal][event][period × replicate]`; empty under plain sampling.
    pub event_replicates: Vec<Vec<Vec<u64>>>,
    /// Moments of the uncertain numbers, in the rows of the plan's inputs.
    pub inputs: Vec<Moments>,
    /// Second moments, one per correlated pair of the plan's inputs.
    pub input_pairs: Vec<CoMoments>,
    /// Second moments, one per correlated pair of the plan's innovations.
    pub factor_pairs: Vec<CoMoments>,
    /// Series of the run's first paths, if the sums cover them: `[path][deal][period][series]`.
    pub samples: Vec<Vec<Vec<Vec<f64>>>>,
    pub non_finite: NonFinite,
}

impl Sums {
    /// Sums over no paths.
    pub fn new(plan: &Plan) -> Sums {
        let replicates = plan.replicates().map(Replicates::get);
        let metrics = subjects(plan).map(|n| vec![MetricSummary::of_replicates(replicates); n]).collect();
        let year = YearSummary::of_replicates(replicates);
        let years = plan
            .deals
            .iter()
            .map(|deal| vec![vec![year.clone(); deal.series.len()]; plan.steps().years.len()])
            .collect();
        Sums {
            metrics,
            years,
            rest: Rest {
                events: no_events(plan, 1),
                event_replicates: no_events(plan, replicates.unwrap_or(0)),
                inputs: vec![Moments::EMPTY; plan.inputs().nums.len()],
                input_pairs: vec![CoMoments::EMPTY; plan.inputs().pairs.len()],
                factor_pairs: vec![CoMoments::EMPTY; plan.innovations().pairs.len()],
                samples: Vec::new(),
                non_finite: NonFinite::default(),
            },
        }
    }

    /// Adds the sums over other paths of the same plan.
    pub fn merge(&mut self, other: &Sums) {
        let pairs = self.metrics.iter_mut().flatten().zip(other.metrics.iter().flatten());
        pairs.for_each(|(mine, theirs)| mine.merge(theirs));
        let years = self.years.iter_mut().flatten().flatten().zip(other.years.iter().flatten().flatten());
        for (mine, theirs) in years {
            mine.moments.merge(&theirs.moments);
            mine.replicates.merge(&theirs.replicates);
            mine.bins.merge(&theirs.bins);
        }
        let (mine, theirs) = (&mut self.rest, &other.rest);
        let counts = mine.events.iter_mut().flatten().flatten();
        counts.zip(theirs.events.iter().flatten().flatten()).for_each(|(a, b)| *a += b);
        let counts = mine.event_replicates.iter_mut().flatten().flatten();
        counts.zip(theirs.event_replicates.iter().flatten().flatten()).for_each(|(a, b)| *a += b);
        mine.inputs.iter_mut().zip(&theirs.inputs).for_each(|(a, b)| a.merge(b));
        mine.input_pairs.iter_mut().zip(&theirs.input_pairs).for_each(|(a, b)| a.merge(b));
        mine.factor_pairs.iter_mut().zip(&theirs.factor_pairs).for_each(|(a, b)| a.merge(b));
        if mine.samples.is_empty() {
            mine.samples.clone_from(&theirs.samples);
        }
        mine.non_finite.merge(&theirs.non_finite);
    }

    /// Checks that the sums have the shape of a plan, count `paths` paths and hold `samples` sample paths: what a checksum
    /// cannot see in bytes that someone else made.
    pub(super) fn check(&self, plan: &Plan, paths: u64, samples: usize) -> Result<(), String> {
        self.check_shape(plan, samples)?;
        self.check_moments(paths)?;
        self.check_bins()?;
        self.check_replicates(plan, paths)?;
        for counts in self.rest.events.iter().flatten() {
            let sum = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
            if sum.is_none_or(|sum| sum > paths) {
                return Err("an event happens on more paths than there are".to_owned());
            }
        }
        if self.rest.non_finite.count > paths || !self.rest.non_finite.is_consistent() {
            return Err("paths that are not finite are not those that are counted".to_owned());
        }
        Ok(())
    }

    fn check_shape(&self, plan: &Plan, samples: usize) -> Result<(), String> {
        let none = Sums::new(plan);
        let (rest, none_rest) = (&self.rest, &none.rest);
        let shape = |what: &str, same: bool| match same {
            true => Ok(()),
            false => Err(format!("the {what} are not those of the scenario")),
        };
        let metrics = |sums: &Sums| -> Vec<usize> { sums.metrics.iter().map(Vec::len).collect() };
        shape("metrics", metrics(self) == metrics(&none))?;
        let series = |sums: &Sums| -> Vec<Vec<usize>> {
            sums.years.iter().map(|deal| deal.iter().map(Vec::len).collect()).collect()
        };
        shape("yearly series", series(self) == series(&none))?;
        let periods = |rest: &Rest| -> Vec<Vec<usize>> {
            rest.events.iter().map(|deal| deal.iter().map(Vec::len).collect()).collect()
        };
        shape("events", periods(rest) == periods(none_rest))?;
        let replicates = |rest: &Rest| -> Vec<Vec<usize>> {
            rest.event_replicates.iter().map(|deal| deal.iter().map(Vec::len).collect()).collect()
        };
        shape("events by replicate", replicates(rest) == replicates(none_rest))?;
        let replicates = plan.replicates().map(Replicates::get);
        let metrics = self.metrics.iter().flatten().map(MetricSummary::replicates);
        let mut sums = metrics.chain(self.years.iter().flatten().flatten().map(|year| &year.replicates));
        let sections = |summary: &MetricSummary| summary.sections().replicates() == replicates.unwrap_or(0);
        let same = sums.all(|sums| sums.has(replicates)) && self.metrics.iter().flatten().all(sections);
        shape("replicates", same)?;
        shape("inputs", rest.inputs.len() == none_rest.inputs.len())?;
        shape("correlations of inputs", rest.input_pairs.len() == none_rest.input_pairs.len())?;
        shape("correlations of factors", rest.factor_pairs.len() == none_rest.factor_pairs.len())?;
        let fits = |path: &Vec<Vec<Vec<f64>>>| {
            path.len() == plan.deals().len()
                && path.iter().zip(plan.deals()).all(|(deal, laid)| {
                    deal.len() == plan.steps().periods.len()
                        && deal.iter().all(|period| period.len() == laid.series.len())
                })
        };
        shape("sample paths", rest.samples.len() == samples && rest.samples.iter().all(fits))
    }

    fn check_moments(&self, paths: u64) -> Result<(), String> {
        let metrics = self.metrics.iter().flatten().map(MetricSummary::moments);
        let years = self.years.iter().flatten().flatten().map(|year| &year.moments);
        for moments in metrics.chain(years).chain(&self.rest.inputs) {
            if moments.count().checked_add(moments.undefined()) != Some(paths) {
                return Err(format!("a summary does not count {paths} paths"));
            }
            // False also where one of them is NaN, as they are where there is no value.
            let ordered = moments.min() <= moments.max();
            if ordered != (moments.count() > 0) {
                return Err("the range of a summary is not that of its values".to_owned());
            }
        }
        Ok(())
    }

    /// Checks that what replicates count adds up to what all paths count. (Nothing to check under plain sampling.)
    fn check_replicates(&self, plan: &Plan, paths: u64) -> Result<(), String> {
        let Some(replicates) = plan.replicates().map(Replicates::get) else { return Ok(()) };
        let wrong = |what: &str| Err(format!("the replicates do not count the {what} that all paths count"));
        let share = paths / replicates as u64;
        for summary in self.metrics.iter().flatten() {
            let (defined, undefined) = summary.sections().totals();
            let same = defined == summary.replicates().counts();
            let all = defined.iter().zip(&undefined).all(|(a, b)| a.checked_add(*b) == Some(share));
            if !same || !all || !add_up_to(&defined, summary.moments().count()) {
                return wrong("values of a metric");
            }
        }
        for year in self.years.iter().flatten().flatten() {
            let counts = year.replicates.counts();
            if !add_up_to(counts, year.moments.count()) || counts.iter().any(|&count| count > share) {
                return wrong("values of a year");
            }
        }
        let events = self.rest.events.iter().flatten().zip(self.rest.event_replicates.iter().flatten());
        for (counts, by_replicate) in events {
            let mut periods = counts.iter().zip(by_replicate.chunks_exact(replicates));
            if !periods.all(|(&count, by_replicate)| add_up_to(by_replicate, count)) {
                return wrong("events");
            }
        }
        Ok(())
    }

    fn check_bins(&self) -> Result<(), String> {
        for summary in self.metrics.iter().flatten() {
            let bins = (summary.bins().count(), summary.bins().undefined());
            if bins != (summary.moments().count(), summary.moments().undefined()) {
                return Err("bins and moments do not count the same paths".to_owned());
            }
        }
        for year in self.years.iter().flatten().flatten() {
            // Bins are over the first paths only.
            let (bins, all) = (&year.bins, &year.moments);
            if bins.count() > all.count() || bins.undefined() > all.undefined() {
                return Err("bins of a year count paths that its moments do not".to_owned());
            }
        }
        Ok(())
    }
}

/// Whether counts by replicate add up to a count.
fn add_up_to(counts: &[u64], count: u64) -> bool {
    counts.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count)) == Some(count)
}

/// No events, with so many counts to a period: `[deal][event][period × counts]`.
pub(super) fn no_events(plan: &Plan, counts: usize) -> Vec<Vec<Vec<u64>>> {
    vec![vec![vec![0; plan.steps().periods.len() * counts]; Event::ALL.len()]; plan.deals().len()]
}

/// Number of metrics of each deal and then each difference.
fn subjects(plan: &Plan) -> impl Iterator<Item = usize> {
    let deals = plan.deals().iter().map(|deal| deal.metrics.len());
    deals.chain(plan.differences().iter().map(|difference| difference.metrics.len()))
}

/// Sums that many workers add to, with a lock per metric and per year; serialised like [`Sums`].
#[derive(Serialize)]
pub(super) struct SharedSums {
    pub metrics: Vec<Vec<Mutex<MetricSummary>>>,
    pub years: Vec<Vec<Mutex<Vec<YearSummary>>>>,
    pub rest: Mutex<Rest>,
}

/// Locks a mutex whose holders do not panic.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no worker panicked")
}

impl SharedSums {
    /// Puts sums behind locks.
    pub(super) fn new(sums: Sums) -> SharedSums {
        let shared = |list: Vec<MetricSummary>| list.into_iter().map(Mutex::new).collect();
        let years = |deal: Vec<Vec<YearSummary>>| deal.into_iter().map(Mutex::new).collect();
        SharedSums {
            metrics: sums.metrics.into_iter().map(shared).collect(),
            years: sums.years.into_iter().map(years).collect(),
            rest: Mutex::new(sums.rest),
        }
    }

    /// Takes the sums back once all workers are done.
    pub(super) fn into_sums(self) -> Sums {
        fn inner<T>(mutex: Mutex<T>) -> T {
            mutex.into_inner().expect("no worker panicked")
        }
        Sums {
            metrics: self.metrics.into_iter().map(|list| list.into_iter().map(inner).collect()).collect(),
            years: self.years.into_iter().map(|deal| deal.into_iter().map(inner).collect()).collect(),
            rest: inner(self.rest),
        }
    }
}
