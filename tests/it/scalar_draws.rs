//! Everything random on a path, from the scalar forms of the generator: what the twins are given.

use crate::twin::Draws;
use capstake::math::normal::{cdf, quantile};
use capstake::model::Model;
use capstake::model::dependence::{Factor, Group, InputVariable};
use capstake::model::parameters::{Distribution, ParamId};
use capstake::rng::stream::{Sequence, StreamKey, normal_of_draw, normal_of_path};

/// What the engine must show on one path, from the scalar forms alone.
pub struct ScalarDraws<'a> {
    /// The model.
    pub model: &'a Model,
    /// The seed of the run.
    pub seed: u64,
    /// The path.
    pub path: u64,
}

impl ScalarDraws<'_> {
    /// The variable's normal: of its own stream, or the row of its group's product with the members' streams.
    fn correlated<V: PartialEq>(
        &self,
        groups: &[Group<V>],
        variable: &V,
        name: &str,
        normal: impl Fn(StreamKey) -> f64,
    ) -> f64 {
        for group in groups {
            if let Some(i) = group.members.iter().position(|member| member == variable) {
                let draw = |j: usize| normal(StreamKey::new(self.seed, &group.names[j]));
                return (0..=i).map(|j| group.cholesky[[i, j]] * draw(j)).sum();
            }
        }
        normal(StreamKey::new(self.seed, name))
    }

    /// The uniform of a period in the path's sequence.
    fn of_sequence(&self, key: StreamKey, period: usize) -> f64 {
        let mut sequence = Sequence::of_path(key, self.path);
        (0..period).for_each(|_| {
            sequence.uniform();
        });
        sequence.uniform()
    }
}

impl Draws for ScalarDraws<'_> {
    fn number(&self, num: ParamId) -> f64 {
        let entry = self.model.parameters.entry(num);
        match &entry.distribution {
            Distribution::Constant(value) => *value,
            Distribution::Uncertain(law) => {
                let variable = InputVariable::Number(num);
                let groups = &self.model.dependence.inputs;
                let y = self.correlated(groups, &variable, &entry.key, |key| normal_of_path(key, self.path));
                law.quantile(cdf(y))
            }
        }
    }

    fn termination_exponential(&self) -> f64 {
        let groups = &self.model.dependence.inputs;
        let y = self.correlated(groups, &InputVariable::TerminationTime, "termination.time", |key| {
            normal_of_path(key, self.path)
        });
        -cdf(-y).ln()
    }

    fn factor(&self, period: usize, factor: Factor) -> f64 {
        let name = factor.name(&self.model.segments, &self.model.clouds);
        self.correlated(&self.model.dependence.factors, &factor, &name, |key| {
            quantile(self.of_sequence(key, period))
        })
    }

    fn strike(&self, period: usize, shock: usize) -> f64 {
        let name = format!("shock.{}.strike", self.model.shocks[shock].name);
        self.of_sequence(StreamKey::new(self.seed, &name), period)
    }

    fn size(&self, period: usize, shock: usize) -> f64 {
        let name = format!("shock.{}.size", self.model.shocks[shock].name);
        normal_of_draw(StreamKey::new(self.seed, &name), self.path, period as u32)
    }
}
