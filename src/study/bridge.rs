//! A bridge from one deal to another: what each clause of the change is worth, alone, in order and by Shapley's rule.
//!
//! A hybrid is a deal with the new terms of some clauses and the old terms of the others. All hybrids see the same draws, so
//! each figure is a mean over paths of a sum of hybrids with its own paired error (Shapley 1953: a clause's value is the mean of
//! what it adds, over all orders in which the clauses can be changed).

use crate::config::Unit;
use crate::kernel::exact::Movable;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::model::Model;
use crate::model::deal::Deal;
use crate::model::term::Term;
use crate::run::paired::{self, Column, Keep, PairedResult, PathValue, Question, Weighted};
use crate::run::{Observer, Options, Silent};
use crate::stats::mean_error::MeanError;

use super::quantity::{Of, Quantity};
use super::variant::Variants;

/// Most clauses of a bridge: there are 2 to the power of this many hybrids.
pub const MOST_CLAUSES: usize = 8;

/// Terms that are negotiated together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its name.
    pub name: String,
    /// Its terms.
    pub terms: Vec<Term>,
}

/// The clauses of deals, in the order in which a bridge changes them.
pub fn usual_clauses() -> Vec<Clause> {
    let clause = |name: &str, terms: &[Term]| Clause { name: name.to_owned(), terms: terms.to_vec() };
    vec![
        clause("share", &[Term::Rate, Term::Base, Term::Eligible, Term::Effective, Term::ShareEnds]),
        clause("cap", &[Term::Cap, Term::PaidToDate]),
        clause("exclusivity", &[Term::ExclusiveUntil]),
        clause("home-margin", &[Term::HomeKeeps]),
        clause("timing", &[Term::PaymentLag]),
        clause("licence", &[Term::LicenceEnds, Term::LicenceExclusive]),
        clause("termination", &[Term::TerminationRate]),
        clause("stake", &[Term::Stake]),
    ]
}

/// The clauses in which two deals of a model differ. Clauses of the caller's take their terms from the usual ones; each stands
/// where its first term stood.
pub fn differing_clauses(model: &Model, from: usize, to: usize, own: &[Clause]) -> Vec<Clause> {
    let taken = |term: &Term| own.iter().position(|clause| clause.terms.contains(term));
    let mut clauses: Vec<Clause> = Vec::new();
    let mut placed = vec![false; own.len()];
    for usual in usual_clauses() {
        for at in usual.terms.iter().filter_map(taken) {
            if !placed[at] {
                placed[at] = true;
                clauses.push(own[at].clone());
            }
        }
        let terms: Vec<Term> = usual.terms.into_iter().filter(|term| taken(term).is_none()).collect();
        clauses.push(Clause { name: usual.name, terms });
    }
    let differs = |term: &Term| !term.is_same(&model.parameters, &model.deals[from], &model.deals[to]);
    for clause in &mut clauses {
        clause.terms.retain(differs);
    }
    clauses.retain(|clause| !clause.terms.is_empty());
    clauses
}

/// The model with the hybrids of two of its deals as its deals: hybrid `s` has the new terms of clause `i` where bit `i` of `s`
/// is set, so that the first is the old deal and the last the new one.
///
/// # Panics
/// With more than [`MOST_CLAUSES`] clauses.
pub fn hybrids(model: &Model, from: usize, to: usize, clauses: &[Clause]) -> Model {
    assert!(clauses.len() <= MOST_CLAUSES, "more hybrids than are simulated");
    let (old, new) = (&model.deals[from], &model.deals[to]);
    let hybrid = |set: usize| {
        let mut deal = Deal { name: hybrid_name(clauses, set), ..old.clone() };
        for term in members(clauses, set).flat_map(|clause| &clause.terms) {
            term.take(&mut deal, new);
        }
        deal
    };
    model.with_deals((0..1 << clauses.len()).map(hybrid).collect())
}

/// The clauses of a set.
fn members(clauses: &[Clause], set: usize) -> impl Iterator<Item = &Clause> {
    clauses.iter().enumerate().filter(move |(i, _)| set >> i & 1 == 1).map(|(_, clause)| clause)
}

/// `cap+timing`: the clauses with new terms; `none` for the old deal.
pub fn hybrid_name(clauses: &[Clause], set: usize) -> String {
    let names: Vec<&str> = members(clauses, set).map(|clause| clause.name.as_str()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join("+") }
}

/// A mean over the paths on which all hybrids have a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Whether no draw can move it.
    pub exact: bool,
}

