//! The company of one deal on the paths of a block: the measures that listing standards ask for, and the
//! metrics of its offer.

use super::board::{Paths, paths};
use super::offer::OfferMetric;
use super::standards::{Bound, Measure, STANDARDS};
use crate::kernel::block::Block;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::kernel::readiness::Readiness;
use crate::kernel::timeline::TIME_SLACK;
use crate::math::lanes::{LANES, Lanes};
use crate::model::ipo::{GateKind, Ipo};
use crate::model::parameters::ParamId;
use crate::simd_fn;

/// Runways are capped at this many months, including endless ones, so that their mean is meaningful.
const LONGEST_RUNWAY: f64 = 120.0;

/// For each period, the periods that make up a year at a fixed distance from its end, each with the fraction
/// that belongs to the year; empty where the year is not wholly on the timeline.
type YearParts = Vec<Vec<(usize, f64)>>;

fn year_parts(plan: &Plan, ended_years_ago: f64) -> YearParts {
    let periods = &plan.steps().periods;
    periods
        .iter()
        .map(|p| {
            let (from, to) = (p.end - ended_years_ago - 1.0, p.end - ended_years_ago);
            let horizon = periods[periods.len() - 1].end;
            if from < -TIME_SLACK || to > horizon + TIME_SLACK {
                return Vec::new();
            }
            let inside = |q: &crate::model::timeline::Period| (q.end.min(to) - q.start.max(from)) / q.length;
            periods
                .iter()
                .enumerate()
                .filter(|(_, q)| inside(q) > TIME_SLACK)
                .map(|(i, q)| (i, inside(q)))
                .collect()
        })
        .collect()
}

/// What stays the same during a run.
pub struct Frame<'a> {
    /// The plan that is simulated.
    pub plan: &'a Plan,
    /// The IPO of its model.
    pub ipo: &'a Ipo,
    /// The years that ended 0, 1 and 2 years ago, and the year to come.
    years: [YearParts; 4],
    /// Ends of the periods, years.
    pub ends: Vec<f64>,
    /// Lengths of the periods, years.
    pub lengths: Vec<f64>,
    /// Position of the gate that asks for a value, if there is one.
    pub value_gate: Option<usize>,
    /// Per deal, the positions of the nominal payments with and without the cap among its metrics.
    nominal: Vec<[usize; 2]>,
    /// All requirements of the standards that the model can check, each once.
    pub asked: Vec<(Measure, Bound)>,
    /// For each standard, the positions of its requirements in `asked`.
    pub standards: Vec<Vec<usize>>,
}

impl<'a> Frame<'a> {
    /// Prepares a plan whose model has an IPO.
    pub fn new(plan: &'a Plan, ipo: &'a Ipo) -> Frame<'a> {
        let position = |deal: usize, metric: Metric| {
            let found = plan.deals()[deal].metrics.iter().position(|&m| m == metric);
            found.expect("every deal has nominal payments")
        };
        let mut asked: Vec<(Measure, Bound)> = Vec::new();
        let mut place = |one: &(Measure, Bound)| {
            asked.iter().position(|known| known == one).unwrap_or_else(|| {
                asked.push(*one);
                asked.len() - 1
            })
        };
        let shares = ipo.shares.is_some();
        let standards =
            STANDARDS.iter().map(|standard| standard.known(shares).map(&mut place).collect()).collect();
        Frame {
            plan,
            ipo,
            years: [0.0, 1.0, 2.0, -1.0].map(|ago| year_parts(plan, ago)),
            ends: plan.steps().periods.iter().map(|p| p.end).collect(),
            lengths: (0..plan.steps().periods.len()).map(|p| plan.steps().at(p).length).collect(),
            value_gate: ipo.gates.iter().position(|(kind, _)| *kind == GateKind::Equity),
            nominal: (0..plan.deals().len())
                .map(|deal| [Metric::ShareNominal, Metric::ShareUncappedNominal].map(|m| position(deal, m)))
                .collect(),
            asked,
            standards,
        }
    }
}

/// The company of one deal.
pub struct Company<'a> {
    /// What stays the same during the run.
    pub frame: &'a Frame<'a>,
    /// The company's records, one per period.
    pub records: &'a [Readiness<Lanes>],
    /// The block that was simulated.
    pub block: &'a Block,
    /// Index of the deal.
    pub deal: usize,
}

/// The paths on which a measure meets its bound; an unknown measure (NaN) meets none.
#[inline(always)]
fn bounded(bound: Bound, figure: impl Fn(usize) -> f64) -> Paths {
    match bound {
        Bound::AtLeast(limit) => paths(|lane| figure(lane) >= limit),
        Bound::Above(limit) => paths(|lane| figure(lane) > limit),
        Bound::Below(limit) => paths(|lane| figure(lane) < limit),
    }
}

