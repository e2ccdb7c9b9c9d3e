//! Metrics of a deal, yearly series, and their units.

use crate::config::Unit;

/// A metric of a deal, in the order of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the names are the definitions' keys: `capstake explain` has the texts
pub enum Metric {
    SharePv,
    ShareUncappedPv,
    CapSavingPv,
    StakeMark,
    StakePv,
    MicrosoftTakePv,
    ResalePv,
    HostingPv,
    LicencePv,
    OutboundPv,
    MicrosoftTotalPv,
    OpenaiRetainedPv,
    RevenueKeptPv,
    ShareNominal,
    ShareUncappedNominal,
    CapHit,
    CapHitTime,
    EffectiveRate,
    TakeMultiple,
    Ipo,
    IpoTime,
    IpoEquity,
    Failed,
    StakeAtExit,
    FundingRaised,
    HomeShare,
    CloudConcentration,
}

impl Metric {
    /// Whether its value is final once the stake is sold and the last payment of the share has been received.
    pub fn is_final_after_exit(self) -> bool {
        match self {
            Metric::SharePv
            | Metric::ShareUncappedPv
            | Metric::CapSavingPv
            | Metric::StakeMark
            | Metric::StakePv
            | Metric::MicrosoftTakePv
            | Metric::OpenaiRetainedPv
            | Metric::ShareNominal
            | Metric::ShareUncappedNominal
            | Metric::CapHit
            | Metric::CapHitTime
            | Metric::EffectiveRate
            | Metric::TakeMultiple
            | Metric::Ipo
            | Metric::IpoTime
            | Metric::IpoEquity
            | Metric::StakeAtExit => true,
            Metric::ResalePv
            | Metric::HostingPv
            | Metric::LicencePv
            | Metric::OutboundPv
            | Metric::MicrosoftTotalPv
            | Metric::RevenueKeptPv
            | Metric::Failed
            | Metric::FundingRaised
            | Metric::HomeShare
            | Metric::CloudConcentration => false,
        }
    }

    /// All metrics, in order.
    pub const ALL: [Metric; 27] = [
        Metric::SharePv,
        Metric::ShareUncappedPv,
        Metric::CapSavingPv,
        Metric::StakeMark,
        Metric::StakePv,
        Metric::MicrosoftTakePv,
        Metric::ResalePv,
        Metric::HostingPv,
        Metric::LicencePv,
        Metric::OutboundPv,
        Metric::MicrosoftTotalPv,
        Metric::OpenaiRetainedPv,
        Metric::RevenueKeptPv,
        Metric::ShareNominal,
        Metric::ShareUncappedNominal,
        Metric::CapHit,
        Metric::CapHitTime,
        Metric::EffectiveRate,
        Metric::TakeMultiple,
        Metric::Ipo,
        Metric::IpoTime,
        Metric::IpoEquity,
        Metric::Failed,
        Metric::StakeAtExit,
        Metric::FundingRaised,
        Metric::HomeShare,
        Metric::CloudConcentration,
    ];

    /// Its name in tables; names of mix metrics end in their year.
    pub fn name(self, mix_year: i32) -> String {
        match self {
            Metric::HomeShare => format!("home_share_{mix_year}"),
            Metric::CloudConcentration => format!("cloud_concentration_{mix_year}"),
            other => other.key().to_string(),
        }
    }

    /// Its key: the name without a year.
    pub const fn key(self) -> &'static str {
        match self {
            Metric::SharePv => "share_pv",
            Metric::ShareUncappedPv => "share_uncapped_pv",
            Metric::CapSavingPv => "cap_saving_pv",
            Metric::StakeMark => "stake_mark",
            Metric::StakePv => "stake_pv",
            Metric::MicrosoftTakePv => "microsoft_take_pv",
            Metric::ResalePv => "resale_pv",
            Metric::HostingPv => "hosting_pv",
            Metric::LicencePv => "licence_pv",
            Metric::OutboundPv => "outbound_pv",
            Metric::MicrosoftTotalPv => "microsoft_total_pv",
            Metric::OpenaiRetainedPv => "openai_retained_pv",
            Metric::RevenueKeptPv => "revenue_kept_pv",
            Metric::ShareNominal => "share_nominal",
            Metric::ShareUncappedNominal => "share_uncapped_nominal",
            Metric::CapHit => "cap_hit",
            Metric::CapHitTime => "cap_hit_time",
            Metric::EffectiveRate => "effective_rate",
            Metric::TakeMultiple => "take_multiple",
            Metric::Ipo => "ipo",
            Metric::IpoTime => "ipo_time",
            Metric::IpoEquity => "ipo_equity",
            Metric::Failed => "failed",
            Metric::StakeAtExit => "stake_at_exit",
            Metric::FundingRaised => "funding_raised",
            Metric::HomeShare => "home_share",
            Metric::CloudConcentration => "cloud_concentration",
        }
    }

    /// Unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Metric::CapHit | Metric::Ipo | Metric::Failed => Unit::Flag,
            Metric::CapHitTime | Metric::IpoTime => Unit::Years,
            Metric::EffectiveRate | Metric::StakeAtExit | Metric::HomeShare | Metric::CloudConcentration => {
                Unit::Fraction
            }
            Metric::TakeMultiple => Unit::Multiple,
            _ => Unit::UsdBn,
        }
    }
}