impl Estimate {
    /// The same in a unit of which there are `factor` in one of before; `factor` is positive.
    pub fn times(self, factor: f64) -> Estimate {
        Estimate { mean: factor * self.mean, std_error: factor * self.std_error, ..self }
    }
}

/// What a change of clauses is worth to a metric, with all that is known of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// The mean over the paths on which all hybrids have a value.
    pub mean: f64,
    /// Its error.
    pub error: MeanError,
    /// Whether no draw can move it.
    pub exact: bool,
}

/// What a clause is worth to a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct ClauseWorth {
    /// Added to the old deal.
    pub alone_first: Estimate,
    /// Added to all other clauses.
    pub alone_last: Estimate,
    /// Added in the bridge's order.
    pub in_order: Estimate,
    /// The mean over all orders.
    pub shapley: Estimate,
}

/// The bridge of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricBridge {
    /// Key of the metric, with its year if it has one.
    pub metric: String,
    /// The metric itself.
    pub of: Metric,
    /// Its unit.
    pub unit: Unit,
    /// Paths on which all hybrids have a value.
    pub paths: u64,
    /// By clause.
    pub clauses: Vec<ClauseWorth>,
    /// By hybrid.
    pub hybrids: Vec<Estimate>,
    /// The new deal minus the old one.
    pub total: Estimate,
}

/// A bridge between two deals.
#[derive(Clone, Debug, PartialEq)]
pub struct Bridge {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed.
    pub seed: u64,
    /// Paths simulated.
    pub paths: u64,
    /// Paths asked for.
    pub asked: u64,
    /// Name of the old deal.
    pub from: String,
    /// Name of the new deal.
    pub to: String,
    /// The clauses, in the bridge's order.
    pub clauses: Vec<Clause>,
    /// By metric.
    pub metrics: Vec<MetricBridge>,
}

/// Paths of the bridge that comes with a run.
pub const PATHS_OF_RUNS: u64 = 20_000;

/// Metrics of a bridge unless others are named.
pub const USUAL_METRICS: [Metric; 3] =
    [Metric::MicrosoftTakePv, Metric::MicrosoftTotalPv, Metric::OpenaiRetainedPv];

/// The bridge from the second deal of a plan to its first, over the first paths of a run of so many; `None` unless they differ in two
/// to six clauses.
pub fn of_first_deals(plan: &Plan, paths: u64, threads: usize) -> Option<Bridge> {
    of_first_deals_unless(plan, paths, threads, &Silent)
}

/// The same; `None` also where the observer stopped it.
pub fn of_first_deals_unless(
    plan: &Plan,
    paths: u64,
    threads: usize,
    observer: &dyn Observer,
) -> Option<Bridge> {
    let model = plan.model();
    let clauses = if model.deals.len() > 1 { differing_clauses(model, 1, 0, &[]) } else { Vec::new() };
    if !(2..=6).contains(&clauses.len()) {
        return None;
    }
    let hybrids = Plan::from_model(&hybrids(model, 1, 0, &clauses), plan.randomness().clone(), plan.isa());
    let (hybrids, metrics) = lean(hybrids, &USUAL_METRICS);
    let columns = BridgeColumns::new(&hybrids, clauses.len(), &metrics);
    let options = Options { paths: paths.min(PATHS_OF_RUNS), threads };
    let result = paired::execute(&[&hybrids], columns.question(), options, observer);
    if result.interrupted {
        return None;
    }
    let names = [1, 0].map(|deal: usize| model.deals[deal].name.clone());
    Some(Bridge::new(&hybrids, names, clauses, &columns, &result))
}

/// The plan of hybrids without what these metrics do not need, and those of them that all hybrids have.
pub fn lean(plan: Plan, metrics: &[Metric]) -> (Plan, Vec<Metric>) {
    let metrics: Vec<Metric> = metrics
        .iter()
        .copied()
        .filter(|metric| plan.deals().iter().all(|deal| deal.metrics.contains(metric)))
        .collect();
    let quantities: Vec<Quantity> =
        metrics.iter().map(|&metric| Quantity { of: Of::Deal(0), metric }).collect();
    let mut variants = Variants { plans: vec![plan], variants: Vec::new() };
    variants.lean(&quantities);
    (variants.plans.remove(0), metrics)
}

/// The columns of a bridge in a paired run.
#[derive(Clone, Debug, Default)]
pub struct BridgeColumns {
    columns: Vec<Column>,
    combinations: Vec<Vec<Weighted>>,
    /// For each metric, the columns of its figures.
    metrics: Vec<MetricColumns>,
}

