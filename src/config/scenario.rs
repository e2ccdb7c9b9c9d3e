//! The whole scenario: all its tables, in the order in which they are printed.

use super::cloud::{Cloud, HomeFirst, InHouse, Reach};
use super::correlation::Correlation;
use super::cost::{Contract, Costs};
use super::deal::Deal;
use super::discount::Discount;
use super::equity::Equity;
use super::field::Directive;
use super::funding::{Cash, Funding, Round};
use super::history::History;
use super::ipo::Ipo;
use super::licence::Licence;
use super::microsoft::Microsoft;
use super::number::Number;
use super::party_names::PartyNames;
use super::place::Located;
use super::run::Run;
use super::section::{Collect, section};
use super::segment::Segment;
use super::shock::Shock;
use super::source::Source;
use super::timeline::Timeline;

section! {
    /// A scenario.
    Config by Single;
    /// The scenario file that this one changes, relative to it; the first key of the file. Keys here replace its keys, a number as
    /// a whole; entries of lists meet by name, those without a name by date, correlations by their pair; `name` is not taken.
    extends: Directive<Option<Located<String>>> = plain();
    /// Full keys, tables and list entries of that file to leave out, before anything is added:
    /// `["deal.prior-2025", "deal.x.cap_usd_bn", "ipo.gate"]`.
    remove: Directive<Option<Located<Vec<Located<String>>>>> = plain();
    /// Its name; it names the folder of results.
    name: Option<Located<String>> = name().or("the file's name without its ending");
    /// What it is about.
    description: Option<Located<String>> = plain();
    /// What the company and its partner are called in results.
    names: Option<PartyNames> = plain();
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
    /// Clouds that sell the company's models; without any, everything is sold directly.
    cloud: Vec<Cloud> = plain();
    /// New models are sold at home first.
    home_first: Option<HomeFirst> = plain();
    /// Other clouds reach customers whom home does not.
    reach: Option<Reach> = plain();
    /// The partner's own models displace part of what it sells of the company's.
    in_house: Option<InHouse> = plain();
    /// Commitments to buy compute (take-or-pay).
    contract: Vec<Contract> = plain();
    /// The partner's side: what it has invested and earns.
    microsoft: Option<Microsoft> = plain();
    /// What the partner's licence saves it.
    licence: Option<Licence> = plain();
    /// Agreements; at least one.
    deal: Vec<Deal> = required();
    /// What the company spends apart from inference.
    costs: Option<Costs> = plain();
    /// The company's cash.
    cash: Option<Cash> = plain();
    /// Rounds of new money that are agreed.
    round: Vec<Round> = plain();
    /// New money raised when cash would fall below its minimum.
    funding: Option<Funding> = plain();
    /// What the company is worth.
    equity: Option<Equity> = plain();
    /// When the company is listed.
    ipo: Option<Ipo> = plain();
    /// What moves together.
    correlation: Vec<Correlation> = plain();
    /// Where numbers come from.
    source: Vec<Source> = plain();
}

impl Config {
    /// Every number written in the scenario, in the order in which it is printed.
    pub fn numbers(&self) -> Vec<&Number> {
        let mut numbers = Vec::new();
        self.collect(&mut numbers);
        numbers
    }
}
