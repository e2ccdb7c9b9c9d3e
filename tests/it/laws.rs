//! Laws that hold whatever the scenario says, on generated scenarios.

use crate::engine::{Draws, draws, input_keys, metric_index, plan, series_index, shipped};
use capstake::config::Unit;
use capstake::kernel::block::{Block, BlockOptions};
use capstake::kernel::metric::{Metric, Series};
use capstake::kernel::plan::Plan;
use capstake::math::lanes::LANES;
use capstake::run::{self, Options};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a generated scenario has.
#[derive(Clone, Debug)]
pub struct Shape {
    clouds: bool,
    cash: bool,
    funding: bool,
    equity: bool,
    ipo: bool,
    shocks: bool,
    contracts: bool,
    history: bool,
    own_business: bool,
    second_deal: bool,
    months: bool,
    uncertain: bool,
}

/// A scenario: what it has, and numbers between 0 and 1 that become its values.
#[derive(Clone, Debug)]
pub struct Draft {
    shape: Shape,
    u: Vec<f64>,
    seed: u64,
}

const NUMBERS: usize = 48;

pub fn drafts() -> impl Strategy<Value = Draft> {
    (prop::array::uniform12(any::<bool>()), prop::collection::vec(0.0..1.0, NUMBERS), 0_u64..1 << 40)
        .prop_map(
            |(
                [
                    clouds,
                    cash,
                    funding,
                    equity,
                    ipo,
                    shocks,
                    contracts,
                    history,
                    own_business,
                    deal,
                    months,
                    dist,
                ],
                u,
                seed,
            )| {
                Draft {
                    shape: Shape {
                        clouds,
                        cash,
                        funding: funding && cash,
                        equity,
                        ipo: ipo && equity,
                        shocks,
                        contracts: contracts && clouds,
                        history,
                        own_business,
                        second_deal: deal,
                        months,
                        uncertain: dist,
                    },
                    u,
                    seed,
                }
            },
        )
}

impl Draft {
    /// The number of that place, between two bounds.
    fn at(&self, place: usize, low: f64, high: f64) -> f64 {
        low + (high - low) * self.u[place % NUMBERS]
    }

    /// The same as TOML: a constant, or a law around it.
    fn number(&self, place: usize, low: f64, high: f64) -> String {
        self.scaled(place, low, high, 1.0)
    }

    /// The same for an amount of money, in other money.
    fn scaled(&self, place: usize, low: f64, high: f64, k: f64) -> String {
        let x = self.at(place, low, high);
        let (down, up) = (low + 0.5 * (x - low), x + 0.5 * (high - x));
        match place % 3 {
            0 if self.shape.uncertain => {
                format!(
                    "{{ dist = \"triangular\", low = {:?}, mode = {:?}, high = {:?} }}",
                    k * down,
                    k * x,
                    k * up
                )
            }
            1 if self.shape.uncertain => {
                format!("{{ dist = \"uniform\", low = {:?}, high = {:?} }}", k * down, k * up)
            }
            _ => format!("{:?}", k * x),
        }
    }

