//! The IPO: readiness gates, preparation and terms of the offer (methodology: IPO).

use crate::config::{self, Code, Config, Problem};

use super::parameters::ParamId;
use super::table::Table;
use super::timeline::{Period, TIME_SLACK};
use super::validator::Validator;

/// What a readiness gate measures, and whether its threshold is a minimum or a maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GateKind {
    /// Trailing-year net revenue, billions, at least.
    TrailingRevenue,
    /// Net revenue of the period relative to a year earlier, minus 1, at least.
    Growth,
    /// 1 - inference / net revenue, at least.
    GrossMargin,
    /// Trailing free cash flow over trailing revenue, at least.
    FcfMargin,
    /// Months of cash at the period's burn, at least.
    RunwayMonths,
    /// Share of the largest cloud in gross sales, at most.
    LargestCloudShare,
    /// Commitments of the next twelve months over trailing revenue, at most.
    CommitmentsToRevenue,
    /// Revenue share owed to Microsoft over trailing revenue, at most.
    OwedToRevenue,
    /// Equity value, billions, at least; also tested on the day of the offer.
    Equity,
}

impl GateKind {
    /// All gates, in the order of the scenario's keys.
    pub const ALL: [GateKind; 9] = [
        GateKind::TrailingRevenue,
        GateKind::Growth,
        GateKind::GrossMargin,
        GateKind::FcfMargin,
        GateKind::RunwayMonths,
        GateKind::LargestCloudShare,
        GateKind::CommitmentsToRevenue,
        GateKind::OwedToRevenue,
        GateKind::Equity,
    ];

    /// Whether payments to Microsoft affect the gate: cash, cash flow, the amount owed and equity. The others
    /// depend on sales and commitments alone.
    pub fn depends_on_payments(self) -> bool {
        match self {
            GateKind::FcfMargin | GateKind::RunwayMonths | GateKind::OwedToRevenue | GateKind::Equity => true,
            GateKind::TrailingRevenue
            | GateKind::Growth
            | GateKind::GrossMargin
            | GateKind::LargestCloudShare
            | GateKind::CommitmentsToRevenue => false,
        }
    }

    /// Its key under `ipo.gate`.
    pub fn key(self) -> &'static str {
        match self {
            GateKind::TrailingRevenue => "trailing_revenue_usd_bn",
            GateKind::Growth => "growth",
            GateKind::GrossMargin => "gross_margin",
            GateKind::FcfMargin => "fcf_margin",
            GateKind::RunwayMonths => "runway_months",
            GateKind::LargestCloudShare => "largest_cloud_share",
            GateKind::CommitmentsToRevenue => "commitments_to_revenue",
            GateKind::OwedToRevenue => "owed_to_revenue",
            GateKind::Equity => "equity_usd_bn",
        }
    }

    /// Whether the threshold is a maximum; otherwise it is a minimum.
    pub fn is_upper(self) -> bool {
        matches!(self, GateKind::LargestCloudShare | GateKind::CommitmentsToRevenue | GateKind::OwedToRevenue)
    }
}

/// The terms of an IPO.
#[derive(Clone, Debug)]
pub struct Ipo {
    /// Time from which gates are tested at period ends, years from the valuation date; `-inf`: from the
    /// start.
    pub earliest: f64,
    /// Consecutive months for which all gates must hold.
    pub ready_months: ParamId,
    /// Months from first readiness to the offer.
    pub preparation_months: ParamId,
    /// New shares as a fraction of the pre-money value.
    pub primary: ParamId,
    /// Fee as a fraction of the proceeds.
    pub fee: ParamId,
    /// Underpricing: discount of the offer price to the value.
    pub underpricing: ParamId,
    /// Fully diluted shares before the offer, billions; `None`: no price per share is reported.
    pub shares: Option<ParamId>,
    /// The gates that are set with their thresholds, in the order of [`GateKind::ALL`].
    pub gates: Vec<(GateKind, ParamId)>,
}

/// Validates `[ipo]` and `[ipo.gate]`; `None` without `[equity]`, because there is no value to offer at.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Option<Ipo> {
    let ipo = config.ipo.as_ref()?;
    let table = Table::new::<config::Ipo>("ipo", ipo.place);
    let gate = |kind: GateKind| validator.written().get(format!("ipo.gate.{}", kind.key()).as_str()).copied();
    let gates = GateKind::ALL.into_iter().filter_map(|kind| Some((kind, gate(kind)?))).collect();
    let validated = Ipo {
        earliest: ipo.earliest.as_ref().map_or(f64::NEG_INFINITY, |date| validator.time_of(date.value)),
        ready_months: validator.number(&table, "ready_months", &ipo.ready_months),
        preparation_months: validator.number(&table, "preparation_months", &ipo.preparation_months),
        primary: validator.number(&table, "primary", &ipo.primary),
        fee: validator.number(&table, "fee", &ipo.fee),
        underpricing: validator.number(&table, "underpricing", &ipo.underpricing),
        shares: validator.optional(&ipo.shares_bn),
        gates,
    };
    if config.equity.is_none() {
        validator.problems.push(
            Problem::warning(
                Code::GateWithoutEquity,
                ipo.place,
                "[ipo] has no effect: without [equity] there is no value to offer at",
            )
            .found("no [equity]")
            .help("add [equity], or take [ipo] out"),
        );
        return None;
    }
    if let Some(earliest) = &ipo.earliest
        && validator.timeline.as_ref().is_some_and(|timeline| timeline.is_past_end(validated.earliest))
    {
        let message =
            "`ipo.earliest` is after the horizon: no gate is tested, and the probability of an IPO is 0"
                .to_owned();
        let help =
            "correct the date, or move `timeline.horizon`; take [ipo] out for a company that stays private";
        validator.off_timeline(earliest.place, earliest.value.to_string(), message, help);
    }
    Some(validated)
}

/// The period at whose end the first IPO can be: the gates hold from the first test on, for no longer than they must, and the
/// preparation is the shortest there is. `None` if none can be before the horizon.
pub(super) fn first_offer<'v>(validator: &'v Validator, ipo: &config::Ipo) -> Option<&'v Period> {
    let earliest = ipo.earliest.as_ref().map_or(f64::NEG_INFINITY, |date| validator.time_of(date.value));
    let least_months = |written: &Option<config::Number>| {
        let id = validator.optional(written);
        id.and_then(|id| validator.range(id)).map_or(0.0, |(low, _)| low)
    };
    let (ready, preparation) = (least_months(&ipo.ready_months), least_months(&ipo.preparation_months));
    let periods = validator.timeline.as_ref()?.periods();
    let tested = periods.iter().filter(|period| period.end >= earliest - TIME_SLACK);
    let mut held = 0.0;
    let ready = tested.clone().find(|period| {
        held += 12.0 * period.length;
        held >= ready - 12.0 * TIME_SLACK
    })?;
    tested.into_iter().find(|period| ready.end + preparation / 12.0 <= period.end + TIME_SLACK)
}