/// A series by calendar year, and by period for sample paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Series {
    NetRevenue,
    NetRevenueFullYear,
    GrossMargin,
    Payments,
    CumulativePayments,
    CapLeft,
    /// Share of cloud sales, for the cloud with this index.
    CloudShare(usize),
    Compute,
    ComputeHome,
    FreeCashFlow,
    FreeCashFlowFullYear,
    Cash,
    Equity,
    Multiple,
    Stake,
    Ready,
    Listed,
    Alive,
}

impl Series {
    /// All series; of those of clouds, the first cloud's.
    pub const ALL: [Series; 18] = [
        Series::NetRevenue,
        Series::NetRevenueFullYear,
        Series::GrossMargin,
        Series::Payments,
        Series::CumulativePayments,
        Series::CapLeft,
        Series::CloudShare(0),
        Series::Compute,
        Series::ComputeHome,
        Series::FreeCashFlow,
        Series::FreeCashFlowFullYear,
        Series::Cash,
        Series::Equity,
        Series::Multiple,
        Series::Stake,
        Series::Ready,
        Series::Listed,
        Series::Alive,
    ];

    /// Its name in tables.
    pub fn name(self, clouds: &[String]) -> String {
        match self {
            Series::NetRevenue => "net_revenue".into(),
            Series::NetRevenueFullYear => "net_revenue_full_year".into(),
            Series::GrossMargin => "gross_margin".into(),
            Series::Payments => "payments".into(),
            Series::CumulativePayments => "cumulative_payments".into(),
            Series::CapLeft => "cap_left".into(),
            Series::CloudShare(j) => format!("cloud_share.{}", clouds[j]),
            Series::Compute => "compute".into(),
            Series::ComputeHome => "compute_home".into(),
            Series::FreeCashFlow => "free_cash_flow".into(),
            Series::FreeCashFlowFullYear => "free_cash_flow_full_year".into(),
            Series::Cash => "cash".into(),
            Series::Equity => "equity".into(),
            Series::Multiple => "multiple".into(),
            Series::Stake => "stake".into(),
            Series::Ready => "ready".into(),
            Series::Listed => "listed".into(),
            Series::Alive => "alive".into(),
        }
    }

    /// Whether it exists only for a first calendar year that the valuation date cuts.
    pub fn is_full_year(self) -> bool {
        matches!(self, Series::NetRevenueFullYear | Series::FreeCashFlowFullYear)
    }

    /// Whether it may be undefined: a ratio without a denominator, or a value that the valuation method does
    /// not define.
    pub fn may_be_undefined(self) -> bool {
        matches!(self, Series::GrossMargin | Series::CloudShare(_) | Series::Equity)
    }

    /// Unit of its values.
    pub fn unit(self) -> Unit {
        match self {
            Series::GrossMargin | Series::CloudShare(_) | Series::Stake => Unit::Fraction,
            Series::Ready | Series::Listed | Series::Alive => Unit::Flag,
            Series::Multiple => Unit::Multiple,
            _ => Unit::UsdBn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Metric;

    #[test]
    fn every_metric_has_a_key_of_its_own() {
        for (i, metric) in Metric::ALL.into_iter().enumerate() {
            assert!(metric.key().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", metric.key());
            assert!(Metric::ALL[..i].iter().all(|other| other.key() != metric.key()), "{}", metric.key());
        }
    }
}