simd_fn! {
    /// Sums a flow over the parts of a year.
    fn add_up(parts: &[(usize, f64)], records: &[Readiness<Lanes>], cash: bool, sum: &mut Lanes) {
        *sum = Lanes::ZERO;
        for &(period, part) in parts {
            let flow = if cash { &records[period].fcf } else { &records[period].pretax };
            for lane in 0..LANES {
                sum[lane] += part * flow[lane];
            }
        }
    }
}

simd_fn! {
    /// Finds the paths on which each requirement holds, but for those that depend on the price.
    fn hold(company: &Company<'_>, period: usize, years: &Years, answers: &mut [Paths]) {
        let record = &company.records[period];
        let gate = |kind: GateKind| record.figure(kind);
        let three = |flow: &[Lanes; 4], lane: usize| flow[0][lane] + flow[1][lane] + flow[2][lane];
        for (answer, &(figure, bound)) in answers.iter_mut().zip(&company.frame.asked) {
            *answer = match figure {
                Measure::Pretax(ago) => bounded(bound, |lane| years.pretax[ago][lane]),
                Measure::PretaxOfThreeYears => bounded(bound, |lane| three(&years.pretax, lane)),
                Measure::CashFlow(ago) => bounded(bound, |lane| years.cash[ago][lane]),
                Measure::CashFlowOfThreeYears => bounded(bound, |lane| three(&years.cash, lane)),
                Measure::CashFlowAhead => bounded(bound, |lane| years.cash[AHEAD][lane]),
                Measure::PublicShares => match company.frame.ipo.shares {
                    Some(shares) => {
                        let (primary, shares) = (company.primary(), company.block.value(shares));
                        bounded(bound, |lane| primary[lane] * shares[lane])
                    }
                    None => 0,
                },
                Measure::Revenue => bounded(bound, |lane| gate(GateKind::TrailingRevenue)[lane]),
                Measure::Growth => bounded(bound, |lane| gate(GateKind::Growth)[lane]),
                Measure::GrossMargin => bounded(bound, |lane| gate(GateKind::GrossMargin)[lane]),
                Measure::RuleOfForty => {
                    bounded(bound, |lane| gate(GateKind::Growth)[lane] + gate(GateKind::FcfMargin)[lane])
                }
                Measure::Cash => bounded(bound, |lane| record.cash[lane]),
                Measure::LargestCloud => bounded(bound, |lane| gate(GateKind::LargestCloudShare)[lane]),
                Measure::Runway => bounded(bound, |lane| gate(GateKind::RunwayMonths)[lane]),
                Measure::Fee => {
                    let fee = company.block.value(company.frame.ipo.fee);
                    bounded(bound, |lane| fee[lane])
                }
                // Left to `priced`.
                Measure::MarketCap | Measure::PublicFloat | Measure::Price => continue,
            };
        }
    }
}

simd_fn! {
    /// Finds the paths on which each requirement that depends on the price holds, for an offer at this value
    /// before the new money.
    fn priced(company: &Company<'_>, pre_money: &Lanes, answers: &mut [Paths]) {
        let primary = company.primary();
        for (answer, &(figure, bound)) in answers.iter_mut().zip(&company.frame.asked) {
            *answer = match figure {
                Measure::MarketCap => bounded(bound, |lane| (1.0 + primary[lane]) * pre_money[lane]),
                Measure::PublicFloat => bounded(bound, |lane| primary[lane] * pre_money[lane]),
                Measure::Price => match company.frame.ipo.shares {
                    Some(shares) => {
                        let shares = company.block.value(shares);
                        bounded(bound, |lane| pre_money[lane] / shares[lane])
                    }
                    None => 0,
                },
                _ => continue,
            };
        }
    }
}

/// Position in [`Frame::years`] of the year to come.
const AHEAD: usize = 3;

/// Flows of the years in [`Frame::years`]; NaN where a year is not wholly on the timeline.
struct Years {
    pretax: [Lanes; 4],
    cash: [Lanes; 4],
}

