//! A plan whose streams come from two seeds: some variables keep their draws while others are drawn anew.
//!
//! Correlated normals are `y = L z`. Formed in an order in which the kept variables come first, `L` is
//!
//! ```text
//! y_kept = L₁₁ z_kept          y_anew = L₂₁ z_kept + L₂₂ z_anew
//! ```
//!
//! so that new `z_anew` are a draw from the law of the others *given* the kept ones. Two evaluations that share the kept
//! variables in this way are independent given them, and their covariance is the variance of the conditional mean
//! (Owen and Prieur 2017, "On Shapley value for measuring importance of dependent inputs").

use super::innovation::Mixing;
use super::plan::Plan;
use super::shock_streams::ShockStreams;
use crate::math::correlation::cholesky;
use crate::model::dependence::TERMINATION_TIME;
use crate::rng::stream::StreamKey;
use ndarray::Array2;

/// What one stream of a plan draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamKind {
    /// The normal behind an uncertain number or the time of termination: one a path.
    Input,
    /// A factor: one normal a period.
    Factor,
    /// Whether and how hard a shock strikes, period by period.
    Shock,
}

/// A variable of a plan: its name, and what it draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Name of the stream, as in the scenario: a key, `termination.time`, `factor.…` or `shock.NAME`.
    pub name: String,
    /// What it draws.
    pub kind: StreamKind,
    /// Whether anything in the model moves with it.
    pub used: bool,
}

/// Correlated rows and their correlation matrix.
struct Rows {
    rows: Vec<usize>,
    correlation: Array2<f64>,
}

/// The streams of a plan under two seeds.
pub struct TwoSeeds {
    streams: Vec<Stream>,
    inputs: usize,
    factors: usize,
    first: Vec<[StreamKey; 2]>,
    second: Vec<[StreamKey; 2]>,
    input_groups: Vec<Rows>,
    factor_groups: Vec<Rows>,
}

impl TwoSeeds {
    /// The streams of a plan as [`Plan::from_model`] makes it, and their twins under another seed.
    pub fn new(plan: &Plan, second: u64) -> TwoSeeds {
        let model = &plan.model;
        let hazard =
            |deal: &crate::model::deal::Deal| model.parameters.constant(deal.termination_rate) != Some(0.0);
        let terminates = model.deals.iter().any(hazard);
        let input = |name: String, used| Stream { name, kind: StreamKind::Input, used };
        let mut streams: Vec<Stream> = plan
            .inputs
            .nums
            .iter()
            .map(|&num| input(model.parameters.entry(num).key.clone(), true))
            .collect();
        streams.push(input(TERMINATION_TIME.to_owned(), terminates));
        let inputs = streams.len();
        streams.extend(plan.innovations.names.iter().enumerate().map(|(row, name)| Stream {
            name: name.clone(),
            kind: StreamKind::Factor,
            used: plan.innovations.drawn.iter().any(|(drawn, _)| *drawn == row),
        }));
        let factors = plan.innovations.names.len();
        streams.extend(model.shocks.iter().map(|shock| Stream {
            name: format!("shock.{}", shock.name),
            kind: StreamKind::Shock,
            used: true,
        }));
        let keys = |seed: u64| -> Vec<[StreamKey; 2]> {
            streams
                .iter()
                .map(|stream| match stream.kind {
                    StreamKind::Shock => ["strike", "size"]
                        .map(|part| StreamKey::new(seed, &format!("{}.{part}", stream.name))),
                    StreamKind::Input | StreamKind::Factor => [StreamKey::new(seed, &stream.name); 2],
                })
                .collect()
        };
        let (first, second) = (keys(plan.seed), keys(second));
        let rows = |groups: &[Mixing], correlations: Vec<&Array2<f64>>| {
            groups
                .iter()
                .zip(correlations)
                .map(|(group, correlation)| Rows {
                    rows: group.rows.clone(),
                    correlation: correlation.clone(),
                })
                .collect()
        };
        let dependence = &model.dependence;
        TwoSeeds {
            input_groups: rows(
                &plan.inputs.groups,
                dependence.inputs.iter().map(|group| &group.correlation).collect(),
            ),
            factor_groups: rows(
                &plan.innovations.groups,
                dependence.factors.iter().map(|group| &group.correlation).collect(),
            ),
            streams,
            inputs,
            factors,
            first,
            second,
        }
    }

    /// All streams: inputs in the rows of the plan, the time of termination, factors, shocks.
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// Correlated streams: groups of positions in [`TwoSeeds::streams`], each with its matrix in force.
    pub fn correlated(&self) -> Vec<(Vec<usize>, &Array2<f64>)> {
        let inputs = self.input_groups.iter().map(|group| (group.rows.clone(), &group.correlation));
        let factors = self
            .factor_groups
            .iter()
            .map(|group| (group.rows.iter().map(|row| row + self.inputs).collect(), &group.correlation));
        inputs.chain(factors).collect()
    }

    /// Makes `plan` draw the streams for which `anew` holds from the second seed and the others from the first, and form
    /// correlated ones in rising order of `rank`. Both are asked by position in [`TwoSeeds::streams`].
    ///
    /// # Panics
    /// If the plan is not the one these streams were made of, or a twin of it.
    pub fn apply(&self, plan: &mut Plan, rank: impl Fn(usize) -> usize, anew: impl Fn(usize) -> bool) {
        let key = |i: usize| if anew(i) { self.second[i] } else { self.first[i] };
        assert_eq!(plan.inputs.keys.len(), self.inputs, "streams of this plan");
        for (i, slot) in plan.inputs.keys.iter_mut().enumerate() {
            *slot = key(i)[0];
        }
        for (row, keys) in &mut plan.innovations.drawn {
            *keys = key(self.inputs + *row)[0].rounds();
        }
        for (i, slot) in plan.shocks.iter_mut().enumerate() {
            let [strike, size] = key(self.inputs + self.factors + i);
            *slot = ShockStreams { strike: strike.rounds(), size: size.rounds() };
        }
        let mix = |group: &Rows, offset: usize| {
            let mut order: Vec<usize> = (0..group.rows.len()).collect();
            order.sort_by_key(|&member| rank(group.rows[member] + offset));
            let n = order.len();
            let matrix = Array2::from_shape_fn((n, n), |(i, j)| group.correlation[[order[i], order[j]]]);
            let factor = cholesky(&matrix).expect("a positive definite matrix is so in any order");
            Mixing::new(order.iter().map(|&member| group.rows[member]).collect(), &factor)
        };
        plan.inputs.groups = self.input_groups.iter().map(|group| mix(group, 0)).collect();
        plan.innovations.groups = self.factor_groups.iter().map(|group| mix(group, self.inputs)).collect();
    }
}
