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

    /// The key, in files, and the plain label, for people: the one table of both.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Metric::SharePv => ("share_pv", "Revenue share"),
            Metric::ShareUncappedPv => ("share_uncapped_pv", "Revenue share, had there been no cap"),
            Metric::CapSavingPv => ("cap_saving_pv", "What the cap saves OpenAI"),
            Metric::StakeMark => ("stake_mark", "Stake at the scenario’s own value today"),
            Metric::StakePv => ("stake_pv", "Microsoft’s stake"),
            Metric::MicrosoftTakePv => ("microsoft_take_pv", "Microsoft’s take (share and stake)"),
            Metric::ResalePv => ("resale_pv", "Microsoft’s margin on reselling"),
            Metric::HostingPv => ("hosting_pv", "Microsoft’s margin on hosting"),
            Metric::LicencePv => ("licence_pv", "Royalties the licence spares Microsoft"),
            Metric::OutboundPv => ("outbound_pv", "What Microsoft passes on to OpenAI"),
            Metric::MicrosoftTotalPv => ("microsoft_total_pv", "Microsoft in all"),
            Metric::OpenaiRetainedPv => ("openai_retained_pv", "Today’s other holders keep"),
            Metric::RevenueKeptPv => ("revenue_kept_pv", "Revenue kept after the share"),
            Metric::ShareNominal => ("share_nominal", "Revenue share, not discounted"),
            Metric::ShareUncappedNominal => {
                ("share_uncapped_nominal", "Revenue share without the cap, not discounted")
            }
            Metric::CapHit => ("cap_hit", "The cap binds"),
            Metric::CapHitTime => ("cap_hit_time", "Years until the cap is reached"),
            Metric::EffectiveRate => ("effective_rate", "Revenue really shared"),
            Metric::TakeMultiple => ("take_multiple", "Microsoft’s money back, times over"),
            Metric::Ipo => ("ipo", "An IPO comes"),
            Metric::IpoTime => ("ipo_time", "Years until the IPO"),
            Metric::IpoEquity => ("ipo_equity", "Equity value at the IPO"),
            Metric::Failed => ("failed", "OpenAI fails"),
            Metric::StakeAtExit => ("stake_at_exit", "Microsoft’s stake at its exit"),
            Metric::FundingRaised => ("funding_raised", "Money raised to cover shortfalls"),
            Metric::HomeShare => ("home_share", "Home cloud’s share of cloud sales"),
            Metric::CloudConcentration => ("cloud_concentration", "Concentration of cloud sales"),
        }
    }

    /// Its key: the name without a year.
    pub fn key(self) -> &'static str {
        self.words().0
    }

    /// What people read instead of the key.
    pub const fn label(self) -> &'static str {
        self.words().1
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
    fn every_metric_has_a_key_and_a_label_of_its_own() {
        for (i, metric) in Metric::ALL.into_iter().enumerate() {
            assert!(metric.key().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", metric.key());
            let label = metric.label();
            assert!(label.starts_with(|c: char| c.is_uppercase()) && !label.contains('_'), "{label}");
            for other in &Metric::ALL[..i] {
                assert!(other.key() != metric.key() && other.label() != label, "{label}");
            }
        }
    }
}
