//! Plain labels, which readers see instead of the keys of metrics, inputs, gates and columns.
//!
//! They live beside the sentences, which need them; tables keep their keys, and pages, workbooks and terminals label the cells.

use crate::config::Unit;
use crate::kernel::metric::Metric;
use crate::model::PartyNames;
use crate::model::ipo::GateKind;
use crate::study::sensitivity::variables::{INPUTS, NOISE};

use super::digits::significant;

/// The plain label of a metric.
pub fn metric(metric: Metric, names: &PartyNames) -> String {
    names.tell(match metric {
        Metric::SharePv => "Revenue share",
        Metric::ShareUncappedPv => "Revenue share, had there been no cap",
        Metric::CapSavingPv => "What the cap saves {company}",
        Metric::StakeMark => "Stake at the scenario’s own value today",
        Metric::StakePv => "{partner’s} stake",
        Metric::MicrosoftTakePv => "{partner’s} take (share and stake)",
        Metric::ResalePv => "{partner’s} margin on reselling",
        Metric::HostingPv => "{partner’s} margin on hosting",
        Metric::LicencePv => "Royalties that the licence saves {partner}",
        Metric::OutboundPv => "What {partner} passes on to {company}",
        Metric::MicrosoftTotalPv => "{partner} in all",
        Metric::OpenaiRetainedPv => "Today’s other holders keep",
        Metric::RevenueKeptPv => "Revenue kept after the share",
        Metric::ShareNominal => "Revenue share, not discounted",
        Metric::ShareUncappedNominal => "Revenue share without the cap, not discounted",
        Metric::CapHit => "The cap binds",
        Metric::CapHitTime => "Years until the cap is reached",
        Metric::EffectiveRate => "Effective share of revenue",
        Metric::TakeMultiple => "{partner’s} multiple of the money invested",
        Metric::Ipo => "IPO by the horizon",
        Metric::IpoTime => "Years until the IPO",
        Metric::IpoEquity => "Equity value at the IPO",
        Metric::Failed => "{company} fails",
        Metric::StakeAtExit => "{partner’s} stake at its exit",
        Metric::FundingRaised => "Money raised to cover shortfalls",
        Metric::HomeShare => "Home cloud’s share of cloud sales",
        Metric::CloudConcentration => "Concentration of cloud sales",
    })
}

/// The label of a metric where there is little space.
pub fn short(metric: Metric, names: &PartyNames) -> String {
    names.tell(match metric {
        Metric::MicrosoftTakePv => "{partner’s} take",
        Metric::CapSavingPv => "Cap saves {company}",
        Metric::OpenaiRetainedPv => "Other holders keep",
        Metric::RevenueKeptPv => "Revenue kept",
        Metric::Ipo => "IPO",
        _ => return self::metric(metric, names),
    })
}

/// A metric and the year that its name ends in, if it has one: `home_share_2030`.
fn found(name: &str) -> Option<(Metric, Option<&str>)> {
    let of = |key: &str| Metric::ALL.into_iter().find(|metric| metric.key() == key);
    of(name).map(|metric| (metric, None)).or_else(|| {
        let (key, year) = name.rsplit_once('_')?;
        let is_year = year.len() == 4 && year.bytes().all(|letter| letter.is_ascii_digit());
        of(key).filter(|_| is_year).map(|metric| (metric, Some(year)))
    })
}

fn with_year(label: String, year: Option<&str>) -> String {
    year.map_or(label.clone(), |year| format!("{label} in {year}"))
}

/// The label of a metric by its name in the tables; of an unknown name its words.
pub fn of_metric(name: &str, names: &PartyNames) -> String {
    found(name).map_or_else(|| words(name), |(found, year)| with_year(metric(found, names), year))
}

/// The short label of a metric by its name in the tables.
pub fn short_of_metric(name: &str, names: &PartyNames) -> String {
    found(name).map_or_else(|| words(name), |(found, year)| with_year(short(found, names), year))
}