    /// The text, with every amount of money times `k`.
    pub fn text(&self, k: f64) -> String {
        let s = &self.shape;
        let money = |place, low, high| self.scaled(place, low, high, k);
        let number = |place, low, high| self.number(place, low, high);
        let mut t = String::new();
        let w = &mut t;
        let mut add = |part: String| w.push_str(&part);
        add(format!(
            "[run]\nmix_year = 2027\n[timeline]\nvaluation_date = 2026-{:02}-15\nhorizon = 2029-12-31\nperiod = \"{}\"\n",
            1 + (self.at(0, 0.0, 11.9) as u32),
            if s.months { "month" } else { "quarter" }
        ));
        add(format!(
            "[discount]\nshare = {}\nequity = {}\ncloud = 0.08\nlicence = 0.09\nrevenue = {}\n",
            number(1, 0.0, 0.2),
            number(2, 0.0, 0.3),
            number(3, 0.0, 0.2)
        ));
        if s.history {
            for (from, to, place) in [("2024-10-01", "2025-09-30", 4), ("2025-10-01", "2025-12-31", 5)] {
                add(format!(
                    "[[history.period]]\nfrom = {from}\nto = {to}\nnet_revenue_usd_bn = {}\nfcf_usd_bn = {}\n",
                    money(place, 1.0, 20.0),
                    money(place + 1, -8.0, 3.0)
                ));
            }
        }
        add(format!(
            "[[segment]]\nname = \"app\"\nprocess = \"mean-reverting-growth\"\nrate_now_usd_bn = {}\ngrowth_now = {}\n\
             growth_long_run = 0.05\ngrowth_half_life_years = 1.5\nvolatility_now = {}\ngrowth_volatility_now = 0.1\n\
             inference_cost_now = {}\ninference_cost_long_run = 0.3\ninference_cost_half_life_years = 2.0\n",
            money(6, 5.0, 30.0),
            number(7, -0.2, 1.0),
            number(8, 0.0, 0.5),
            number(9, 0.2, 0.8)
        ));
        add(format!(
            "[[segment]]\nname = \"api\"\nprocess = \"gbm\"\nrate_now_usd_bn = {}\ngrowth = {}\nvolatility = {}\n\
             cloud_sold = {}\ninference_cost_now = 0.5\n",
            money(10, 1.0, 20.0),
            number(11, -0.3, 0.8),
            number(12, 0.0, 0.6),
            if s.clouds { number(13, 0.0, 1.0) } else { "0.0".into() }
        ));
        if s.shocks {
            add(format!(
                "[[shock]]\nname = \"war\"\nrate_per_year = {}\nmean = -0.2\nsd = 0.1\n\
                 loading = {{ app = 1.0, api = 0.5{} }}\n",
                number(14, 0.0, 2.0),
                if s.equity { ", \"equity.multiple\" = 0.3" } else { "" }
            ));
        }
        if s.clouds {
            add(format!(
                "[[cloud]]\nname = \"home\"\nhome = true\nshare_now = 0.8\nlong_run_share = {}\nfee = {}\nflex_share = 0.3\n\
                 [[cloud]]\nname = \"east\"\nshare_now = 0.2\nlong_run_share = 0.4\nhalf_life_years = 0.7\n\
                 volatility = {}\nfee = 0.15\nflex_share = 0.3\n\
                 [[cloud]]\nname = \"west\"\nshare_now = 0.0\nentry_share = 0.02\nopens = 2027-03-01\n\
                 long_run_share = 0.3\nhalf_life_years = 0.5\nvolatility = 0.4\nfee = {}\nflex_share = 0.2\n\
                 [home_first]\nlead_months = {}\ncycle_months = 9.0\ndecline_probability = 0.1\n\
                 [reach]\nuplift = {}\n\
                 [in_house]\nceiling = 0.5\nmidpoint_years = {}\nramp_years = 3.0\nsubstitution = 0.5\n",
                number(15, 0.1, 0.9),
                number(16, 0.0, 0.4),
                number(17, 0.0, 0.8),
                number(18, 0.0, 0.4),
                number(19, 0.0, 8.0),
                number(20, 0.0, 0.3),
                number(21, 0.5, 3.0)
            ));
        }
        if s.contracts {
            add(format!(
                "[[contract]]\nname = \"c-home\"\ncloud = \"home\"\ntotal_usd_bn = {}\ndraw = {}\nfrom = 2026-07-01\n\
                 to = 2029-06-30\n[[contract]]\nname = \"c-east\"\ncloud = \"east\"\ntotal_usd_bn = {}\n\
                 from = 2027-01-01\nto = 2030-12-31\n",
                money(22, 5.0, 60.0),
                number(23, 0.3, 1.1),
                money(24, 5.0, 60.0)
            ));
        }
        add(format!(
            "[microsoft]\ninvested_usd_bn = {:?}\nreceived_before_usd_bn = {:?}\nresale_margin = {}\n\
             hosting_margin = 0.3\ntake_or_pay_margin = 0.4\n",
            12.0 * k,
            6.0 * k,
            number(25, 0.2, 0.7)
        ));
        if s.own_business {
            add(format!(
                "[microsoft.ai]\nprocess = \"logistic\"\nceiling_usd_bn = {}\nmidpoint_years = 2.0\nramp_years = 4.0\n\
                 volatility = 0.2\n[licence]\nroyalty_rate = {}\nnon_exclusive_discount = 0.3\n\
                 income_usd_bn_per_year = {}\n",
                money(26, 10.0, 80.0),
                number(27, 0.02, 0.15),
                money(28, 0.0, 2.0)
            ));
        }
        let stake = if s.equity { format!("stake = {}\n", number(29, 0.1, 0.4)) } else { String::new() };
        add(format!(
            "[[deal]]\nname = \"capped\"\nrate = {}\ncap_usd_bn = {}\npaid_to_date_usd_bn = {}\neligible = {}\n\
             termination_rate_per_year = {}\npayment_lag_years = {}\nhome_keeps = {}\nlicence_ends = 2028-12-31\n{stake}",
            number(30, 0.05, 0.4),
            money(31, 2.0, 40.0),
            money(32, 0.0, 4.0),
            number(33, 0.8, 1.0),
            number(34, 0.0, 0.5),
            number(35, 0.0, 1.0),
            number(36, 0.5, 1.0)
        ));
        if s.second_deal {
            let exclusive = if s.clouds { "exclusive_until = 2028-03-31\n" } else { "" };
            add(format!(
                "[[deal]]\nname = \"gross\"\nbase = \"gross\"\nshare_ends_years = {}\neffective = 2027-02-01\n\
                 home_keeps = 0.8\nlicence_exclusive = true\n{exclusive}{stake}\
                 [[deal.rate]]\nfrom = 2026-01-01\nrate = 0.2\n[[deal.rate]]\nfrom = 2028-01-01\nrate = {}\n",
                number(37, 1.0, 3.0),
                number(38, 0.0, 0.3)
            ));
        }
        add(format!(
            "[costs]\nresearch_now = {}\nopex_now = {}\nfixed_usd_bn_per_year = {}\ntax_rate = 0.21\noffset_limit = 0.8\n\
             losses_usd_bn = {}\n",
            number(39, 0.1, 0.9),
            number(40, 0.1, 0.4),
            money(41, 0.0, 2.0),
            money(42, 0.0, 30.0)
        ));
        if s.cash {
            add(format!(
                "[cash]\nnow_usd_bn = {}\nyield = 0.04\nminimum_usd_bn = {}\n",
                money(43, 2.0, 60.0),
                money(44, 0.0, 2.0)
            ));
        }
        if s.funding {
            add(format!(
                "[funding]\nenabled = true\nrunway_years = 1.0\nround_discount = 0.1\nmax_dilution = {}\nrecovery = 0.3\n",
                number(45, 0.05, 0.5)
            ));
        }
        if s.equity {
            add(format!(
                "[[round]]\nname = \"dated\"\ndate = 2026-12-20\namount_usd_bn = {:?}\npre_money = \"market\"\n\
                 [equity]\nmethod = \"revenue-multiple\"\nmultiple_now = {}\nmultiple_long_run = 5.0\n\
                 half_life_years = 2.0\nvolatility = 0.3\ngrant_rate_per_year = 0.02\nlockup_months = 6\n\
                 marketability_discount = {}\n",
                3.0 * k,
                number(46, 5.0, 30.0),
                number(47, 0.0, 0.4)
            ));
        }
        if s.ipo {
            add(format!(
                "[[round]]\nname = \"with-ipo\"\non_ipo = true\n{}amount_usd_bn = {:?}\npre_money_usd_bn = {:?}\n\
                 [ipo]\nready_months = 3\npreparation_months = 6\nprimary = 0.06\nfee = 0.02\nunderpricing = 0.1\n\
                 [ipo.gate]\ntrailing_revenue_usd_bn = {}\ngrowth = 0.05\nequity_usd_bn = {}\n",
                if s.second_deal { "until = 2028-06-30\n" } else { "" },
                2.0 * k,
                100.0 * k,
                money(5, 10.0, 40.0),
                money(4, 50.0, 300.0)
            ));
        }
        t
    }