#[derive(Clone, Debug)]
struct MetricColumns {
    metric: Metric,
    hybrids: Vec<usize>,
    clauses: Vec<[usize; 4]>,
    total: usize,
}

impl BridgeColumns {
    /// Lays out the columns of metrics for hybrids of so many clauses; all deals of the plan have them.
    ///
    /// # Panics
    /// If a hybrid lacks a metric.
    pub fn new(plan: &Plan, clauses: usize, metrics: &[Metric]) -> BridgeColumns {
        let mut all = BridgeColumns::default();
        for &metric in metrics {
            let columns = all.metric(plan, clauses, metric);
            all.metrics.push(columns);
        }
        all
    }

    /// The question for the paired run.
    pub fn question(&self) -> Question<'_> {
        Question { columns: &self.columns, combinations: &self.combinations, pairs: &[] }
    }

    /// The change of a metric in all and what each clause is worth to it, as a paired run has them so far.
    pub fn changes(&self, plan: &Plan, metric: usize, result: &PairedResult) -> (Change, Vec<[Change; 4]>) {
        let columns = &self.metrics[metric];
        let exact = ExactChanges::of(plan, columns);
        let change = |column: usize, exact: bool| {
            let (mean, error) = result.estimate(column);
            Change { mean, error, exact }
        };
        let clauses = columns.clauses.iter().zip(&exact.clauses);
        let worth = |(columns, exact): (&[usize; 4], &[bool; 4])| {
            std::array::from_fn(|i| change(columns[i], exact[i]))
        };
        (change(columns.total, exact.total), clauses.map(worth).collect())
    }

    fn metric(&mut self, plan: &Plan, clauses: usize, metric: Metric) -> MetricColumns {
        let sets = 1 << clauses;
        let own: Vec<usize> = (0..sets)
            .map(|subject| {
                let place = plan.deals()[subject].metrics.iter().position(|&other| other == metric);
                let place = place.expect("every hybrid has the metrics of the bridge");
                self.push(PathValue::Metric { plan: 0, subject, metric: place })
            })
            .collect();
        let term = |column: usize, less: Option<usize>, weight: f64| Weighted { column, less, weight };
        // 0 where every hybrid has a value, undefined elsewhere: added to each figure, it leaves out the other paths.
        let defined = self.combine(own.iter().map(|&column| term(column, None, 0.0)).collect());
        let mut over_all = |mut terms: Vec<Weighted>| {
            terms.push(term(defined, None, 1.0));
            self.combine(terms)
        };
        let all = sets - 1;
        let hybrids = own.iter().map(|&column| over_all(vec![term(column, None, 1.0)])).collect();
        let added = |set: usize, bit: usize, weight: f64| term(own[set | bit], Some(own[set & !bit]), weight);
        let mut worth = Vec::with_capacity(clauses);
        for i in 0..clauses {
            let bit = 1 << i;
            let others = (0..sets).filter(|set| set & bit == 0);
            let shapley =
                others.map(|set| added(set, bit, shapley_weight(clauses, set.count_ones() as usize)));
            let shapley = shapley.collect();
            worth.push([
                over_all(vec![added(0, bit, 1.0)]),
                over_all(vec![added(all, bit, 1.0)]),
                over_all(vec![added(bit - 1, bit, 1.0)]),
                over_all(shapley),
            ]);
        }
        let total = over_all(vec![term(own[all], Some(own[0]), 1.0)]);
        MetricColumns { metric, hybrids, clauses: worth, total }
    }

    fn push(&mut self, value: PathValue) -> usize {
        self.columns.push(Column { value, keep: Keep::Moments });
        self.columns.len() - 1
    }

    fn combine(&mut self, terms: Vec<Weighted>) -> usize {
        self.combinations.push(terms);
        self.push(PathValue::Combination(self.combinations.len() - 1))
    }
}

/// The weight of what a clause of `m` adds to a set of `others`: `|S|!(m−|S|−1)!/m!`.
fn shapley_weight(m: usize, others: usize) -> f64 {
    let factorial = |n: usize| (1..=n).map(|k| k as f64).product::<f64>();
    factorial(others) * factorial(m - others - 1) / factorial(m)
}

impl Bridge {
    /// Reads a bridge from the paired run of its hybrids, whose `clauses` are in the bridge's order.
    pub fn new(
        plan: &Plan,
        deals: [String; 2],
        clauses: Vec<Clause>,
        columns: &BridgeColumns,
        result: &PairedResult,
    ) -> Bridge {
        let metrics = columns.metrics.iter().map(|columns| metric_bridge(plan, columns, result)).collect();
        let [from, to] = deals;
        Bridge {
            scenario: plan.model().name.clone(),
            seed: plan.seed(),
            paths: result.paths,
            asked: result.asked,
            from,
            to,
            clauses,
            metrics,
        }
    }
}

