//! A scenario judged once: valid by construction and immutable. After this room nothing asks whether an input is valid.

pub mod cloud_mix;
pub mod cost;
pub mod deal;
pub mod dependence;
pub mod equity;
pub mod funding;
pub mod history;
pub mod ipo;
pub mod ledger;
pub mod licence;
pub mod segment;
pub mod timeline;

use ledger::{Ledger, Num};

/// How mean-reverting growth steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// The exact law of level and growth.
    Exact,
    /// The step of Schwartz and Moon (2000), for comparison only.
    Euler,
}

/// When a period's demand is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Booking {
    /// Trapezoid of the rates at the period's start and end.
    Middle,
    /// Rate at the start.
    Start,
    /// Rate at the end.
    End,
}

/// What `[run]` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunTerms {
    /// Paths, unless the command line says otherwise.
    pub paths: Option<u64>,
    /// Seed, unless the command line says otherwise.
    pub seed: Option<u64>,
    /// Step of mean-reverting growth.
    pub scheme: Scheme,
    /// Booking of demand.
    pub booking: Booking,
    /// Calendar year of the mix metrics.
    pub mix_year: i32,
}

/// Discount rates, one a stream, annual-effective.
#[derive(Clone, Copy, Debug)]
pub struct Discount {
    /// Of the revenue share.
    pub share: Num,
    /// Of equity.
    pub equity: Num,
    /// Of resale and hosting.
    pub cloud: Num,
    /// Of the licence.
    pub licence: Num,
    /// Of OpenAI's revenue.
    pub revenue: Num,
}

/// A source of figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Key by which numbers name it.
    pub key: String,
    /// Title.
    pub title: String,
    /// Address.
    pub url: String,
    /// Date, as ISO text.
    pub date: String,
}

/// The terms of a scenario: what [`Model`] gives to read.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Name of the scenario.
    pub name: String,
    /// Its digest: of the resolved scenario and the empirical files (hex).
    pub digest: String,
    /// `[run]`.
    pub run: RunTerms,
    /// Periods.
    pub timeline: timeline::Timeline,
    /// Every number.
    pub ledger: Ledger,
    /// Discount rates.
    pub discount: Discount,
    /// Rows before the valuation date, in order of time.
    pub history: Vec<history::HistoryPeriod>,
    /// Demand; never empty.
    pub segments: Vec<segment::Segment>,
    /// Shocks.
    pub shocks: Vec<segment::Shock>,
    /// Clouds; the home cloud first; empty: everything is sold directly.
    pub clouds: Vec<cloud_mix::Cloud>,
    /// Head start of the home cloud.
    pub home_first: Option<cloud_mix::HomeFirst>,
    /// `uplift`: extra sales through other clouds.
    pub uplift: Num,
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
    pub sources: Vec<Source>,
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
