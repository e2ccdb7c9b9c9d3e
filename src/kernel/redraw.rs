//! A plan whose streams come from two seeds: some variables keep their draws while others are redrawn.
//!
//! Correlated normals are `y = L z`. Formed in an order in which the kept variables come first, `L` is
//!
//! ```text
//! y_kept = L₁₁ z_kept          y_new = L₂₁ z_kept + L₂₂ z_new
//! ```
//!
//! so that a new `z_new` is a draw from the conditional distribution of the other variables given the kept ones. Two
//! evaluations that share the kept variables in this way are independent given them, and their covariance is the variance
//! of the conditional mean (Owen and Prieur 2017, "On Shapley value for measuring importance of dependent inputs").

use super::innovation::Mixing;
use super::plan::Plan;
use super::shock_streams::ShockStreams;
use crate::math::correlation::cholesky;
use crate::model::dependence::TERMINATION_TIME;
use crate::rng::stream::StreamKey;
use ndarray::Array2;

/// Kind of variable that a stream draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StreamKind {
    /// Normal of an uncertain parameter or of the time of termination: one draw per path.
    Input,
    /// A factor: one normal per period.
    Factor,
    /// Occurrence and size of a shock in each period.
    Shock,
}

/// A random variable of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// Name of the stream, as in the scenario: a key, `termination.time`, `factor.…` or `shock.NAME`.
    pub name: String,
    /// Kind of variable.
    pub kind: StreamKind,
    /// Whether any result depends on it.
    pub used: bool,
}

/// Rows of correlated variables and their correlation matrix.
struct Rows {
    rows: Vec<usize>,
    correlation: Array2<f64>,
}

/// Streams of a plan under two seeds.
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
    /// Streams of a plan as [`Plan::from_model`] makes it, and the same streams under a second seed.
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
        let (first, second) = (keys(plan.seed()), keys(second));
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

    /// All streams: inputs in the plan's order, the time of termination, factors, shocks.
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// Groups of correlated streams, as positions in [`TwoSeeds::streams`], each with its correlation matrix.
    pub fn correlated(&self) -> Vec<(Vec<usize>, &Array2<f64>)> {
        let inputs = self.input_groups.iter().map(|group| (group.rows.clone(), &group.correlation));
        let factors = self
            .factor_groups
            .iter()
            .map(|group| (group.rows.iter().map(|row| row + self.inputs).collect(), &group.correlation));
        inputs.chain(factors).collect()
    }

    /// Makes `plan` draw the streams for which `redrawn` holds from the second seed and all others from the
    /// first. Correlated variables are formed in ascending order of `rank`. Both functions take a position in
    /// [`TwoSeeds::streams`].
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