    pub fn plan(&self) -> Plan {
        plan(&self.text(1.0), self.seed)
    }
}

fn block_of(plan: &Plan, periods: bool) -> Block {
    let mut block = Block::new(plan);
    block.run(plan, 0, BlockOptions { periods, factor_pairs: 0 });
    block
}

/// Values of a metric of a deal, where the scenario has it.
fn metric(plan: &Plan, block: &Block, deal: usize, metric: Metric) -> Option<[f64; LANES]> {
    let at = plan.deals()[deal].metrics.iter().position(|&m| m == metric)?;
    Some(*block.metrics[deal][at])
}

/// Equal up to rounding of something of that size; two that are undefined are equal.
fn near(a: f64, b: f64, size: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= size
}

fn cases(release: u32) -> ProptestConfig {
    let cases = if cfg!(debug_assertions) { release / 8 } else { release };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn parts_add_up(draft in drafts()) {
        let plan = draft.plan();
        let block = block_of(&plan, true);
        prop_assert_eq!(block.non_finite.iter().sum::<f64>(), 0.0);
        for (d, deal) in plan.model().deals.iter().enumerate() {
            let get = |m: Metric| metric(&plan, &block, d, m).expect("every deal has it");
            let value = |num| block.value(num);
            for l in 0..LANES {
                let of = |m: Metric| get(m)[l];
                // Paid and saved are due; the cap binds; the cap's event goes with it.
                let (pv, due, saved) = (of(Metric::SharePv), of(Metric::ShareUncappedPv), of(Metric::CapSavingPv));
                prop_assert!(near(pv + saved, due, 1e-12 * due) && saved >= -1e-12 * due, "{} {} {}", pv, saved, due);
                let (paid, owed) = (of(Metric::ShareNominal), of(Metric::ShareUncappedNominal));
                prop_assert!(paid <= owed * (1.0 + 1e-12));
                if let Some(cap) = deal.cap {
                    let room = (value(cap)[l] - value(deal.paid_to_date)[l]).max(0.0);
                    prop_assert!(paid <= room * (1.0 + 1e-12), "{} > {}", paid, room);
                    let hit = of(Metric::CapHit) == 1.0;
                    prop_assert_eq!(hit, !of(Metric::CapHitTime).is_nan());
                    if hit {
                        prop_assert!(near(paid, room, 1e-12 * room));
                    } else {
                        prop_assert!(near(paid, owed, 1e-12 * owed));
                    }
                } else {
                    prop_assert!(near(paid, owed, 0.0) && of(Metric::CapHit) == 0.0);
                }
                prop_assert!((0.0..=1.0).contains(&of(Metric::EffectiveRate)) || paid == 0.0 || deal.base
                    == capstake::model::deal::ShareBase::Gross);
                // The total is its parts.
                let parts = [Metric::MicrosoftTakePv, Metric::ResalePv, Metric::HostingPv, Metric::LicencePv].map(of);
                let size: f64 = parts.iter().map(|x| x.abs()).sum();
                prop_assert!(near(of(Metric::MicrosoftTotalPv), parts.iter().sum(), 1e-12 * size));
                let stake = metric(&plan, &block, d, Metric::StakePv).map(|stake| stake[l]);
                let take = parts[0];
                prop_assert!(near(take, pv + stake.unwrap_or(0.0), 1e-12 * (pv + stake.unwrap_or(0.0).abs())));
                // Both sides hold the same company: the stake bears the discount of what cannot be sold, or does not.
                if let (Some(stake_pv), Some(share)) = (stake, deal.stake) {
                    let retained = of(Metric::OpenaiRetainedPv);
                    let (mine, theirs) = (stake_pv * (1.0 - value(share)[l]), retained * value(share)[l]);
                    let discount = value(plan.model().equity.expect("there is a stake").marketability_discount)[l];
                    let size = 1e-12 * theirs.abs();
                    let listed = near(mine, theirs, size);
                    prop_assert!(listed || near(mine, theirs * (1.0 - discount), size), "{} {}", mine, theirs);
                    if of(Metric::Ipo) == 0.0 && of(Metric::Failed) == 0.0 && theirs > 0.0 {
                        prop_assert!(near(mine, theirs * (1.0 - discount), size));
                    }
                }
                prop_assert!([0.0, 1.0].contains(&of(Metric::Failed)) && [0.0, 1.0].contains(&of(Metric::Ipo)));
            }
            // By period.
            let at = |series| series_index(&plan, d, series);
            let (payments, cumulative) = (at(Series::Payments), at(Series::CumulativePayments));
            let mut sum = [0.0; LANES];
            for lanes in &block.periods[d] {
                for l in 0..LANES {
                    sum[l] += lanes[payments][l];
                    prop_assert!(lanes[payments][l] >= 0.0);
                    prop_assert!(near(lanes[cumulative][l], sum[l], 1e-12 * sum[l]));
                    if let Some(cap) = deal.cap {
                        let room = (value(cap)[l] - value(deal.paid_to_date)[l]).max(0.0);
                        let left = lanes[at(Series::CapLeft)][l];
                        prop_assert!(left >= 0.0 && near(lanes[cumulative][l] + left, room, 1e-12 * room.max(1.0)));
                    }
                    let shares = (0..plan.model().clouds.len()).map(|j| lanes[at(Series::CloudShare(j))][l]);
                    let total: f64 = shares.clone().sum();
                    prop_assert!(plan.model().clouds.is_empty() || total.is_nan() || near(total, 1.0, 1e-12), "{}", total);
                    prop_assert!(shares.clone().all(|x| x.is_nan() || (-1e-15..=1.0 + 1e-12).contains(&x)));
                }
            }
        }
        // A difference is the later deal less the first.
        for (i, difference) in plan.differences().iter().enumerate() {
            for (m, &(_, later, first)) in difference.metrics.iter().enumerate() {
                let (a, b) = (&block.metrics[difference.later][later], &block.metrics[0][first]);
                let out = &block.metrics[plan.deals().len() + i][m];
                for l in 0..LANES {
                    prop_assert!(near(out[l], a[l] - b[l], 0.0));
                }
            }
        }
    }

    #[test]
    fn money_has_no_unit_of_its_own(draft in drafts(), log_k in -3.0..3.0_f64) {
        let k = log_k.exp();
        let [one, other] = [1.0, k].map(|k| plan(&draft.text(k), draft.seed));
        let [a, b] = [&one, &other].map(|plan| block_of(plan, true));
        let largest = |a: &[f64; LANES]| {
            a.iter().fold(0.0_f64, |size, x| if x.is_nan() { size } else { size.max(x.abs()) })
        };
        // What is a difference of larger sums is rounded at their size.
        let check = |name: String, unit: Unit, a: &[f64; LANES], b: &[f64; LANES], size: f64| {
            let factor = if unit == Unit::UsdBn { k } else { 1.0 };
            for l in 0..LANES {
                let bound = factor * 1e-10 * (a[l].abs() + 1e-3 * size);
                prop_assert!(near(a[l] * factor, b[l], bound), "{} lane {}: {} and {}", name, l, a[l] * factor, b[l]);
            }
            Ok(())
        };
        for (d, deal) in one.deals().iter().enumerate() {
            for (m, &kind) in deal.metrics.iter().enumerate() {
                let lanes = &a.metrics[d][m];
                check(kind.name(0), kind.unit(), lanes, &b.metrics[d][m], largest(lanes))?;
            }
            for (p, lanes) in a.periods[d].iter().enumerate() {
                for (i, &series) in deal.series.iter().enumerate() {
                    // What is left of a cap, and the payment that fills it, is the cap less the payments so far, on every lane and to
                    // the end.
                    let of_cap = || a.periods[d].iter().map(|lanes| largest(&lanes[i])).fold(0.0, f64::max);
                    let is_rest = matches!(series, Series::CapLeft | Series::Payments);
                    let size = if is_rest { of_cap() } else { largest(&lanes[i]) };
                    let name = format!("{series:?} of period {p}");
                    check(name, series.unit(), &lanes[i], &b.periods[d][p][i], size)?;
                }
            }
        }
    }

    #[test]
    fn a_higher_cap_or_rate_pays_no_less(draft in drafts(), more in 1.0..2.0_f64) {
        // Without cash nothing that is paid comes back as a failure.
        let shape = Shape { cash: false, funding: false, uncertain: false, ..draft.shape.clone() };
        let text = Draft { shape, ..draft.clone() }.text(1.0);
        let with = |cap: f64, rate: f64| {
            let change = |text: String, key: &str, factor: f64| {
                let at = text.find(key).expect("the first deal has it") + key.len();
                let end = at + text[at..].find('\n').expect("a line ends");
                let value: f64 = text[at..end].parse().expect("a constant");
                format!("{}{:?}{}", &text[..at], value * factor, &text[end..])
            };
            let deal = text.find("[[deal]]").expect("there is one");
            let tail = change(change(text[deal..].to_string(), "cap_usd_bn = ", cap), "rate = ", rate);
            let plan = plan(&format!("{}{tail}", &text[..deal]), draft.seed);
            metric(&plan, &block_of(&plan, false), 0, Metric::SharePv).expect("every deal has it")
        };
        let base = with(1.0, 1.0);
        for changed in [with(more, 1.0), with(1.0, more), with(more, more)] {
            for l in 0..LANES {
                prop_assert!(changed[l] >= base[l] * (1.0 - 1e-12), "{} < {}", changed[l], base[l]);
            }
        }
    }
}

