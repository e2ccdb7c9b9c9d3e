//! The terms of a valid scenario, and the model that holds them: every table validated, with all problems together.

use crate::config::{Config, Problems};

use super::columns::EmpiricalColumns;
use super::dependence::{Factor, factors};
use super::parameters::{ParamId, Parameters};
use super::validator::Validator;
use super::{
    cloud_mix, correlation, cost, deal, dependence, discount, equity, funding, history, ipo, licence, names,
    run, segment, shock, source, timeline,
};

/// The terms of a scenario: what [`Model`] gives to read.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Name of the scenario.
    pub name: String,
    /// Its digest: of the resolved scenario and the empirical files (hex).
    pub digest: String,
    /// `[run]`.
    pub run: run::RunTerms,
    /// Periods.
    pub timeline: timeline::Timeline,
    /// Every number.
    pub parameters: Parameters,
    /// Discount rates.
    pub discount: discount::Discount,
    /// Rows before the valuation date, in order of time.
    pub history: Vec<history::HistoryPeriod>,
    /// Demand; never empty.
    pub segments: Vec<segment::Segment>,
    /// Shocks.
    pub shocks: Vec<shock::Shock>,
    /// Clouds; the home cloud first; empty: everything is sold directly.
    pub clouds: Vec<cloud_mix::Cloud>,
    /// Head start of the home cloud.
    pub home_first: Option<cloud_mix::HomeFirst>,
    /// `uplift`: extra sales through other clouds.
    pub uplift: ParamId,
    /// In-house models.
    pub in_house: Option<cloud_mix::InHouse>,
    /// Compute contracts.
    pub contracts: Vec<cost::Contract>,
    /// Microsoft's side.
    pub microsoft: licence::Microsoft,
    /// The licence.
    pub licence: licence::Licence,
    /// Deals; never empty.
    pub deals: Vec<deal::Deal>,
    /// Costs.
    pub costs: cost::Costs,
    /// Cash; `None`: cash counts 0 and nothing fails.
    pub cash: Option<funding::Cash>,
    /// Rounds, in the order of the scenario.
    pub rounds: Vec<funding::Round>,
    /// Shortfall funding and failure (defaults where the table is absent: disabled, recovery 0).
    pub funding: funding::Funding,
    /// Equity; `None`: no equity value, no IPO.
    pub equity: Option<equity::Equity>,
    /// IPO; `None`: never (always `None` without equity).
    pub ipo: Option<ipo::Ipo>,
    /// Correlations.
    pub dependence: dependence::Dependence,
    /// Sources.
    pub sources: Vec<source::Source>,
}

impl Terms {
    /// Validates all tables in the order of the scenario. `None` without a timeline.
    fn validate(
        validator: &mut Validator,
        config: &Config,
        name_if_absent: &str,
        digest: &str,
    ) -> Option<Terms> {
        let name = names::of_scenario(&mut validator.problems, config, name_if_absent);
        let sources = source::validate(validator, config);
        let discount = discount::validate(validator, config);
        let history = history::validate(validator, config);
        let segments = segment::validate(validator, config);
        let shocks = shock::validate(validator, config);
        let clouds = cloud_mix::validate(validator, config);
        let home_first = cloud_mix::validate_home_first(validator, config);
        let uplift = cloud_mix::validate_reach(validator, config);
        let in_house = cloud_mix::validate_in_house(validator, config);
        let contracts = cost::validate_contracts(validator, config, &clouds);
        let microsoft = licence::validate_microsoft(validator, config);
        let licence = licence::validate(validator, config);
        let deals = deal::validate(validator, config);
        let costs = cost::validate(validator, config);
        let cash = funding::validate_cash(validator, config);
        let rounds = funding::validate_rounds(validator, config);
        let funding = funding::validate(validator, config);
        let equity = equity::validate(validator, config, discount.equity);
        let ipo = ipo::validate(validator, config);
        let run = run::validate(validator, config);
        let factors = factors(&segments, &clouds, equity.as_ref(), &microsoft);
        let dependence = correlation::validate(validator, config, &factors, &segments, &microsoft);
        Some(Terms {
            name,
            digest: digest.to_owned(),
            run,
            timeline: validator.timeline.take()?,
            parameters: std::mem::take(&mut validator.parameters),
            discount,
            history,
            segments,
            shocks,
            clouds,
            home_first,
            uplift,
            in_house,
            contracts,
            microsoft,
            licence,
            deals,
            costs,
            cash,
            rounds,
            funding,
            equity,
            ipo,
            dependence,
            sources,
        })
    }
}

/// A valid scenario. Only `Model::from_config` makes one; it gives its [`Terms`] to read and nothing to change.
#[derive(Clone, Debug)]
pub struct Model {
    terms: Terms,
}

impl std::ops::Deref for Model {
    type Target = Terms;
    fn deref(&self) -> &Terms {
        &self.terms
    }
}

impl Model {
    /// Validates a scenario. Gives the model with any warnings, or all the problems there are.
    ///
    /// `name_if_absent` names a scenario without `name` (its file's name without the ending); `digest` goes into the
    /// terms as it is; `columns` reads the columns that `empirical` inputs name.
    pub fn from_config(
        config: &Config,
        name_if_absent: &str,
        digest: &str,
        columns: &dyn EmpiricalColumns,
    ) -> Result<(Model, Problems), Problems> {
        let source_keys: Vec<String> =
            config.source.iter().flat_map(|source| &source.key).map(|key| key.value.clone()).collect();
        let mut validator = Validator::new(config, &source_keys, columns);
        let terms = Terms::validate(&mut validator, config, name_if_absent, digest);
        match terms {
            Some(terms) if !validator.problems.has_errors() => Ok((Model { terms }, validator.problems)),
            _ => Err(validator.problems),
        }
    }

    /// The factors of this scenario with their names.
    pub fn factors(&self) -> Vec<(String, Factor)> {
        factors(&self.segments, &self.clouds, self.equity.as_ref(), &self.microsoft)
    }
}
