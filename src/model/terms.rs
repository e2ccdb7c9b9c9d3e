//! Validates a whole scenario and holds its terms; all problems are reported together.

use crate::config::{Config, Problems};

use super::columns::EmpiricalColumns;
use super::dependence::{Factor, factors};
use super::parameters::{ParamId, Parameters};
use super::party_names::PartyNames;
use super::validator::Validator;
use super::{
    cloud_mix, correlation, cost, deal, dependence, discount, equity, far_dates, funding, history, ipo,
    licence, margins, names, run, segment, shock, source, timeline,
};

/// The terms of a scenario, readable through [`Model`].
#[derive(Clone, Debug)]
pub struct Terms {
    /// Name of the scenario.
    pub name: String,
    /// What the company and its partner are called.
    pub names: PartyNames,
    /// Digest of the canonical scenario and its empirical files, in hexadecimal.
    pub digest: String,
    /// Bytes of the empirical files, which were in memory while they were read.
    pub empirical_bytes: u64,
    /// Settings of `[run]`.
    pub run: run::RunTerms,
    /// The simulated periods.
    pub timeline: timeline::Timeline,
    /// All parameters.
    pub parameters: Parameters,
    /// Discount rates.
    pub discount: discount::Discount,
    /// Results before the valuation date, in order of time.
    pub history: Vec<history::HistoryPeriod>,
    /// Lines of business; never empty.
    pub segments: Vec<segment::Segment>,
    /// Shocks.
    pub shocks: Vec<shock::Shock>,
    /// Clouds, the home cloud first; if empty, everything is sold directly.
    pub clouds: Vec<cloud_mix::Cloud>,
    /// Head start of the home cloud.
    pub home_first: Option<cloud_mix::HomeFirst>,
    /// Extra sales through other clouds, as a fraction (`reach.uplift`).
    pub uplift: ParamId,
    /// Microsoft's in-house models.
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
    /// Cash; `None`: cash is not simulated and OpenAI cannot fail.
    pub cash: Option<funding::Cash>,
    /// Funding rounds, in the order of the scenario.
    pub rounds: Vec<funding::Round>,
    /// Funding of shortfalls and failure; without the table it is disabled with a recovery of 0.
    pub funding: funding::Funding,
    /// Equity; `None`: there is no equity value and no IPO.
    pub equity: Option<equity::Equity>,
    /// IPO; `None`: OpenAI is never listed (always so without equity).
    pub ipo: Option<ipo::Ipo>,
    /// Correlations.
    pub dependence: dependence::Dependence,
    /// Sources.
    pub sources: Vec<source::Source>,
}

impl Terms {
    /// Validates all tables; `None` if the timeline is invalid.
    fn validate(
        validator: &mut Validator,
        config: &Config,
        name_if_absent: &str,
        digest: &str,
        empirical_bytes: u64,
    ) -> Option<Terms> {
        let name = names::of_scenario(&mut validator.problems, config, name_if_absent);
        let (party_names, problems) = PartyNames::of(config);
        problems.into_iter().for_each(|problem| validator.problems.push(problem));
        let sources = source::validate(validator, config);
        let discount = discount::validate(validator, config, &party_names);
        let history = history::validate(validator, config);
        let segments = segment::validate(validator, config);
        let shocks = shock::validate(validator, config);
        let clouds = cloud_mix::validate(validator, config, &party_names);
        let home_first = cloud_mix::validate_home_first(validator, config);
        let uplift = cloud_mix::validate_reach(validator, config);
        let in_house = cloud_mix::validate_in_house(validator, config);
        let contracts = cost::validate_contracts(validator, config, &clouds);
        let microsoft = licence::validate_microsoft(validator, config);
        let licence = licence::validate(validator, config);
        let deals = deal::validate(validator, config);
        margins::warn(validator, config, &microsoft, &deals);
        far_dates::warn(validator, config);
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
            names: party_names,
            digest: digest.to_owned(),
            empirical_bytes,
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

/// A valid scenario. Only [`Model::from_config`] makes one; its [`Terms`] can be read but not changed.
#[derive(Clone, Debug)]
pub struct Model {
    terms: Terms,
}

impl std::ops::Deref for Model {
    type Target = Terms;
    #[inline(always)]
    fn deref(&self) -> &Terms {
        &self.terms
    }
}

impl Model {
    /// The same scenario with other deals, whose terms are those of its own deals.
    pub fn with_deals(&self, deals: Vec<super::deal::Deal>) -> Model {
        Model { terms: Terms { deals, ..self.terms.clone() } }
    }

    /// Validates a scenario; returns the model with any warnings, or all problems.
    ///
    /// `name_if_absent` names a scenario without `name`: usually its file name without the extension. `digest` is
    /// stored in the terms unchanged. `columns` reads the CSV columns that `empirical` inputs name.
    pub fn from_config(
        config: &Config,
        name_if_absent: &str,
        digest: &str,
        columns: &dyn EmpiricalColumns,
    ) -> Result<(Model, Problems), Problems> {
        let source_keys: Vec<String> =
            config.source.iter().flat_map(|source| &source.key).map(|key| key.value.clone()).collect();
        let mut validator = Validator::new(config, &source_keys, columns);
        let terms = Terms::validate(&mut validator, config, name_if_absent, digest, columns.bytes());
        match terms {
            Some(terms) if !validator.problems.has_errors() => Ok((Model { terms }, validator.problems)),
            _ => Err(validator.problems),
        }
    }

    /// The factors of this scenario, with their names.
    pub fn factors(&self) -> Vec<(String, Factor)> {
        factors(&self.segments, &self.clouds, self.equity.as_ref(), &self.microsoft)
    }
}