/// A metric within a sentence: `the probability that the cap binds`.
pub fn noun(metric: Metric, names: &PartyNames) -> String {
    names.tell(match metric {
        Metric::CapSavingPv => "what the cap saves {company}",
        Metric::OutboundPv => "what {partner} passes on to {company}",
        Metric::MicrosoftTotalPv => "everything that {partner} gets",
        Metric::OpenaiRetainedPv => "what today’s other holders keep",
        Metric::CapHit => "the probability that the cap binds",
        Metric::CapHitTime => "the time until the cap is reached",
        Metric::Ipo => "the probability of an IPO",
        Metric::IpoTime => "the time until the IPO",
        Metric::Failed => "the probability that {company} fails",
        metric => {
            let label = short(metric, names);
            let begins_with_name = label.starts_with(&names.partner) || label.starts_with(&names.company);
            return if begins_with_name { label } else { with_first(&label, |c| c.to_lowercase().collect()) };
        }
    })
}

/// A text with its first letter changed.
fn with_first(text: &str, change: impl Fn(char) -> String) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| change(first) + letters.as_str())
}

/// A text that begins a sentence.
pub fn capital(text: &str) -> String {
    with_first(text, |c| c.to_uppercase().collect())
}

/// A metric of a deal or of a difference within a sentence: `what today’s other holders keep under amended-2026`,
/// `Microsoft’s take (prior-2025 less amended-2026)`.
pub fn of_quantity(of: &str, metric: &str, names: &PartyNames) -> String {
    let label =
        found(metric).map_or_else(|| words(metric), |(found, year)| with_year(noun(found, names), year));
    match of.split_once(" - ") {
        Some((later, first)) => format!("{label} ({later} less {first})"),
        None => format!("{label} under {of}"),
    }
}

/// A name with spaces in place of underscores, abbreviations as people write them.
fn words(name: &str) -> String {
    let word = |word: &str| match word {
        "ipo" => "IPO".to_owned(),
        "ai" => "AI".to_owned(),
        "fcf" => "free cash flow".to_owned(),
        other => other.to_owned(),
    };
    name.split('_').map(word).collect::<Vec<_>>().join(" ")
}

/// A part of a key without the unit that it ends in: `cap` for `cap_usd_bn`.
fn without_unit(part: &str) -> &str {
    let endings =
        Unit::ALL.iter().filter(|unit| !matches!(unit, Unit::Fraction | Unit::Probability | Unit::Flag));
    endings
        .filter_map(|unit| part.strip_suffix(unit.name())?.strip_suffix('_'))
        .min_by_key(|rest| rest.len())
        .unwrap_or(part)
}

/// The label of a key, or of a group of sources of uncertainty: its table and name in words, without the unit, which tables show
/// for themselves. Segments go by their own names: `business growth now` for `segment.business.growth_now`,
/// `deal amended-2026 cap` for `deal.amended-2026.cap_usd_bn`, `luck in business` for `noise.segment.business`.
pub fn of_key(key: &str, names: &PartyNames) -> String {
    match key {
        INPUTS => return "all assumptions".to_owned(),
        NOISE => return "all year-to-year luck".to_owned(),
        _ => {}
    }
    for prefix in ["noise.", "factor."] {
        if let Some(rest) = key.strip_prefix(prefix) {
            return format!("luck in {}", of_key(rest, names));
        }
    }
    let mut parts: Vec<&str> = key.split('.').collect();
    if parts.len() > 1 && parts[0] == "segment" {
        parts.remove(0);
    }
    let count = parts.len();
    let label = |(i, part): (usize, &&str)| match *part {
        "microsoft" => names.partner.clone(),
        part if i + 1 == count => words(without_unit(part)),
        part => words(part),
    };
    parts.iter().enumerate().map(label).collect::<Vec<_>>().join(" ")
}

/// What a gate of the IPO looks at.
pub fn gate(kind: GateKind) -> &'static str {
    match kind {
        GateKind::TrailingRevenue => "trailing revenue",
        GateKind::Growth => "revenue growth",
        GateKind::GrossMargin => "gross margin",
        GateKind::FcfMargin => "free-cash-flow margin",
        GateKind::RunwayMonths => "months of cash",
        GateKind::LargestCloudShare => "largest cloud",
        GateKind::CommitmentsToRevenue => "commitments",
        GateKind::OwedToRevenue => "revenue share owed",
        GateKind::Equity => "valuation",
    }
}

