//! `[[deal]]`: agreements between OpenAI and Microsoft: revenue share, cap, licence and stake.

use super::choice::choice;
use super::date::Date;
use super::field::Directive;
use super::number::Number;
use super::place::{Located, Place};
use super::reader::{KeyContext, Reader};
use super::section::{Collect, Field, Section, read_list, section};
use super::spec::ValueKind;
use super::tree::{Node, Value};

choice! {
    /// The revenue that is shared.
    ShareBase {
        /// What OpenAI receives, after what clouds keep, with licence income.
        Net = "net",
        /// What customers pay.
        Gross = "gross",
    }
}

section! {
    /// An agreement; several are compared on the same draws.
    Deal by Named("name");
    /// Its name in keys and tables.
    name: Option<Located<String>> = name();
    /// The deal whose terms hold wherever this deal sets none, by name; uncertain terms are the same draws.
    like: Directive<Option<Located<String>>> = plain();
    /// The first day of the revenue share.
    effective: Option<Located<Date>> = plain().or("the valuation date");
    /// The last day of the revenue share, included.
    share_ends: Option<Located<Date>> = plain().or("the horizon");
    /// The same in years from the valuation date; not together with `share_ends`.
    share_ends_years: Option<Number> = number(Unit::Years, Any).usual(-10.0, 30.0).or("the horizon");
    /// The part of revenue that is shared; a number, or a list of steps `from` a date.
    rate: Option<RateContent> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("0");
    /// The revenue that is shared.
    base: Option<Located<ShareBase>> = plain().or("net");
    /// The part of that revenue which counts.
    eligible: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).or("1");
    /// The total after which nothing more is paid.
    cap_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.001, 10000.0).or("no cap");
    /// What counts toward the cap already.
    paid_to_date_usd_bn: Option<Number> = number(Unit::UsdBn, NotNegative).usual(0.0, 1000.0).or("0");
    /// The hazard that the share is terminated.
    termination_rate_per_year: Option<Number> = number(Unit::PerYear, NotNegative).usual(0.0, 1.0).or("0");
    /// Years from the middle of a period to its payment.
    payment_lag_years: Option<Number> = number(Unit::Years, NotNegative).usual(0.0, 2.5).or("0");
    /// The part of sales at home that Microsoft keeps until the licence ends: 0 if all of them are passed on to OpenAI, 1 if
    /// all are kept.
    home_keeps: Option<Number> =
        number(Unit::Fraction, Fraction).usual(0.0, 1.0).required_if("where there are clouds");
    /// The last day of Microsoft's licence, included.
    licence_ends: Option<Located<Date>> = plain().or("never");
    /// Whether the licence is exclusive.
    licence_exclusive: Option<Located<bool>> = plain().or("false");
    /// Microsoft's stake on the valuation date.
    stake: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0);
    /// The last day on which only the home cloud sells, included.
    exclusive_until: Option<Located<Date>> = plain();
    /// The same in years from the valuation date; not together with `exclusive_until`.
    exclusive_until_years: Option<Number> = number(Unit::Years, Any).usual(-10.0, 30.0);
}

section! {
    /// One step of a rate that changes at dates.
    RateStep by Dated("from");
    /// The first day of this rate.
    from: Option<Located<Date>> = required();
    /// The rate from that day on.
    rate: Option<Number> = number(Unit::Fraction, Fraction).usual(0.0, 1.0).required();
}

/// The rate of a deal's revenue share: one number, or dated steps.
#[derive(Clone, Debug, PartialEq)]
pub enum RateContent {
    /// One rate throughout.
    Number(Number),
    /// Steps in the order of the file; the rate is 0 before the first.
    Schedule(Vec<RateStep>),
}

impl Field for Option<RateContent> {
    const KIND: ValueKind = ValueKind::Steps(RateStep::SPEC);
    fn read(&mut self, key: KeyContext<'_>, node: &Node, reader: &mut Reader) {
        *self = match &node.value {
            Value::Array(_) => Some(RateContent::Schedule(read_list(key, node, reader))),
            _ => Number::from_node(key, node, reader).map(RateContent::Number),
        };
    }
    fn print(&self) -> Option<Value> {
        match self.as_ref()? {
            RateContent::Number(number) => Some(number.to_value()),
            RateContent::Schedule(steps) => Some(steps.print().unwrap_or(Value::Array(Vec::new()))),
        }
    }
    fn place(&self) -> Option<Place> {
        match self.as_ref()? {
            RateContent::Number(number) => Some(number.place),
            RateContent::Schedule(steps) => steps.place(),
        }
    }
}

impl Collect<Number> for Option<RateContent> {
    fn collect<'a>(&'a self, out: &mut Vec<&'a Number>) {
        match self {
            Some(RateContent::Number(number)) => out.push(number),
            Some(RateContent::Schedule(steps)) => steps.collect(out),
            None => {}
        }
    }
}
