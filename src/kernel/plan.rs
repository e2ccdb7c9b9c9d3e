//! Plan of a run: the model laid out for the machine, with indices in place of names and weights in place of
//! dates.

use super::deal_plan::{DealPlan, DifferencePlan};
use super::history::{FirstYear, YearOnYear, first_year, rows, year_on_year};
use super::innovation::Innovations;
use super::input::Inputs;
use super::points::PlanPoints;
use super::randomness::Randomness;
use super::schedule::Schedule;
use super::sharing::{DealGroup, deal_groups, no_groups};
use super::shock_streams::ShockStreams;
use super::timeline::Steps;
use super::window::{Window, Windows, window};
use crate::math::lanes::Lanes;
use crate::math::simd::Isa;
use crate::model::Model;
use crate::model::parameters::ParamId;
use crate::model::run::Replicates;
use crate::model::timeline::PeriodLength;
use std::sync::Arc;

/// Everything that stays the same during a run.
pub struct Plan {
    /// The model.
    pub(crate) model: Model,
    /// Seed and sampling.
    pub(crate) randomness: Randomness,
    /// Instruction set of the block functions.
    pub(crate) isa: Isa,
    /// The timeline.
    pub(crate) steps: Steps,
    /// Draws of the uncertain numbers.
    pub(crate) inputs: Inputs,
    /// Draws of the factors.
    pub(crate) innovations: Innovations,
    /// Places among the Sobol points; `None` under plain sampling.
    pub(super) points: Option<PlanPoints>,
    /// Streams of the shocks.
    pub(super) shocks: Vec<ShockStreams>,
    /// Distinct cloud mixes: until when other clouds are closed.
    pub(super) mixes: Vec<Option<ParamId>>,
    /// For each segment, whether clouds sell any of it.
    pub(super) through_clouds: Vec<bool>,
    /// What happens in which period.
    pub(crate) schedule: Schedule,
    /// Windows over net revenue.
    pub(super) revenue_windows: Windows,
    /// Windows over free cash flow.
    pub(super) fcf_windows: Windows,
    /// Windows over EBITDA.
    pub(super) ebitda_windows: Windows,
    /// EBITDA of the last whole period's length of history before time 0; `None` without it.
    pub(super) last_ebitda: Option<Window>,
    /// Rows of history behind growth at time 0.
    pub(super) year_on_year: Option<YearOnYear>,
    /// What history has of a first calendar year that the valuation date cuts.
    pub(super) first_year: FirstYear,
    /// Deals.
    pub(crate) deals: Vec<DealPlan>,
    /// Deals that are simulated once, in order of their base deals.
    pub(super) deal_groups: Vec<DealGroup>,
    /// Differences of deals.
    pub(crate) differences: Vec<DifferencePlan>,
    /// Index of the timeline's year of the mix metrics.
    pub(super) mix_year: Option<usize>,
}

impl Plan {
    /// Lays a model out for the machine; a bare seed as `randomness` means plain sampling.
    pub fn from_model(model: &Model, randomness: impl Into<Randomness>, isa: Isa) -> Plan {
        Plan::with_groups(model, randomness.into(), isa, deal_groups(&model.parameters, &model.deals))
    }

    /// The same where every deal is simulated on its own: equal results, more work. For tests.
    #[doc(hidden)]
    pub fn without_sharing(model: &Model, seed: u64, isa: Isa) -> Plan {
        Plan::with_groups(model, seed.into(), isa, no_groups(model.deals.len()))
    }