/// A gate with its threshold: `trailing revenue of at least $40 bn`, `valuation of at least ~$500 bn` where the threshold is
/// uncertain and its median is given.
pub fn gate_at(kind: GateKind, threshold: f64, is_certain: bool) -> String {
    let about = if is_certain { "" } else { "~" };
    let number = |factor: f64| significant(factor * threshold, 3);
    let amount = match kind {
        GateKind::TrailingRevenue | GateKind::Equity => format!("${} bn", number(1.0)),
        GateKind::Growth => format!("{}% a year", number(100.0)),
        GateKind::GrossMargin | GateKind::FcfMargin => format!("{}%", number(100.0)),
        GateKind::LargestCloudShare => format!("{}% of sales", number(100.0)),
        GateKind::RunwayMonths => format!("{} months", number(1.0)),
        GateKind::CommitmentsToRevenue | GateKind::OwedToRevenue => format!("{}× revenue", number(1.0)),
    };
    let what = match kind {
        GateKind::RunwayMonths => "cash",
        kind => gate(kind),
    };
    let bound = match (kind, kind.is_upper()) {
        (GateKind::RunwayMonths, _) => "for at least",
        (_, true) => "at most",
        (_, false) => "of at least",
    };
    format!("{what} {bound} {about}{amount}")
}

/// The unit of numbers as a heading says it; empty for parts of 1, which need none.
pub fn of_unit(unit: Unit) -> &'static str {
    match unit {
        Unit::UsdBn => "$bn",
        Unit::UsdBnPerYear => "$bn a year",
        Unit::PerYear => "a year",
        Unit::PerSqrtYear => "a square root of a year",
        Unit::Years => "years",
        Unit::Months => "months",
        Unit::Multiple => "×",
        Unit::UsdPerShare => "$ a share",
        Unit::SharesBn => "bn shares",
        Unit::Fraction | Unit::Probability | Unit::Flag => "",
    }
}

/// A text cell of the column `column` of a study's tables as readers see it.
pub fn of_cell(column: &str, text: &str, names: &PartyNames) -> String {
    match column {
        "metric" => of_metric(text, names),
        "input" | "variable" | "group" | "knowing" | "key" => of_key(text, names),
        "gate" => of_column(text, names),
        "figure" => match text.strip_prefix("microsoft_") {
            Some(rest) => format!("{} {}", names.partner, words(rest)),
            None => words(text),
        },
        "unit" | "input_unit" => {
            let unit = Unit::ALL.into_iter().find(|unit| unit.name() == text);
            unit.map_or(text, |unit| if of_unit(unit).is_empty() { unit.name() } else { of_unit(unit) })
                .to_owned()
        }
        _ => text.to_owned(),
    }
}

/// The heading of a column of the table `table`; those that scenarios give their names to keep them.
pub fn of_heading(table: &str, column: &str, names: &PartyNames) -> String {
    let fixed = matches!(column, "deal" | "metric" | "unit" | "key");
    if !matches!(table, "side_by_side" | "changes") || fixed {
        return of_column(column, names);
    }
    let endings = ENDINGS.iter().find_map(|(ending, words)| Some((column.strip_suffix(ending)?, words)));
    endings.map_or(column.to_owned(), |(of, words)| format!("{}: {words}", of_heading(table, of, names)))
}

/// Endings of the names of columns that belong to the one before them.
const ENDINGS: [(&str, &str); 4] = [
    ("_std_error", "standard error"),
    ("_low95", "95% from"),
    ("_high95", "95% to"),
    ("_difference", "change"),
];

