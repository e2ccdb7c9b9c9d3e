//! Numbers, dates and deals that do not fit together.

use std::path::Path;

use capstake::config::Code;
use capstake::job::scenario::ScenarioFile;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::study::today;

use super::{BASE, MINIMAL, changed, of, problems, silent, told};
use crate::scenario::{from_text, frozen_base, shipped_with};

#[test]
fn equity_today_is_compared_with_the_last_round() {
    told(
        Code::EquityFarFromRound,
        BASE,
        &["equity.multiple_now=3"],
        "equity is worth $122 billion today (median), and the round `softbank-last` values it at $842 billion before the money",
        "look at `[equity]`",
    );
    // A round of long ago or far ahead says nothing of today, and neither does the market's.
    silent(Code::EquityFarFromRound, BASE, &["equity.multiple_now=3", "round.softbank-last.date=2027-10-01"]);
    silent(Code::EquityFarFromRound, BASE, &["equity.multiple_now=12"]);
}

#[test]
fn equity_today_is_the_mark_of_the_stake_over_the_stake() {
    let scenario = capstake::Scenario::from_text("base.toml", BASE).expect("a scenario");
    let columns = ["stake_mark", "deal.amended-2026.stake"];
    let draws = scenario.draws("amended-2026", &columns, 0..512, 1).expect("draws");
    let mut values: Vec<f64> = draws.rows().into_iter().map(|row| row[0] / row[1]).collect();
    values.sort_by(f64::total_cmp);
    let plan = Plan::from_model(&frozen_base(), 1, Isa::detect());
    let today = today::equity(&plan).expect("equity has a value");
    for (shown, at) in [(today.p05, 26), (today.p50, 256), (today.p95, 485)] {
        assert!((shown / values[at] - 1.0).abs() < 1e-12, "{shown} {}", values[at]);
    }
}

