//! The IPO: gates of readiness, preparation, terms of the offer (methodology: IPO).

use crate::config::{self, Code, Config, Problem};

use super::parameters::ParamId;
use super::table::Table;
use super::validator::Validator;

/// What a gate measures, and on which side of its threshold it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GateKind {
    /// Trailing-year net revenue, billions, at least.
    TrailingRevenue,
    /// Net revenue of the period over that of a year before, less 1, at least.
    Growth,
    /// 1 - inference / net revenue, at least.
    GrossMargin,
    /// Trailing free cash flow over trailing revenue, at least.
    FcfMargin,
    /// Months of cash at the period's burn, at least.
    RunwayMonths,
    /// Largest cloud's part of gross sales, at most.
    LargestCloudShare,
    /// Commitments of the next twelve months over trailing revenue, at most.
    CommitmentsToRevenue,
    /// What is owed to Microsoft over trailing revenue, at most.
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

    /// Whether it looks at money that what is paid to Microsoft leaves or takes: cash, its flow, what is owed, equity. The
    /// others look at sales and commitments alone.
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

    /// The scenario's key below `ipo.gate`.
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

    /// Whether it holds at most at its threshold; else at least.
    pub fn is_upper(self) -> bool {
        matches!(self, GateKind::LargestCloudShare | GateKind::CommitmentsToRevenue | GateKind::OwedToRevenue)
    }
}

/// The terms of an IPO.
#[derive(Clone, Debug)]
pub struct Ipo {
    /// Gates are tested at period ends from this time on, years from the valuation date; `-inf`: always.
    pub earliest: f64,
    /// Months in a row that all gates must hold.
    pub ready_months: ParamId,
    /// Months from first readiness to the offer.
    pub preparation_months: ParamId,
    /// New shares as a fraction of the pre-money value.
    pub primary: ParamId,
    /// Fee on the proceeds.
    pub fee: ParamId,
    /// Discount of the offer price.
    pub underpricing: ParamId,
    /// Shares before the offer, fully diluted, billions; `None`: no price of a share.
    pub shares: Option<ParamId>,
    /// Gates that are set, in the order of [`GateKind::ALL`].
    pub gates: Vec<(GateKind, ParamId)>,
}

/// Validates `[ipo]` and `[ipo.gate]`; without equity there is no IPO.
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
    Some(validated)
}