#[test]
fn generated_scenarios_reach_what_the_laws_speak_of() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let drafts = if cfg!(debug_assertions) { 40 } else { 200 };
    for _ in 0..drafts {
        let plan = drafts_tree(&mut runner).plan();
        let block = block_of(&plan, false);
        for kind in [Metric::CapHit, Metric::Ipo, Metric::Failed] {
            let hits = metric(&plan, &block, 0, kind).expect("every deal has it");
            *counts.entry(kind.key()).or_default() += hits.iter().filter(|&&x| x == 1.0).count();
        }
        let raised = metric(&plan, &block, 0, Metric::FundingRaised).expect("every deal has it");
        *counts.entry("raised").or_default() += raised.iter().filter(|&&x| x > 0.0).count();
    }
    println!("{counts:?} of {} paths", drafts * LANES);
    for (what, count) in counts {
        assert!(count * 100 > drafts * LANES, "{what}: {count} of {} paths", drafts * LANES);
    }
}

fn drafts_tree(runner: &mut proptest::test_runner::TestRunner) -> Draft {
    use proptest::strategy::ValueTree;
    drafts().new_tree(runner).expect("a draft").current()
}

#[test]
fn a_key_left_in_the_old_money_is_seen() {
    let draft = full();
    let (k, text) = (2.0, draft.text(2.0));
    let line = |text: &str| {
        text.lines().find(|line| line.starts_with("losses_usd_bn")).expect("it is there").to_owned()
    };
    let mixed = text.replace(&line(&text), &line(&draft.text(1.0)));
    assert_ne!(mixed, text);
    let [a, b] = [draft.text(1.0), mixed].map(|text| block_of(&plan(&text, draft.seed), true));
    let cash = series_index(&draft.plan(), 0, Series::Cash);
    let moved = |(p, q): (&Vec<_>, &Vec<_>)| {
        let (p, q): (&capstake::math::lanes::Lanes, &capstake::math::lanes::Lanes) = (&p[cash], &q[cash]);
        (0..LANES).any(|l| !near(p[l] * k, q[l], 1e-10 * q[l].abs()))
    };
    assert!(a.periods[0].iter().zip(&b.periods[0]).any(moved));
}