/// Which changes of a metric no draw can move: for each clause as in [`ClauseWorth`], and in all.
struct ExactChanges {
    clauses: Vec<[bool; 4]>,
    total: bool,
}

impl ExactChanges {
    fn of(plan: &Plan, columns: &MetricColumns) -> ExactChanges {
        let alike = |a: usize, b: usize| plan.is_exact_difference(b, a, columns.metric);
        let all = columns.hybrids.len() - 1;
        let worth = |i: usize| {
            let bit = 1 << i;
            let always = (0..=all).filter(|set| set & bit == 0).all(|set| alike(set, set | bit));
            [alike(0, bit), alike(all & !bit, all), alike(bit - 1, 2 * bit - 1), always]
        };
        ExactChanges { clauses: (0..columns.clauses.len()).map(worth).collect(), total: alike(0, all) }
    }
}

fn metric_bridge(plan: &Plan, columns: &MetricColumns, result: &PairedResult) -> MetricBridge {
    let estimate = |column: usize, exact: bool| {
        let (mean, error) = result.estimate(column);
        Estimate { mean, std_error: error.std_error, exact }
    };
    let metric = columns.metric;
    let exact = ExactChanges::of(plan, columns);
    let worth = |([first, last, order, shapley], exact): (&[usize; 4], &[bool; 4])| ClauseWorth {
        alone_first: estimate(*first, exact[0]),
        alone_last: estimate(*last, exact[1]),
        in_order: estimate(*order, exact[2]),
        shapley: estimate(*shapley, exact[3]),
    };
    MetricBridge {
        metric: metric.name(plan.model().run.mix_year),
        of: metric,
        unit: metric.unit(),
        paths: result.columns[columns.total].moments().count(),
        clauses: columns.clauses.iter().zip(&exact.clauses).map(worth).collect(),
        hybrids: columns
            .hybrids
            .iter()
            .enumerate()
            .map(|(deal, &column)| estimate(column, Movable::of(plan, deal).is_exact(metric)))
            .collect(),
        total: estimate(columns.total, exact.total),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The mean over all orders of what a clause adds, by going through the orders.
    fn by_orders(m: usize, worth: &[f64], clause: usize) -> f64 {
        fn go(m: usize, worth: &[f64], clause: usize, set: usize, orders: &mut f64, sum: &mut f64) {
            let left: Vec<usize> = (0..m).filter(|i| set >> i & 1 == 0).collect();
            if left.is_empty() {
                *orders += 1.0;
                return;
            }
            for &i in &left {
                let before = *orders;
                go(m, worth, clause, set | 1 << i, orders, sum);
                if i == clause {
                    *sum += (*orders - before) * (worth[set | 1 << i] - worth[set]);
                }
            }
        }
        let (mut orders, mut sum) = (0.0, 0.0);
        go(m, worth, clause, 0, &mut orders, &mut sum);
        sum / orders
    }

    #[test]
    fn weights_give_the_mean_over_all_orders_and_add_up() {
        for m in 1..=6 {
            // Values without structure: the digits of an irrational rotation.
            let worth: Vec<f64> =
                (0..1_usize << m).map(|set| (set as f64 * 0.754_877_666).fract() * 9.0).collect();
            let mut total = 0.0;
            for clause in 0..m {
                let bit = 1 << clause;
                let added = |set: usize| {
                    shapley_weight(m, set.count_ones() as usize) * (worth[set | bit] - worth[set])
                };
                let value: f64 = (0..1 << m).filter(|set| set & bit == 0).map(added).sum();
                assert!((value - by_orders(m, &worth, clause)).abs() < 1e-12, "{m} {clause}");
                total += value;
            }
            assert!((total - (worth[worth.len() - 1] - worth[0])).abs() < 1e-12);
        }
    }

    #[test]
    fn usual_clauses_hold_every_term_once() {
        let mut terms: Vec<Term> = usual_clauses().into_iter().flat_map(|clause| clause.terms).collect();
        assert_eq!(terms.len(), Term::ALL.len());
        terms.retain(|term| !Term::ALL.contains(term));
        assert!(terms.is_empty());
    }

    #[test]
    fn hybrids_are_named_by_their_new_clauses() {
        let clauses = usual_clauses();
        assert_eq!(hybrid_name(&clauses, 0), "none");
        assert_eq!(hybrid_name(&clauses, 0b110), "cap+exclusivity");
    }
}
