//! The scenario file exactly as written, with the place of everything; spelling is judged here, meaning is not.

pub mod catalogue;
pub mod cloud;
pub mod code;
pub mod correlation;
pub mod cost;
pub mod deal;
pub mod discount;
pub mod equity;
pub mod funding;
pub mod history;
pub mod ipo;
pub mod leaf;
pub mod licence;
pub mod microsoft;
pub mod noun;
pub mod number;
pub mod place;
pub mod problem;
pub mod run;
pub mod segment;
pub mod shock;
pub mod source;
pub mod spelling;
pub mod timeline;
pub mod tree;
pub mod unit;

pub use cloud::{Cloud, HomeFirst, InHouse, Reach};
pub use code::Code;
pub use correlation::Correlation;
pub use cost::{Contract, Costs};
pub use deal::{Base, Deal};
pub use discount::Discount;
pub use equity::{EbitdaSpan, Equity, Method};
pub use funding::{Cash, Funding, PreMoney, Round};
pub use history::{History, HistoryPeriod};
pub use ipo::{Gate, Ipo};
pub use leaf::{Choice, Date, Leaf};
pub use licence::Licence;
pub use microsoft::Microsoft;
pub use number::{
    AnnualTotals, Dist, Loading, Loadings, Number, NumberContent, NumberTable, RateContent, RateStep,
    YearTotal,
};
pub use place::{Location, Origin, Place, Sources};
pub use problem::{Label, Problem, Problems, Severity};
pub use run::{Booking, CorrelationRepair, Run, Scheme};
pub use segment::{PlanPoint, Process, ProcessKeys, Segment};
pub use shock::Shock;
pub use source::Source;
pub use timeline::{Period, Timeline};
pub use unit::{Domain, Unit};

noun::noun! {
    /// A scenario.
    Config by Single;
    /// Its name; it names the folder of results.
    name: Option<Leaf<String>> = plain().or("the file's name without its ending");
    /// What it is about.
    description: Option<Leaf<String>> = plain();
    /// How much is simulated and how it is counted.
    run: Option<Run> = plain();
    /// From when to when, in which steps.
    timeline: Option<Timeline> = required();
    /// Discount rates.
    discount: Option<Discount> = plain();
    /// What was earned before the valuation date.
    history: Option<History> = plain();
    /// Lines of business; at least one.
    segment: Vec<Segment> = required();
    /// Rare events.
    shock: Vec<Shock> = plain();
    /// Clouds that sell OpenAI's models; without any, everything is sold directly.
    cloud: Vec<Cloud> = plain();
    /// New models are sold at home first.
    home_first: Option<HomeFirst> = plain();
    /// Other clouds reach customers whom home does not.
    reach: Option<Reach> = plain();
    /// Microsoft's own models displace part of what it sells of OpenAI's.
    in_house: Option<InHouse> = plain();
    /// Promises to take compute.
    contract: Vec<Contract> = plain();
    /// Microsoft's side.
    microsoft: Option<Microsoft> = plain();
    /// What Microsoft's licence spares it.
    licence: Option<Licence> = plain();
    /// Agreements; at least one.
    deal: Vec<Deal> = required();
    /// What OpenAI spends beside inference.
    costs: Option<Costs> = plain();
    /// OpenAI's cash.
    cash: Option<Cash> = plain();
    /// Rounds of new money that are agreed.
    round: Vec<Round> = plain();
    /// New money when cash would fall below its minimum.
    funding: Option<Funding> = plain();
    /// What OpenAI is worth.
    equity: Option<Equity> = plain();
    /// When OpenAI is listed.
    ipo: Option<Ipo> = plain();
    /// What moves together.
    correlation: Vec<Correlation> = plain();
    /// Where numbers come from.
    source: Vec<Source> = plain();
}