/// Draws of the inputs by key, as bits.
fn by_key(plan: &Plan, drawn: &Draws) -> BTreeMap<String, Vec<u64>> {
    let bits = |column: &Vec<f64>| column.iter().map(|x| x.to_bits()).collect();
    input_keys(plan).into_iter().zip(drawn.inputs.iter().map(bits)).collect()
}

fn column_bits(drawn: &Draws, deal: usize) -> Vec<Vec<u64>> {
    drawn.metrics[deal].iter().map(|column| column.iter().map(|x| x.to_bits()).collect()).collect()
}

const PATHS: u64 = 5_000;

fn run_text(text: &str) -> (Plan, Draws) {
    let plan = plan(text, 77);
    let drawn = draws(&plan, Options { paths: PATHS, threads: 2 });
    (plan, drawn)
}

fn full() -> Draft {
    let shape = Shape {
        clouds: true,
        cash: true,
        funding: true,
        equity: true,
        ipo: true,
        shocks: true,
        contracts: true,
        history: true,
        own_business: true,
        second_deal: false,
        months: false,
        uncertain: true,
    };
    Draft { shape, u: (0..NUMBERS).map(|i| (0.381_966 * i as f64 + 0.2).fract()).collect(), seed: 77 }
}

/// The text with tables of their own put after it.
fn with(text: &str, addition: &str) -> String {
    format!("{text}\n{addition}\n")
}