/// The label of a column of a study's tables by its name.
pub fn of_column(name: &str, names: &PartyNames) -> String {
    if let Some(kind) = GateKind::ALL.into_iter().find(|kind| kind.key() == name) {
        return gate(kind).to_owned();
    }
    if let Some((key, value)) = name.split_once('=') {
        // A column of a grid: `cap_usd_bn=20`.
        return format!("{} {value}", of_key(key, names));
    }
    if name.contains('.') {
        return of_key(name, names);
    }
    let known = match name {
        "p05" => "p5",
        "low95" => "95% from",
        "high95" => "95% to",
        "swing" => "swing",
        "mean_at_p10" => "if low (p10)",
        "mean_at_p90" => "if high (p90)",
        "input_p10" => "low (p10)",
        "input_p90" => "high (p90)",
        "changes_the_choice" => "changes the choice in",
        "knowing" => "to know",
        "all" => "all gates met",
        "undefined" => "paths without a value",
        "std_error" => "standard error",
        "std_dev" => "standard deviation",
        "figure" => "measure",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    for (ending, words) in ENDINGS {
        if let Some(of) = name.strip_suffix(ending).filter(|of| !of.is_empty()) {
            return format!("{}: {words}", of_column(of, names));
        }
    }
    words(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_label_of_its_own() {
        let names = PartyNames::default();
        for label in [metric, short] {
            for (i, metric) in Metric::ALL.into_iter().enumerate() {
                let text = label(metric, &names);
                assert!(text.starts_with(|c: char| c.is_uppercase()) && !text.contains('_'), "{text}");
                assert!(Metric::ALL[..i].iter().all(|&other| label(other, &names) != text), "{text}");
            }
        }
        assert_eq!(of_metric("home_share_2030", &names), "Home cloud’s share of cloud sales in 2030");
        assert_eq!(of_metric("no_such_one", &names), "no such one");
    }

    #[test]
    fn keys_are_words() {
        let names = PartyNames { company: "Acme".to_owned(), partner: "Bolt".to_owned() };
        for (key, label) in [
            ("segment.business.growth_now", "business growth now"),
            ("segment.ads-and-new.ceiling_usd_bn", "ads-and-new ceiling"),
            ("segment.business", "business"),
            ("deal.amended-2026.cap_usd_bn", "deal amended-2026 cap"),
            ("equity.half_life_years", "equity half life"),
            ("costs.fixed_usd_bn_per_year", "costs fixed"),
            ("ipo.gate.equity_usd_bn", "IPO gate equity"),
            ("microsoft.stake", "Bolt stake"),
            ("noise.segment.business", "luck in business"),
            ("factor.segment.consumer.level", "luck in consumer level"),
            ("inputs", "all assumptions"),
            ("noise", "all year-to-year luck"),
        ] {
            assert_eq!(of_key(key, &names), label);
        }
        assert_eq!(of_quantity("a", "microsoft_take_pv", &names), "Bolt’s take under a");
        assert_eq!(of_quantity("b - a", "share_pv", &names), "revenue share (b less a)");
        assert_eq!(of_quantity("a", "cap_hit", &names), "the probability that the cap binds under a");
        assert_eq!(capital("what"), "What");
    }

    #[test]
    fn gates_and_columns_are_words() {
        assert_eq!(gate_at(GateKind::TrailingRevenue, 40.0, true), "trailing revenue of at least $40 bn");
        assert_eq!(gate_at(GateKind::Growth, 0.2, false), "revenue growth of at least ~20% a year");
        assert_eq!(gate_at(GateKind::RunwayMonths, 12.0, true), "cash for at least 12 months");
        assert_eq!(gate_at(GateKind::LargestCloudShare, 0.6, true), "largest cloud at most 60% of sales");
        let names = PartyNames::default();
        assert_eq!(of_column("probability_low95", &names), "probability: 95% from");
        assert_eq!(of_column("equity_usd_bn", &names), "valuation");
        assert_eq!(of_column("deal.x.cap_usd_bn", &names), "deal x cap");
        assert_eq!(of_column("rank_correlation", &names), "rank correlation");
        assert_eq!(of_column("cap_usd_bn=20", &names), "cap 20");
        assert_eq!(of_heading("side_by_side", "my_case_difference", &names), "my_case: change");
        assert_eq!(of_heading("tornado", "swing_std_error", &names), "swing: standard error");
        assert_eq!(of_cell("metric", "share_pv", &names), "Revenue share");
        assert_eq!(of_cell("figure", "microsoft_today", &names), "Microsoft today");
        assert_eq!(of_cell("deal", "a_b", &names), "a_b");
    }
}