impl Company<'_> {
    fn value(&self, num: ParamId, lane: usize) -> f64 {
        self.block.value(num)[lane]
    }

    fn primary(&self) -> &Lanes {
        self.block.value(self.frame.ipo.primary)
    }

    fn years(&self, period: usize) -> Years {
        let isa = self.frame.plan.isa();
        let unknown = [Lanes::splat(f64::NAN); 4];
        let mut years = Years { pretax: unknown, cash: unknown };
        for (which, parts) in
            self.frame.years.iter().enumerate().filter(|(_, parts)| !parts[period].is_empty())
        {
            let parts = &parts[period];
            add_up(isa, parts, self.records, true, &mut years.cash[which]);
            if which != AHEAD {
                add_up(isa, parts, self.records, false, &mut years.pretax[which]);
            }
        }
        years
    }

    /// Finds the paths on which each requirement holds, for an offer at the end of a period.
    pub fn answer(&self, period: usize, answers: &mut [Paths]) {
        let isa = self.frame.plan.isa();
        hold(isa, self, period, &self.years(period), answers);
        let equity = self.records[period].figure(GateKind::Equity);
        let underpricing = self.block.value(self.frame.ipo.underpricing);
        let mut pre_money = Lanes::ZERO;
        for lane in 0..LANES {
            pre_money[lane] = (1.0 - underpricing[lane]) * equity[lane];
        }
        priced(isa, self, &pre_money, answers);
    }

    /// Replaces the answers that depend on the price by those at the actual offer price; call
    /// [`Company::answer`] for the same period first.
    pub fn answer_on_the_day(&self, period: usize, answers: &mut [Paths]) {
        priced(self.frame.plan.isa(), self, &self.records[period].ipo_equity, answers);
    }

    fn price(&self, pre_money: f64, lane: usize) -> f64 {
        self.frame.ipo.shares.map_or(f64::NAN, |shares| pre_money / self.value(shares, lane))
    }

    /// A metric of the offer on one path, in the period in which it takes place.
    pub fn on_the_day(&self, day: OfferMetric, period: usize, lane: usize) -> f64 {
        let record = &self.records[period];
        let value = |num: ParamId| self.value(num, lane);
        let gate = |gate: GateKind| record.figure(gate)[lane];
        let pre_money = record.ipo_equity[lane];
        let primary = value(self.frame.ipo.primary);
        let kept = record.dilution_factor[lane];
        // What a holder from just before the offer keeps through the offer and its rounds, and what is left
        // after the offer alone.
        let left = record.dilution_factor_after[lane] / kept;
        let offer = 1.0 / (1.0 + primary);
        let stake = self.frame.plan.model().deals[self.deal].stake.map_or(f64::NAN, value);
        let total = |which: usize| {
            let column = self.frame.nominal[self.deal][which];
            self.block.metrics[self.deal][column][lane]
        };
        let finite = |x: f64| if x.is_finite() { x } else { f64::NAN };
        match day {
            OfferMetric::PreMoney => pre_money,
            OfferMetric::PostMoney => (1.0 + primary) * pre_money,
            OfferMetric::GrossProceeds => primary * pre_money,
            OfferMetric::NetProceeds => (1.0 - value(self.frame.ipo.fee)) * primary * pre_money,
            OfferMetric::Price => self.price(pre_money, lane),
            OfferMetric::NewShares => self.frame.ipo.shares.map_or(f64::NAN, |s| primary * value(s)),
            OfferMetric::TrailingRevenue => gate(GateKind::TrailingRevenue),
            OfferMetric::PriceToSales => finite(pre_money / gate(GateKind::TrailingRevenue)),
            OfferMetric::Growth => gate(GateKind::Growth),
            OfferMetric::GrossMargin => gate(GateKind::GrossMargin),
            OfferMetric::FcfMargin => gate(GateKind::FcfMargin),
            OfferMetric::LargestCloudShare => gate(GateKind::LargestCloudShare),
            OfferMetric::Cash => record.cash[lane],
            OfferMetric::RunwayMonths => gate(GateKind::RunwayMonths).min(LONGEST_RUNWAY),
            OfferMetric::RunwayMonthsAfter => {
                let raised: f64 = self.frame.plan.schedule.ipo_rounds[period]
                    .iter()
                    .map(|&i| value(self.frame.plan.model().rounds[i].amount))
                    .sum();
                let cash =
                    record.cash[lane] + raised + self.on_the_day(OfferMetric::NetProceeds, period, lane);
                let burn = -record.fcf[lane] / self.frame.lengths[period];
                let burns = burn > 0.0 && self.frame.plan.model().cash.is_some();
                if burns { (12.0 * cash / burn).min(LONGEST_RUNWAY) } else { LONGEST_RUNWAY }
            }
            OfferMetric::CapLeft => finite(record.cap_left[lane]),
            OfferMetric::Owed => record.owed[lane],
            OfferMetric::OwedUncapped => record.owed_uncapped[lane],
            OfferMetric::PaymentsAfter => total(0) - record.paid[lane],
            OfferMetric::PaymentsAfterUncapped => total(1) - record.due[lane],
            OfferMetric::MicrosoftNow => stake,
            OfferMetric::MicrosoftBefore => stake * kept,
            OfferMetric::MicrosoftAfter => stake * kept * left,
            OfferMetric::OthersNow => 1.0 - stake,
            OfferMetric::OthersBefore => (1.0 - stake) * kept,
            OfferMetric::OthersAfter => (1.0 - stake) * kept * left,
            OfferMetric::LaterMoneyBefore => 1.0 - kept,
            OfferMetric::LaterMoneyAfter => (1.0 - kept) * left,
            OfferMetric::RoundsOnIpo => offer - left,
            OfferMetric::Public => 1.0 - offer,
        }
    }
}