fn assert_inputs_kept(what: &str, base: &(Plan, Draws), other: &(Plan, Draws), touched: &[&str]) {
    let (a, b) = (by_key(&base.0, &base.1), by_key(&other.0, &other.1));
    let mut kept = 0;
    for (key, column) in &a {
        if touched.contains(&key.as_str()) {
            continue;
        }
        kept += 1;
        assert!(b.get(key) == Some(column), "{what}: {key} has other draws");
    }
    assert!(kept > 10, "{what}: some are left");
}

/// A business too small to move any sum by a bit.
const DUST: &str = "[[segment]]\nname = \"dust\"\nprocess = \"mean-reverting-growth\"\nrate_now_usd_bn = 1e-200\n\
                    growth_now = { dist = \"normal\", mean = 0.2, sd = 0.1 }\nvolatility_now = 0.3\n\
                    growth_volatility_now = 0.1\n";

#[test]
fn what_is_added_leaves_the_draws_of_the_rest() {
    let text = full().text(1.0);
    let base = run_text(&text);
    let metrics = column_bits(&base.1, 0);
    assert!(by_key(&base.0, &base.1).len() > 20);
    // A segment: its own draws are new, every other draw and so every metric is as before.
    let more = run_text(&with(&text, DUST));
    assert_inputs_kept("a segment", &base, &more, &[]);
    assert!(column_bits(&more.1, 0) == metrics, "a segment: demand of the others");
    assert_eq!(by_key(&more.0, &more.1).len(), by_key(&base.0, &base.1).len() + 1);
    // A segment before the others.
    let at = text.find("[[segment]]").expect("there is one");
    let first = run_text(&format!("{}{DUST}{}", &text[..at], &text[at..]));
    assert_inputs_kept("a segment before the others", &base, &first, &[]);
    assert!(column_bits(&first.1, 0) == metrics, "a segment before the others: demand of the others");
    // A deal.
    let deal = "[[deal]]\nname = \"another\"\nrate = { dist = \"uniform\", low = 0.1, high = 0.3 }\n\
                termination_rate_per_year = 0.2\nexclusive_until = 2027-12-31\nhome_keeps = 0.0\n";
    let more = run_text(&with(&text, deal));
    assert_inputs_kept("a deal", &base, &more, &[]);
    assert!(column_bits(&more.1, 0) == metrics, "a deal: the first deal's metrics");
    // A cloud that opens after the horizon and takes no compute.
    let cloud = "[[cloud]]\nname = \"late\"\nshare_now = 0.0\nentry_share = 0.1\nopens = 2031-01-01\nlong_run_share = 0.2\n\
                 half_life_years = 0.5\nvolatility = { dist = \"uniform\", low = 0.1, high = 0.3 }\n";
    let more = run_text(&with(&text, cloud));
    assert_inputs_kept("a cloud", &base, &more, &[]);
    assert!(column_bits(&more.1, 0) == metrics, "a cloud: what is sold and paid");
    // An input that was a constant.
    let less = text.replace("fee = 0.15\n", "fee = { dist = \"uniform\", low = 0.1, high = 0.2 }\n");
    assert_ne!(less, text);
    let more = run_text(&less);
    assert_inputs_kept("an input", &base, &more, &[]);
    assert_eq!(by_key(&more.0, &more.1).len(), by_key(&base.0, &base.1).len() + 1);
}