    fn with_groups(model: &Model, randomness: Randomness, isa: Isa, deal_groups: Vec<DealGroup>) -> Plan {
        let seed = randomness.seed;
        let steps = Steps::new(model.timeline.periods(), model.timeline.years());
        let first_year = first_year(model, &steps);
        let (mixes, mix_of) = distinct_mixes(model);
        let group_of = |deal: usize| deal_groups.iter().position(|group| group.deals.contains(&deal));
        let deals: Vec<DealPlan> = model
            .deals
            .iter()
            .zip(mix_of)
            .enumerate()
            .map(|(index, (deal, mix))| {
                let group = group_of(index).expect("every deal is in a group");
                DealPlan::new(model, deal, &steps, &first_year, group, mix)
            })
            .collect();
        let ebitda = rows(model, |row| row.ebitda);
        let (inputs, innovations) = (Inputs::new(model, seed), Innovations::new(model, seed));
        let randomness = randomness.for_model(model);
        let points = randomness.table.as_ref().map(|table| {
            let factors = innovations.drawn.iter().map(|&(row, _)| innovations.names[row].as_str());
            PlanPoints::new(Arc::clone(table), model, &steps, inputs.names(model), factors)
        });
        Plan {
            points,
            randomness,
            isa,
            inputs,
            innovations,
            shocks: model.shocks.iter().map(|shock| ShockStreams::new(seed, &shock.name)).collect(),
            mixes,
            through_clouds: through_clouds(model),
            schedule: Schedule::new(model, &steps),
            revenue_windows: Windows::new(&steps, &rows(model, |row| Some(row.net_revenue))),
            fcf_windows: Windows::new(&steps, &rows(model, |row| row.fcf)),
            ebitda_windows: Windows::new(&steps, &ebitda),
            last_ebitda: window(&steps, &ebitda, -whole_period(model), 0.0),
            year_on_year: year_on_year(model),
            first_year,
            differences: DifferencePlan::all(&deals),
            deals,
            deal_groups,
            mix_year: steps.years.iter().position(|year| year.year == model.run.mix_year),
            steps,
            model: model.clone(),
        }
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Seed of all streams.
    pub fn seed(&self) -> u64 {
        self.randomness.seed
    }

    /// Seed and sampling.
    pub fn randomness(&self) -> &Randomness {
        &self.randomness
    }

    /// Number of replicates of Sobol points; `None` under plain sampling.
    pub fn replicates(&self) -> Option<Replicates> {
        self.randomness.sampling.replicates()
    }

    /// Instruction set of the block functions.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// The timeline.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// Draws of the uncertain numbers.
    pub fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// Draws of the factors.
    pub fn innovations(&self) -> &Innovations {
        &self.innovations
    }

    /// Makes the Sobol points of a replicate ahead of the paths that need them.
    pub fn make_points(&self, replicate: usize) {
        if let Some(points) = &self.points {
            points.make(replicate);
        }
    }

    /// Draws a block's normals of the inputs, and from them the values of uncertain parameters and the unit exponential of
    /// termination; `first_path` is a multiple of 64.
    pub fn draw_inputs(
        &self,
        first_path: u64,
        normals: &mut [Lanes],
        values: &mut [Lanes],
        exponential: &mut Lanes,
    ) {
        self.inputs.draw(self.isa, self.points.as_ref(), first_path, normals, values, exponential);
    }

    /// Deals, in the order of the model.
    pub fn deals(&self) -> &[DealPlan] {
        &self.deals
    }

    /// Deals that are simulated once, in order of their base deals.
    pub fn deal_groups(&self) -> &[DealGroup] {
        &self.deal_groups
    }

    /// Every later deal compared with the first.
    pub fn differences(&self) -> &[DifferencePlan] {
        &self.differences
    }

    /// Names of the clouds, the home cloud first.
    pub fn cloud_names(&self) -> Vec<String> {
        self.model.clouds.iter().map(|cloud| cloud.name.clone()).collect()
    }

    /// Name of a deal, or of a difference (after the deals).
    pub fn subject_name(&self, subject: usize) -> String {
        match subject.checked_sub(self.deals.len()) {
            None => self.model.deals[subject].name.clone(),
            Some(i) => {
                format!("{} - {}", self.model.deals[self.differences[i].later].name, self.model.deals[0].name)
            }
        }
    }
}

/// Distinct times until which other clouds are closed, and for each deal the index of its own.
fn distinct_mixes(model: &Model) -> (Vec<Option<ParamId>>, Vec<usize>) {
    let mut mixes: Vec<Option<ParamId>> = Vec::new();
    let mix_of = model.deals.iter().map(|deal| {
        let same = |&mix: &Option<ParamId>| model.parameters.same_optional(mix, deal.exclusive_until);
        mixes.iter().position(same).unwrap_or_else(|| {
            mixes.push(deal.exclusive_until);
            mixes.len() - 1
        })
    });
    let mix_of = mix_of.collect();
    (mixes, mix_of)
}

/// For each segment, whether clouds sell any of it.
fn through_clouds(model: &Model) -> Vec<bool> {
    let sells = |cloud_sold: ParamId| model.parameters.constant(cloud_sold) != Some(0.0);
    model.segments.iter().map(|segment| !model.clouds.is_empty() && sells(segment.cloud_sold)).collect()
}

/// Length of a whole period, years.
fn whole_period(model: &Model) -> f64 {
    match model.timeline.period_length() {
        PeriodLength::Month => 1.0 / 12.0,
        PeriodLength::Quarter => 0.25,
        PeriodLength::Year => 1.0,
    }
}