#[test]
fn growth_of_demand_follows_the_formulas_of_the_processes() {
    let growth = |name: &str, flags: &[&str]| {
        let plan = Plan::from_model(&shipped_with(name, flags), 1, Isa::detect());
        today::median_demand_growth(&plan).expect("there is demand today")
    };
    // Geometric Brownian motion: its median.
    assert!((growth("minimal", &[]) - (0.4_f64 - 0.045).exp_m1()).abs() < 1e-12);
    // Schwartz and Moon by the paper's own step, four quarters without innovations; lambda sigma lowers them.
    let flags = ["segment.amazon.volatility_now=0", "segment.amazon.volatility_long_run=0"];
    let (mut level, mut rate) = (0.0, 0.44);
    for _ in 0..4 {
        level += 0.25 * rate;
        rate = 0.06 + (rate - 0.06) * 0.5_f64.powf(0.25 / 2.475525644856947);
    }
    assert!((growth("schwartz-moon-2000", &flags) - f64::exp_m1(level)).abs() < 1e-12);
    // A plan of two points that double in a year, seen from half a year on.
    let points = "[[segment]]\nname = \"p\"\nprocess = \"plan\"\n[[segment.plan]]\ndate = 2026-07-01\nrate_usd_bn = 10\n[[segment.plan]]\ndate = 2027-07-01\nrate_usd_bn = 20\n";
    let start = MINIMAL.find("[[segment]]").expect("the segment");
    let end = MINIMAL.find("[[deal]]").expect("the deal");
    let text = format!("{}{points}{}", &MINIMAL[..start], &MINIMAL[end..]);
    for flags in [&[][..], &["timeline.horizon=2026-12-31", "deal.capped.share_ends=2026-12-31"]] {
        let plan = Plan::from_model(&from_text("plan", &text, flags), 1, Isa::detect());
        assert!((today::median_demand_growth(&plan).expect("demand") - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_growth_of_demand_that_is_hardly_meant_is_told() {
    told(
        Code::DemandGrowth,
        MINIMAL,
        &["segment.all.growth=2.5", "segment.all.volatility=0"],
        "demand grows by 1,120% in the first year, with every number at its median",
        "growth is continuous",
    );
    told(
        Code::DemandGrowth,
        MINIMAL,
        &["segment.all.growth=-0.9", "segment.all.volatility=0"],
        "demand shrinks by 59.3% in the first year, with every number at its median",
        "growth is continuous",
    );
    // A timeline of half a year: at that pace.
    let half = [
        "segment.all.growth=2.5",
        "segment.all.volatility=0",
        "timeline.horizon=2026-12-31",
        "deal.capped.share_ends=2026-12-31",
    ];
    assert_eq!(of(Code::DemandGrowth, MINIMAL, &half).len(), 1);
    silent(Code::DemandGrowth, MINIMAL, &["segment.all.growth=1.5"]);
    silent(Code::DemandGrowth, MINIMAL, &["segment.all.rate_now_usd_bn=0"]);
}

#[test]
fn margins_below_0_on_average_are_told() {
    told(
        Code::NegativeMargin,
        BASE,
        &["microsoft.resale_margin=0.05"],
        "under `deal.prior-2025` reselling at home loses 15% of its sales on average: `microsoft.resale_margin` is 5%, and 20% is passed on (1 - `home_keeps`)",
        "`resale_margin` is on gross sales",
    );
    told(
        Code::NegativeMargin,
        BASE,
        &["microsoft.hosting_margin={dist=\"uniform\",low=-0.5,high=0.3}"],
        "hosting loses money: `microsoft.hosting_margin` is -10% on average",
        "a margin",
    );
    silent(Code::NegativeMargin, BASE, &["microsoft.resale_margin=0.2"]);
    silent(Code::NegativeMargin, BASE, &["microsoft.resale_margin=0.05", "segment.business.cloud_sold=0"]);
}

#[test]
fn long_run_values_that_are_never_approached_are_told() {
    let told = |flag: &str, said: &str| told(Code::NeverReverts, BASE, &[flag], said, "");
    let rest = "for the 9.5 years to the horizon";
    told(
        "segment.business.growth_half_life_years=inf",
        &format!(
            "`segment.business.growth_long_run` has no effect: with `growth_half_life_years = inf`, `growth_now` stays at 86% a year (continuous) {rest}"
        ),
    );
    told(
        "segment.business.volatility_half_life_years=inf",
        &format!(
            "`segment.business.volatility_long_run` has no effect: with `volatility_half_life_years = inf`, `volatility_now` stays at 14% a year {rest}"
        ),
    );
    told(
        "equity.half_life_years=inf",
        &format!(
            "`equity.multiple_long_run` has no effect: with `half_life_years = inf`, `multiple_now` stays at 29.5 times {rest}"
        ),
    );
    told(
        "cloud.aws.half_life_years=inf",
        &format!(
            "`cloud.aws.long_run_share` has no effect: with `half_life_years = inf`, `share_now` stays at 5% {rest}"
        ),
    );
    told(
        "cloud.google.half_life_years=inf",
        &format!(
            "`cloud.google.long_run_share` has no effect: with `half_life_years = inf`, `entry_share` stays at 2% {rest}"
        ),
    );
    for key in ["costs.research", "costs.opex", "segment.consumer.inference_cost", "microsoft.ai.growth"] {
        let flag = format!("{key}_half_life_years=inf");
        assert_eq!(of(Code::NeverReverts, BASE, &[&flag]).len(), 1, "{flag}");
    }
    // By default, too; and without a word of the long run.
    let process = "process = \"gbm\"";
    let with = |more: &str| {
        let text = changed(MINIMAL, process, "process = \"mean-reverting-growth\"");
        changed(
            &changed(&text, "growth = 0.40", &format!("growth_now = 0.40\n{more}")),
            "volatility = 0.30\n",
            "",
        )
    };
    let years = "for the 4.5 years to the horizon";
    let said = format!(
        "`segment.all.growth_long_run` has no effect: without `growth_half_life_years`, `growth_now` stays at 40% a year (continuous) {years}"
    );
    self::told(
        Code::NeverReverts,
        &with("growth_long_run = 0.05"),
        &[],
        &said,
        "write `growth_half_life_years = 2`",
    );
    let said = format!(
        "`segment.all.growth_now` never slows: without `growth_half_life_years`, `growth_now` stays at 40% a year (continuous) {years}"
    );
    self::told(Code::NeverReverts, &with(""), &[], &said, "add `growth_long_run` and");
    // Said on purpose, or nothing to revert to.
    silent(Code::NeverReverts, &with("growth_half_life_years = inf"), &[]);
    silent(Code::NeverReverts, &with("growth_long_run = 0.40"), &[]);
    silent(Code::NeverReverts, &with("growth_long_run = 0.05\ngrowth_half_life_years = 2"), &[]);
}

#[test]
fn terms_that_other_deals_set_are_asked_for() {
    let mine = format!("{BASE}\n[[deal]]\nname = \"mine\"\nhome_keeps = 1.0\ncap_usd_bn = 60\n");
    told(
        Code::TermsLeftOut,
        &mine,
        &[],
        "`deal.mine` leaves out `effective` (the valuation date), `share_ends` (the horizon), `rate` (0), `base` (net), `eligible` (1), `paid_to_date_usd_bn` (0), `termination_rate_per_year` (0), `payment_lag_years` (0), `licence_ends` (never), `licence_exclusive` (false) and `stake` (none: its take is the share alone), which `deal.amended-2026` sets",
        "add them, or write `like = \"amended-2026\"`",
    );
    // Nothing is paid: how it would be does not matter.
    let rest = "licence_ends = 2032-12-31\nlicence_exclusive = true\n";
    let nothing = format!("{BASE}\n[[deal]]\nname = \"none\"\nrate = 0\nhome_keeps = 1.0\n{rest}");
    told(
        Code::TermsLeftOut,
        &nothing,
        &[],
        "`deal.none` leaves out `stake` (none: its take is the share alone), which `deal.amended-2026` sets",
        "add it, or write `like = \"amended-2026\"` to take what is left out from that deal, its cap too",
    );
    silent(Code::TermsLeftOut, &format!("{nothing}stake = 0.24\n"), &[]);
    // A cap is a term, not an omission; with one, what is paid already matters.
    let capped = ["deal.prior-2025.cap_usd_bn=60"];
    let said = "`deal.prior-2025` leaves out `paid_to_date_usd_bn` (0), which `deal.amended-2026` sets";
    told(Code::TermsLeftOut, BASE, &capped, said, "add it");
    silent(
        Code::TermsLeftOut,
        BASE,
        &["deal.prior-2025.cap_usd_bn=60", "deal.prior-2025.paid_to_date_usd_bn=0"],
    );
    silent(Code::TermsLeftOut, MINIMAL, &[]);
}

#[test]
fn growth_from_one_year_to_the_next_is_judged_as_it_is_written() {
    let growth = |value: &str| format!("segment.all.growth={{ value = {value}, basis = \"annual\" }}");
    told(
        Code::UnusualNumber,
        MINIMAL,
        &[&growth("40")],
        "`segment.all.growth` = 40 is 4,000% a year (annual); usual is -63% to 900% a year",
        "did you mean `0.4`?",
    );
    silent(Code::UnusualNumber, MINIMAL, &[&growth("5")]);
    told(
        Code::UnusualNumber,
        MINIMAL,
        &["segment.all.growth={ dist = \"normal\", mean = 40, sd = 8, min = 0, basis = \"annual\" }"],
        "`segment.all.growth`: one future in a hundred is above 5,860% a year (annual); usual is -63% to 900% a year",
        "did you mean `{ dist = \"normal\", mean = 0.4, sd = 0.08, min = 0.0, basis = \"annual\" }`?",
    );
}

#[test]
fn copies_of_deals_in_studies_are_asked_for_nothing() {
    let copy = ["deal.capped--0.like=\"capped\"", "deal.capped--0.eligible=0.9"].map(str::to_owned);
    let file = ScenarioFile::of_text(Path::new("test.toml"), MINIMAL);
    let scenario = file.variant(&copy).expect("a scenario");
    assert!(scenario.warnings.is_empty(), "{}", scenario.warnings);
    assert_eq!(scenario.model.deals.len(), 2);
}

#[test]
fn gaps_in_the_history_are_told() {
    let last = "[[history.period]]\nfrom = 2026-04-01\nto = 2026-06-30\n";
    let at = BASE.find(last).expect("the last row");
    let end = at + BASE[at..].find("\n# ---").expect("what follows");
    let without = format!("{}{}", &BASE[..at], &BASE[end..]);
    told(
        Code::HistoryGap,
        &without,
        &[],
        "no history covers the 3 months between 2026-03-31 and the valuation date 2026-07-01: figures of the last year are those of 9 months, scaled up",
        "add the row",
    );
    told(
        Code::HistoryGap,
        BASE,
        &["history.period.2026-01-01.to=2026-02-28"],
        "no history covers the month between 2026-02-28 and the row from 2026-04-01: figures of the last year are those of 11 months, scaled up",
        "add the row",
    );
    silent(Code::HistoryGap, BASE, &[]);
    silent(Code::HistoryGap, MINIMAL, &[]);
}

#[test]
fn ends_off_the_timeline_on_part_of_the_paths_are_told() {
    let exclusive = "deal.prior-2025.exclusive_until_years=3";
    let share = |law: &str| format!("deal.prior-2025.share_ends_years={law}");
    let law = share("{dist=\"uniform\",low=4.5,high=14.5}");
    told(
        Code::OffTimeline,
        BASE,
        &[exclusive, &law],
        "the revenue share of `deal.prior-2025` ends after the horizon in 50% of futures: there payments are counted to 2035-12-31 only",
        "move `timeline.horizon`",
    );
    let law = share("{dist=\"uniform\",low=-1,high=4}");
    told(
        Code::OffTimeline,
        BASE,
        &[exclusive, &law],
        "the revenue share of `deal.prior-2025` ends before the valuation date in 20% of futures: there nothing is paid",
        "it counts years",
    );
    silent(Code::OffTimeline, BASE, &[]);
}

#[test]
fn amounts_out_of_scale_with_the_company_are_told() {
    let base = [
        ("deal.amended-2026.cap_usd_bn=0.038", "is $38 million, 0.118%", "38"),
        ("contract.azure-a.total_usd_bn=0.07", "is $70 million, 0.217%", "70"),
        ("cash.now_usd_bn=0.078", "is $78 million, 0.242%", "78"),
        ("microsoft.invested_usd_bn=0.0118", "is $11.8 million, 0.0366%", "11.8"),
        ("ipo.gate.trailing_revenue_usd_bn=0.022", "is $22 million, 0.0682%", "22"),
        ("round.softbank-last.pre_money_usd_bn=0.842", "is $842 million, 2.61%", "842"),
        ("history.period.2026-04-01.net_revenue_usd_bn=0.0062", "is $24.8 million a year, 0.0768%", "6.2"),
    ];
    for (flag, said, meant) in base {
        let (key, value) = flag.split_once('=').expect("a flag");
        let said = format!("`{key}` = {value} {said} of today's revenue of $32.3 billion a year");
        let help = format!("did you mean `{meant}`? amounts are in billions");
        told(Code::OutOfScale, BASE, &[flag], &said, &help);
        assert_eq!(problems(BASE, &[flag]).warning_count(), 1, "{flag}: {}", problems(BASE, &[flag]));
    }
    told(
        Code::OutOfScale,
        BASE,
        &["segment.business.rate_now_usd_bn=0.0174"],
        "`segment.business.rate_now_usd_bn` = 0.0174 is $17.4 million a year, 0.117% of today's revenue of $14.9 billion a year",
        "did you mean `17.4`?",
    );
    told(
        Code::OutOfScale,
        BASE,
        &["cash.now_usd_bn={dist=\"uniform\",low=0.07,high=0.08}"],
        "`cash.now_usd_bn`: half of all futures are below $75 million, 0.232% of today's revenue of $32.3 billion a year",
        "did you mean `{ dist = \"uniform\", low = 70.0, high = 80.0 }`?",
    );
    // A small amount that no factor of 1,000 explains, and a shared draw, are not.
    silent(Code::OutOfScale, BASE, &["cash.minimum_usd_bn=0.00001"]);
    silent(Code::OutOfScale, BASE, &["cash.now_usd_bn=0.2"]);
}

/// A company of $1.2 billion a year with cash and a year of history.
fn small() -> String {
    let text = changed(MINIMAL, "rate_now_usd_bn = 25.0", "rate_now_usd_bn = 1.2");
    let text = changed(&text, "cap_usd_bn = 38.0", "cap_usd_bn = 2.0");
    format!(
        "{text}\n[cash]\nnow_usd_bn = 1.4\n\n[[history.period]]\nfrom = 2025-07-01\nto = 2026-06-30\nnet_revenue_usd_bn = 1.0\n"
    )
}

#[test]
fn revenue_that_does_not_go_with_its_history_is_told() {
    let text = small();
    assert!(problems(&text, &[]).is_empty(), "{}", problems(&text, &[]));
    told(
        Code::OutOfScale,
        &text,
        &["cash.now_usd_bn=1400"],
        "`cash.now_usd_bn` = 1400 is $1.4 trillion, 1,170 times today's revenue of $1.2 billion a year",
        "did you mean `1.4`?",
    );
    told(
        Code::OutOfScale,
        &text,
        &["segment.all.rate_now_usd_bn=60"],
        "revenue is $60 billion a year today (medians), and `history.period.2025-07-01` has $1 billion a year",
        "look at today's rates",
    );
    let thousandth = ["segment.all.rate_now_usd_bn=0.0012"];
    told(
        Code::OutOfScale,
        &text,
        &thousandth,
        "revenue is $1.2 million a year today (medians), and `history.period.2025-07-01` has $1 billion a year",
        "did you mean `1.2`?",
    );
    assert_eq!(problems(&text, &thousandth).warning_count(), 1);
    // Ninefold in a year is much, and possible.
    silent(Code::OutOfScale, &text, &["segment.all.rate_now_usd_bn=9"]);
}

#[test]
fn shares_of_clouds_that_do_not_add_up_to_1_are_told() {
    told(
        Code::CloudSharesSum,
        BASE,
        &["cloud.aws.share_now=0.86"],
        "the clouds' `share_now` add up to 1.81: they are taken in proportion, so that azure sells 51.9%, aws sells 47.5%, other sells 0.552%",
        "did you mean `cloud.azure.share_now = 0.13`? shares of the clouds add up to 1",
    );
    told(
        Code::CloudSharesSum,
        BASE,
        &["cloud.azure.share_now=0.5", "cloud.aws.share_now=0.99"],
        "the clouds' `share_now` add up to 1.5: they are taken in proportion, so that azure sells 33.3%, aws sells 66%, other sells 0.667%",
        "write shares of all cloud sales",
    );
    silent(Code::CloudSharesSum, BASE, &["cloud.aws.share_now=0.065"]);
    // Weights of the long run may add up to anything.
    silent(Code::CloudSharesSum, BASE, &["cloud.aws.long_run_share=0.9"]);
}

#[test]
fn a_conditional_round_waits_for_an_ipo_that_can_be() {
    let never = |flags: &[&str], until: &str, help: &str| {
        let said = format!(
            "`round.amazon-tranche`: `until` is {until}: the round never takes place, since there is no IPO by then"
        );
        told(Code::KeyWithoutEffect, BASE, flags, &said, help);
    };
    // Tested at the end of September, met for six months at the end of December, and three months of preparation.
    let first = "the first IPO that the model can have is at the end of 2027-03-31: write that day";
    never(&["round.amazon-tranche.until=2026-12-31"], "2026-12-31", first);
    never(&["round.amazon-tranche.until=2027-03-30"], "2027-03-30", first);
    silent(Code::KeyWithoutEffect, BASE, &["round.amazon-tranche.until=2027-03-31"]);
    let at_once = ["ipo.ready_months=0", "ipo.preparation_months=0", "round.amazon-tranche.until=2026-09-30"];
    silent(Code::KeyWithoutEffect, BASE, &at_once);
    let late =
        ["ipo.preparation_months=60", "ipo.earliest=2031-06-30", "round.amazon-tranche.until=2030-12-31"];
    never(&late, "2030-12-31", "take the round out: no IPO can be before the horizon");
}

#[test]
fn percentages_beside_a_bound_that_is_right_are_told() {
    for more in ["", ", basis = \"annual\""] {
        let table = |values: &str| format!("{{ dist = \"quantiles\", {values}, lower = -1.0{more} }}");
        let flag = format!("segment.business.growth_now={}", table("p05 = -5, p50 = 25, p95 = 50"));
        let help = format!(
            "percentages are written as fractions of 1: `{}`",
            table("p05 = -0.05, p50 = 0.25, p95 = 0.5")
        );
        told(
            Code::DistributionParameter,
            BASE,
            &[&flag],
            "`segment.business.growth_now`: quantiles: `lower` is -1; it must be below `p05` = -5",
            &help,
        );
    }
    told(
        Code::UnusualNumber,
        BASE,
        &["segment.business.growth_now={dist=\"quantiles\",p10=46,p50=86,p90=109,lower=-1,basis=\"annual\"}"],
        "`segment.business.growth_now`: one future in a hundred is above 12,900% a year (annual); usual is -63% to 900% a year",
        "did you mean `{ dist = \"quantiles\", p10 = 0.46, p50 = 0.86, p90 = 1.09, lower = -1.0, basis = \"annual\" }`?",
    );
}

#[test]
fn growth_that_stays_is_told_as_it_is_written() {
    told(
        Code::NeverReverts,
        BASE,
        &[
            "segment.business.growth_now={value=1.36,basis=\"annual\"}",
            "segment.business.growth_half_life_years=inf",
        ],
        "`segment.business.growth_long_run` has no effect: with `growth_half_life_years = inf`, `growth_now` stays at 136% a year (annual) for the 9.5 years to the horizon",
        "write `growth_half_life_years = 2`",
    );
}

#[test]
fn a_licence_without_an_end_is_not_asked_for() {
    let ends = changed(MINIMAL, "cap_usd_bn = 38.0", "cap_usd_bn = 38.0\nlicence_ends = 2032-12-31");
    let second = "[[deal]]\nname = \"second\"\nshare_ends = 2030-12-31\nrate = 0.1\n";
    silent(Code::TermsLeftOut, &format!("{ends}\n{second}"), &[]);
}