#[test]
fn a_correlation_moves_its_group_alone() {
    let dust = DUST.replace("\"dust\"", "\"more\"");
    let text = with(&with(&full().text(1.0), DUST), &dust);
    let base = run_text(&text);
    let metrics = column_bits(&base.1, 0);
    let pair = |a: &str, b: &str| format!("[[correlation]]\nbetween = [\"{a}\", \"{b}\"]\nvalue = 0.6\n");
    let group = ["segment.dust.growth_now", "segment.more.growth_now"];
    let inputs = run_text(&with(&text, &pair(group[0], group[1])));
    assert_inputs_kept("a correlation of inputs", &base, &inputs, &group);
    assert!(column_bits(&inputs.1, 0) == metrics, "a correlation of inputs: everything else");
    let (a, b) = (by_key(&base.0, &base.1), by_key(&inputs.0, &inputs.1));
    assert!(group.iter().any(|key| a[*key] != b[*key]), "the group itself does move");
    for (a, b) in [("level", "level"), ("level", "growth")] {
        let pair = pair(&format!("factor.segment.dust.{a}"), &format!("factor.segment.more.{b}"));
        let factors = run_text(&with(&text, &pair));
        assert_inputs_kept("a correlation of factors", &base, &factors, &[]);
        assert!(column_bits(&factors.1, 0) == metrics, "a correlation of factors: demand of the others");
    }
    // One that names a segment of weight does move the metrics: the comparison can fail.
    let heavy = run_text(&with(&text, &pair("factor.segment.app.level", "factor.segment.api.level")));
    assert!(column_bits(&heavy.1, 0) != metrics);
}

