//! What is added up over paths: summaries that merge exactly, as plain data and as the workers share them.

use std::sync::{Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use super::{BROKEN_KEPT, Broken, Event, YearSummary};
use crate::kernel::plan::Plan;
use crate::stats::moments::{CoMoments, Moments};
use crate::stats::summary::MetricSummary;

/// Sums over some paths. Adding and merging are exact: equal bits in any order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    /// Per deal, then per difference: the metrics in the plan's order.
    pub(super) metrics: Vec<Vec<MetricSummary>>,
    /// Per deal, year, series of the plan.
    pub(super) years: Vec<Vec<Vec<YearSummary>>>,
    pub(super) rest: Rest,
}

/// What is small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Rest {
    /// Per deal, event, period: paths on which it happened in that period.
    pub events: Vec<Vec<Vec<u64>>>,
    /// In the rows of the plan's inputs.
    pub inputs: Vec<Moments>,
    /// One per pair of the plan's inputs.
    pub input_pairs: Vec<CoMoments>,
    /// One per pair of the plan's innovations.
    pub factor_pairs: Vec<CoMoments>,
    /// Of the run's first paths, where they are among those summed: path, deal, period, series.
    pub samples: Vec<Vec<Vec<Vec<f64>>>>,
    pub broken: Broken,
}

impl Sums {
    /// Over no paths.
    pub fn new(plan: &Plan) -> Sums {
        let metrics = subjects(plan).map(|n| vec![MetricSummary::new(); n]).collect();
        let years = plan
            .deals
            .iter()
            .map(|deal| vec![vec![YearSummary::default(); deal.series.len()]; plan.steps.years.len()])
            .collect();
        Sums {
            metrics,
            years,
            rest: Rest {
                events: vec![vec![vec![0; plan.steps.periods.len()]; Event::ALL.len()]; plan.deals.len()],
                inputs: vec![Moments::EMPTY; plan.inputs.nums.len()],
                input_pairs: vec![CoMoments::EMPTY; plan.inputs.pairs.len()],
                factor_pairs: vec![CoMoments::EMPTY; plan.innovations.pairs.len()],
                samples: Vec::new(),
                broken: Broken::default(),
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
            mine.bins.merge(&theirs.bins);
        }
        let (mine, theirs) = (&mut self.rest, &other.rest);
        let counts = mine.events.iter_mut().flatten().flatten();
        counts.zip(theirs.events.iter().flatten().flatten()).for_each(|(a, b)| *a += b);
        mine.inputs.iter_mut().zip(&theirs.inputs).for_each(|(a, b)| a.merge(b));
        mine.input_pairs.iter_mut().zip(&theirs.input_pairs).for_each(|(a, b)| a.merge(b));
        mine.factor_pairs.iter_mut().zip(&theirs.factor_pairs).for_each(|(a, b)| a.merge(b));
        if mine.samples.is_empty() {
            mine.samples.clone_from(&theirs.samples);
        }
        mine.broken.merge(&theirs.broken);
    }

    /// Whether the sums have the shape of a plan and count so many paths, of which the first ones of the run are, or
    /// are not, among them. What a checksum does not see: bytes that somebody else made.
    pub(super) fn fit(&self, plan: &Plan, paths: u64, samples: usize) -> Result<(), String> {
        let none = Sums::new(plan);
        let rest = (&self.rest, &none.rest);
        let shape = |what: &str, same: bool| match same {
            true => Ok(()),
            false => Err(format!("the {what} are not those of the scenario")),
        };
        let lengths = |sums: &Sums| -> Vec<usize> { sums.metrics.iter().map(Vec::len).collect() };
        shape("metrics", lengths(self) == lengths(&none))?;
        let lengths = |sums: &Sums| -> Vec<Vec<usize>> {
            sums.years.iter().map(|deal| deal.iter().map(Vec::len).collect()).collect()
        };
        shape("yearly series", lengths(self) == lengths(&none))?;
        let lengths = |rest: &Rest| -> Vec<Vec<usize>> {
            rest.events.iter().map(|deal| deal.iter().map(Vec::len).collect()).collect()
        };
        shape("events", lengths(rest.0) == lengths(rest.1))?;
        shape("inputs", rest.0.inputs.len() == rest.1.inputs.len())?;
        shape("correlations of inputs", rest.0.input_pairs.len() == rest.1.input_pairs.len())?;
        shape("correlations of factors", rest.0.factor_pairs.len() == rest.1.factor_pairs.len())?;
        let sampled = rest.0.samples.len() == samples
            && rest.0.samples.iter().all(|path| {
                path.len() == plan.deals.len()
                    && path.iter().zip(&plan.deals).all(|(deal, laid)| {
                        deal.len() == plan.steps.periods.len()
                            && deal.iter().all(|period| period.len() == laid.series.len())
                    })
            });
        shape("sample paths", sampled)?;
        let moments = self.metrics.iter().flatten().map(MetricSummary::moments);
        let moments = moments.chain(self.years.iter().flatten().flatten().map(|year| &year.moments));
        for moments in moments.chain(&rest.0.inputs) {
            if moments.count().checked_add(moments.undefined()) != Some(paths) {
                return Err(format!("a summary does not count {paths} paths"));
            }
            // False also where one of them is no number: so they are where there is no value.
            let ordered = moments.min() <= moments.max();
            if ordered != (moments.count() > 0) {
                return Err("the range of a summary is not that of its values".to_owned());
            }
        }
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
        for counts in rest.0.events.iter().flatten() {
            let sum = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
            if sum.is_none_or(|sum| sum > paths) {
                return Err("an event happens on more paths than there are".to_owned());
            }
        }
        let broken = &rest.0.broken;
        if broken.count > paths || broken.first.len() as u64 != broken.count.min(BROKEN_KEPT as u64) {
            return Err("paths that are not finite are not those that are counted".to_owned());
        }
        Ok(())
    }
}

/// Numbers of metrics, per deal and difference.
fn subjects(plan: &Plan) -> impl Iterator<Item = usize> {
    let deals = plan.deals.iter().map(|deal| deal.metrics.len());
    deals.chain(plan.differences.iter().map(|difference| difference.metrics.len()))
}

impl Broken {
    /// One more.
    pub(super) fn note(&mut self, path: u64) {
        self.merge(&Broken { count: 1, first: vec![path] });
    }

    /// Adds those of other paths.
    pub(crate) fn merge(&mut self, other: &Broken) {
        self.count += other.count;
        self.first.extend(&other.first);
        self.first.sort_unstable();
        self.first.truncate(BROKEN_KEPT);
    }
}

/// Sums that many workers add to: a lock for each metric and each year. On the wire they are [`Sums`].
#[derive(Serialize)]
pub(super) struct SharedSums {
    pub metrics: Vec<Vec<Mutex<MetricSummary>>>,
    pub years: Vec<Vec<Mutex<Vec<YearSummary>>>>,
    pub rest: Mutex<Rest>,
}

/// A lock whose holders do not panic.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no worker panicked")
}

impl SharedSums {
    /// Shares sums.
    pub(super) fn new(sums: Sums) -> SharedSums {
        let shared = |list: Vec<MetricSummary>| list.into_iter().map(Mutex::new).collect();
        let years = |deal: Vec<Vec<YearSummary>>| deal.into_iter().map(Mutex::new).collect();
        SharedSums {
            metrics: sums.metrics.into_iter().map(shared).collect(),
            years: sums.years.into_iter().map(years).collect(),
            rest: Mutex::new(sums.rest),
        }
    }

    /// The sums, once all workers are done.
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