#[test]
fn order_of_entries_does_not_matter() {
    let text = full().text(1.0);
    // Tables in the opposite order: the lists keep their entries, in another order.
    let mut blocks: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') && !line.starts_with("[ipo.gate]") {
            blocks.push(String::new());
        }
        writeln!(blocks.last_mut().expect("the text begins with a table"), "{line}")
            .expect("text takes text");
    }
    blocks.reverse();
    let (base, turned) = (run_text(&text), run_text(&blocks.concat()));
    assert_inputs_kept("the order of entries", &base, &turned, &[]);
    for (m, (a, b)) in base.1.metrics[0].iter().zip(&turned.1.metrics[0]).enumerate() {
        let size = a.iter().fold(0.0_f64, |size, x| if x.is_nan() { size } else { size.max(x.abs()) });
        for (a, b) in a.iter().zip(b) {
            // Sums over entries are rounded in another order.
            assert!(
                near(*a, *b, 1e-10 * (a.abs() + 1e-3 * size)),
                "{}: {a} {b}",
                base.0.deals()[0].metrics[m].key()
            );
        }
    }
}

#[test]
fn the_first_paths_of_many_are_the_run_of_few() {
    for text in [full().text(1.0), shipped("base")] {
        let plan = plan(&text, 6);
        let [many, few] = [9_000, 4_500].map(|paths| draws(&plan, Options { paths, threads: 2 }));
        let bits = |columns: &[Vec<f64>]| -> Vec<Vec<u64>> {
            columns.iter().map(|column| column.iter().take(4_500).map(|x| x.to_bits()).collect()).collect()
        };
        assert!(bits(&many.inputs) == bits(&few.inputs));
        for (many, few) in many.metrics.iter().zip(&few.metrics) {
            assert!(bits(many) == bits(few));
        }
        // One path alone is that path.
        for path in [0, 1, 63, 64, 4_095, 4_096, 8_999] {
            let alone = run::single(&plan, path);
            let at = path as usize;
            let same = |columns: &[Vec<f64>], values: &[f64]| {
                columns.iter().zip(values).all(|(column, value)| column[at].to_bits() == value.to_bits())
            };
            assert!(same(&many.inputs, &alone.inputs), "inputs of path {path}");
            for (columns, values) in many.metrics.iter().zip(&alone.metrics) {
                assert!(same(columns, values), "metrics of path {path}");
            }
        }
    }
}

#[test]
fn the_draws_are_what_the_summaries_sum() {
    let plan = plan(&shipped("base"), 2);
    let drawn = draws(&plan, Options { paths: 5_000, threads: 2 });
    for (d, deal) in plan.deals().iter().enumerate() {
        for &kind in &deal.metrics {
            let m = metric_index(&plan, d, kind);
            let defined: Vec<f64> = drawn.metrics[d][m].iter().copied().filter(|x| !x.is_nan()).collect();
            let moments = drawn.result.metrics[d][m].moments();
            assert_eq!(moments.count(), defined.len() as u64);
            let mean = defined.iter().sum::<f64>() / defined.len() as f64;
            assert!(near(moments.mean(), mean, 1e-11 * (1.0 + mean.abs())), "{}", kind.key());
        }
    }
}
