//! What a run says of readiness: counts by gate and period, and summaries of the company on the day of its offer.

use super::offer::Day;
use super::standards::{Figure, STANDARDS, Standard};
use super::walk::{Outcome, Way};
use crate::kernel::block::Block;
use crate::kernel::metric::Metric;
use crate::kernel::plan::{Plan, TIME_SLACK};
use crate::kernel::readiness::Readiness;
use crate::math::lanes::{LANES, Lanes};
use crate::model::ipo::{GateKind, Ipo};
use crate::model::ledger::Num;
use crate::run::{Broken, Observer, Options, Seen, visit};
use crate::stats::moments::ChunkMoments;
use crate::stats::summary::CoarseSummary;

/// Longer runways, and those without end, count as this, months: their mean would say nothing.
const LONGEST_RUNWAY: f64 = 120.0;

/// Counts of one gate.
#[derive(Clone, Debug, Default)]
pub struct GateCounts {
    /// Per period: paths on which it is met and the company alive.
    pub met: Vec<u64>,
    /// Per period: paths on which all other gates hold and it does not.
    pub alone: Vec<u64>,
    /// Paths on which it was among the last to open before readiness.
    pub last: u64,
    /// Paths on which it was the last by itself.
    pub last_alone: u64,
    /// Paths on which it closed again before the listing.
    pub closed: u64,
    /// Per period: paths ready for the first time there, were this gate left out.
    pub ready_without: Vec<u64>,
    /// The same of listings.
    pub listed_without: Vec<u64>,
}

/// What is known of one deal.
#[derive(Clone, Debug)]
pub struct DealReadiness {
    /// In the order of the model's gates.
    pub gates: Vec<GateCounts>,
    /// Per period: paths on which all gates hold.
    pub all: Vec<u64>,
    /// Per period: paths on which the company is ready.
    pub ready: Vec<u64>,
    /// Per period: paths on which it is ready for the first time.
    pub first_ready: Vec<u64>,
    /// Per period: paths on which it is listed.
    pub listed: Vec<u64>,
    /// Paths on which all gates held from the first test on.
    pub open_from_the_start: u64,
    /// Per standard, period: living companies for which it holds, were they offered at the end of the period.
    pub standards: Vec<Vec<u64>>,
    /// Per period: living companies with a value.
    pub candidates: Vec<u64>,
    /// Per standard: companies for which it holds on the day of their offer.
    pub standards_on_the_day: Vec<u64>,
    /// Summaries over the paths on which it is listed, in the order of [`Day::ALL`].
    pub day: Vec<CoarseSummary>,
}

/// What was gathered.
pub struct Readied {
    /// Deal by deal.
    pub deals: Vec<DealReadiness>,
    /// Paths.
    pub paths: u64,
    /// Paths that are not finite.
    pub broken: Broken,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

impl DealReadiness {
    fn empty(periods: usize, gates: usize) -> DealReadiness {
        let zeros = || vec![0; periods];
        let gate = || GateCounts {
            met: zeros(),
            alone: zeros(),
            ready_without: zeros(),
            listed_without: zeros(),
            ..GateCounts::default()
        };
        DealReadiness {
            gates: (0..gates).map(|_| gate()).collect(),
            all: zeros(),
            ready: zeros(),
            first_ready: zeros(),
            listed: zeros(),
            open_from_the_start: 0,
            standards: vec![zeros(); STANDARDS.len()],
            candidates: zeros(),
            standards_on_the_day: vec![0; STANDARDS.len()],
            day: vec![CoarseSummary::new(); Day::ALL.len()],
        }
    }

    fn merge(&mut self, other: &DealReadiness) {
        fn add(a: &mut [u64], b: &[u64]) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        }
        for (own, its) in self.gates.iter_mut().zip(&other.gates) {
            add(&mut own.met, &its.met);
            add(&mut own.alone, &its.alone);
            add(&mut own.ready_without, &its.ready_without);
            add(&mut own.listed_without, &its.listed_without);
            own.last += its.last;
            own.last_alone += its.last_alone;
            own.closed += its.closed;
        }
        add(&mut self.all, &other.all);
        add(&mut self.ready, &other.ready);
        add(&mut self.first_ready, &other.first_ready);
        add(&mut self.listed, &other.listed);
        add(&mut self.candidates, &other.candidates);
        add(&mut self.standards_on_the_day, &other.standards_on_the_day);
        self.standards.iter_mut().zip(&other.standards).for_each(|(a, b)| add(a, b));
        self.open_from_the_start += other.open_from_the_start;
        self.day.iter_mut().zip(&other.day).for_each(|(a, b)| a.merge(b));
    }
}

/// Periods inside a year that ended some years before the end of each period, with the part of each; empty where the year is
/// not wholly inside the timeline.
type YearParts = Vec<Vec<(usize, f64)>>;

fn year_parts(plan: &Plan, ended_years_ago: f64) -> YearParts {
    let periods = &plan.steps.periods;
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

/// What stays the same over a run.
struct Frame<'a> {
    plan: &'a Plan,
    ipo: &'a Ipo,
    /// Years that ended 0, 1, 2 years ago, and the one to come.
    years: [YearParts; 4],
    ends: Vec<f64>,
    lengths: Vec<f64>,
    value_gate: u16,
    wanted: u16,
    /// Per deal: positions of the nominal payments with and without the cap.
    nominal: Vec<[usize; 2]>,
}

/// A worker's room.
struct Room {
    deals: Vec<DealReadiness>,
    values: Vec<Vec<Vec<f64>>>,
    met: Vec<u16>,
    alive: Vec<bool>,
    valued: Vec<bool>,
}

/// Runs the plan once and gathers; `None` without an IPO in the scenario.
pub fn gather(plan: &Plan, options: Options, observer: &dyn Observer) -> Option<Readied> {
    let ipo = plan.model.ipo.as_ref()?;
    let periods = plan.steps.periods.len();
    let position = |deal: usize, metric: Metric| {
        let found = plan.deals[deal].metrics.iter().position(|&m| m == metric);
        found.expect("every deal has nominal payments")
    };
    let frame = Frame {
        plan,
        ipo,
        years: [0.0, 1.0, 2.0, -1.0].map(|ago| year_parts(plan, ago)),
        ends: plan.steps.periods.iter().map(|p| p.end).collect(),
        lengths: (0..periods).map(|p| plan.steps.at(p).length).collect(),
        value_gate: ipo
            .gates
            .iter()
            .position(|(kind, _)| *kind == GateKind::Equity)
            .map_or(0, |gate| 1 << gate),
        wanted: (1 << ipo.gates.len()) - 1,
        nominal: (0..plan.deals.len())
            .map(|deal| [Metric::ShareNominal, Metric::ShareUncappedNominal].map(|m| position(deal, m)))
            .collect(),
    };
    let deals = plan.deals.len();
    let room = || Room {
        deals: vec![DealReadiness::empty(periods, ipo.gates.len()); deals],
        values: vec![vec![Vec::new(); Day::ALL.len()]; deals],
        met: vec![0; periods],
        alive: vec![false; periods],
        valued: vec![false; periods],
    };
    let visited =
        visit(plan, options, Block::with_readiness, observer, room, |room, seen| room.look(&frame, seen));
    let mut total = vec![DealReadiness::empty(periods, ipo.gates.len()); deals];
    for room in &visited.rooms {
        total.iter_mut().zip(&room.deals).for_each(|(sum, own)| sum.merge(own));
    }
    Some(Readied {
        deals: total,
        paths: visited.paths,
        broken: visited.broken,
        interrupted: visited.interrupted,
    })
}

impl Room {
    fn look(&mut self, frame: &Frame<'_>, seen: &Seen<'_>) {
        for deal in 0..self.deals.len() {
            for lane in 0..seen.count {
                self.path(frame, seen.block, deal, lane);
            }
            if seen.ends_chunk {
                for (i, values) in self.values[deal].iter_mut().enumerate() {
                    let mut moments = ChunkMoments::EMPTY;
                    moments.add_all(values);
                    self.deals[deal].day[i].add_chunk(&moments, values);
                    values.clear();
                }
            }
        }
    }

    /// One path of a deal.
    fn path(&mut self, frame: &Frame<'_>, block: &Block, deal: usize, lane: usize) {
        let records = &block.readiness[deal];
        let value = |num: Num| block.value(num)[lane];
        for (period, record) in records.iter().enumerate() {
            let mut met = 0;
            for (bit, &(kind, threshold)) in frame.ipo.gates.iter().enumerate() {
                let (figure, threshold) = (record.figure(kind)[lane], value(threshold));
                let open = if kind.is_upper() { figure <= threshold } else { figure >= threshold };
                met |= u16::from(open) << bit;
            }
            self.met[period] = met;
            self.alive[period] = record.alive[lane] != 0.0;
            self.valued[period] = !record.figure(GateKind::Equity)[lane].is_nan();
        }
        let way = Way {
            ends: &frame.ends,
            lengths: &frame.lengths,
            tested: &frame.plan.tested,
            met: &self.met,
            alive: &self.alive,
            valued: &self.valued,
            ready_months: value(frame.ipo.ready_months),
            preparation_months: value(frame.ipo.preparation_months),
            value_gate: frame.value_gate,
        };
        let outcome = way.outcome(frame.wanted);
        debug_assert_eq!(
            outcome.listed.map_or(f64::INFINITY, |period| frame.ends[period]),
            block.ipo_time(deal)[lane],
            "the kernel lists the same company"
        );
        count(&mut self.deals[deal], frame, &way, outcome);
        let company = Company { frame, records, block, deal, lane };
        for period in (0..records.len()).filter(|&p| self.alive[p] && self.valued[p]) {
            self.deals[deal].candidates[period] += 1;
            for (standard, counts) in STANDARDS.iter().zip(&mut self.deals[deal].standards) {
                counts[period] += u64::from(company.meets(standard, period, false));
            }
        }
        if let Some(period) = outcome.listed {
            for (standard, count) in STANDARDS.iter().zip(&mut self.deals[deal].standards_on_the_day) {
                *count += u64::from(company.meets(standard, period, true));
            }
            for (values, day) in self.values[deal].iter_mut().zip(Day::ALL) {
                values.push(company.on_the_day(day, period));
            }
        }
    }
}

fn count(deal: &mut DealReadiness, frame: &Frame<'_>, way: &Way<'_>, outcome: Outcome) {
    let mut held = 0.0;
    for period in 0..way.ends.len() {
        let holds = way.holds(period, frame.wanted);
        held = if holds { held + 12.0 * way.lengths[period] } else { 0.0 };
        deal.all[period] += u64::from(holds);
        deal.ready[period] += u64::from(holds && held >= way.ready_months - 12.0 * TIME_SLACK);
        if !way.alive[period] {
            continue;
        }
        let shut = !way.met[period] & frame.wanted;
        for (bit, gate) in deal.gates.iter_mut().enumerate() {
            gate.met[period] += u64::from(way.met[period] >> bit & 1);
            gate.alone[period] += u64::from(way.tested[period] && shut == 1 << bit);
        }
    }
    if let Some(period) = outcome.ready {
        deal.first_ready[period] += 1;
        let last = way.last_to_open(outcome, frame.wanted);
        deal.open_from_the_start += u64::from(last == 0);
        for (bit, gate) in deal.gates.iter_mut().enumerate() {
            gate.last += u64::from(last >> bit & 1);
            gate.last_alone += u64::from(last == 1 << bit);
        }
    }
    if let Some(period) = outcome.listed {
        deal.listed[period] += 1;
    }
    let closed = way.closed_again(outcome, frame.wanted);
    for (bit, gate) in deal.gates.iter_mut().enumerate() {
        gate.closed += u64::from(closed >> bit & 1);
        let without = way.outcome(frame.wanted & !(1 << bit));
        if let Some(period) = without.ready {
            gate.ready_without[period] += 1;
        }
        if let Some(period) = without.listed {
            gate.listed_without[period] += 1;
        }
    }
}

/// One path of a deal's company.
struct Company<'a> {
    frame: &'a Frame<'a>,
    records: &'a [Readiness<Lanes>],
    block: &'a Block,
    deal: usize,
    lane: usize,
}

impl Company<'_> {
    fn value(&self, num: Num) -> f64 {
        self.block.value(num)[self.lane]
    }

    /// Sum of a flow over a year; NaN where the year is not wholly on the timeline.
    fn year(&self, which: usize, period: usize, flow: &dyn Fn(&Readiness<Lanes>) -> f64) -> f64 {
        let parts = &self.frame.years[which][period];
        if parts.is_empty() {
            return f64::NAN;
        }
        parts.iter().map(|&(p, part)| part * flow(&self.records[p])).sum()
    }

    /// Value at the offer price before the new money, of an offer at the end of the period.
    fn pre_money(&self, period: usize, on_the_day: bool) -> f64 {
        if on_the_day {
            return self.records[period].ipo_equity[self.lane];
        }
        let equity = self.records[period].figure(GateKind::Equity)[self.lane];
        (1.0 - self.value(self.frame.ipo.underpricing)) * equity
    }

    fn price(&self, pre_money: f64) -> f64 {
        self.frame.ipo.shares.map_or(f64::NAN, |shares| pre_money / self.value(shares))
    }

    /// Whether it meets what a standard asks and the model knows, for an offer at the end of a period.
    fn meets(&self, standard: &Standard, period: usize, on_the_day: bool) -> bool {
        standard
            .known(self.frame.ipo.shares.is_some())
            .all(|&(figure, bound)| bound.holds(self.figure(figure, period, on_the_day)))
    }

    /// A figure of a rule, for an offer at the end of a period.
    fn figure(&self, figure: Figure, period: usize, on_the_day: bool) -> f64 {
        let record = &self.records[period];
        let of = |gate: GateKind| record.figure(gate)[self.lane];
        let lane = self.lane;
        let primary = self.value(self.frame.ipo.primary);
        let three =
            |flow: &dyn Fn(&Readiness<Lanes>) -> f64| (0..3).map(|ago| self.year(ago, period, flow)).sum();
        match figure {
            Figure::Pretax(ago) => self.year(ago, period, &|r| r.pretax[lane]),
            Figure::PretaxOfThreeYears => three(&|r| r.pretax[lane]),
            Figure::CashFlow(ago) => self.year(ago, period, &|r| r.fcf[lane]),
            Figure::CashFlowOfThreeYears => three(&|r| r.fcf[lane]),
            Figure::CashFlowAhead => self.year(3, period, &|r| r.fcf[lane]),
            Figure::MarketCap => (1.0 + primary) * self.pre_money(period, on_the_day),
            Figure::PublicFloat => primary * self.pre_money(period, on_the_day),
            Figure::Price => self.price(self.pre_money(period, on_the_day)),
            Figure::PublicShares => {
                self.frame.ipo.shares.map_or(f64::NAN, |shares| primary * self.value(shares))
            }
            Figure::Revenue => of(GateKind::TrailingRevenue),
            Figure::Growth => of(GateKind::Growth),
            Figure::GrossMargin => of(GateKind::GrossMargin),
            Figure::RuleOfForty => of(GateKind::Growth) + of(GateKind::FcfMargin),
            Figure::Cash => record.cash[lane],
            Figure::LargestCloud => of(GateKind::LargestCloudShare),
            Figure::Runway => of(GateKind::RunwayMonths),
            Figure::Fee => self.value(self.frame.ipo.fee),
        }
    }

    /// A figure on the day of the offer.
    fn on_the_day(&self, day: Day, period: usize) -> f64 {
        let lane = self.lane;
        let record = &self.records[period];
        let gate = |gate: GateKind| record.figure(gate)[lane];
        let pre_money = record.ipo_equity[lane];
        let primary = self.value(self.frame.ipo.primary);
        let kept = record.kept[lane];
        // What a holder from just before has left afterwards, and of that what the offer alone takes.
        let left = record.kept_after[lane] / kept;
        let offer = 1.0 / (1.0 + primary);
        let stake = self.frame.plan.model.deals[self.deal].stake.map_or(f64::NAN, |stake| self.value(stake));
        let total = |which: usize| {
            let column = self.frame.nominal[self.deal][which];
            self.block.metrics[self.deal][column][lane]
        };
        let finite = |x: f64| if x.is_finite() { x } else { f64::NAN };
        match day {
            Day::PreMoney => pre_money,
            Day::PostMoney => (1.0 + primary) * pre_money,
            Day::GrossProceeds => primary * pre_money,
            Day::NetProceeds => (1.0 - self.value(self.frame.ipo.fee)) * primary * pre_money,
            Day::Price => self.price(pre_money),
            Day::NewShares => self.frame.ipo.shares.map_or(f64::NAN, |s| primary * self.value(s)),
            Day::TrailingRevenue => gate(GateKind::TrailingRevenue),
            Day::PriceToSales => finite(pre_money / gate(GateKind::TrailingRevenue)),
            Day::Growth => gate(GateKind::Growth),
            Day::GrossMargin => gate(GateKind::GrossMargin),
            Day::FcfMargin => gate(GateKind::FcfMargin),
            Day::LargestCloudShare => gate(GateKind::LargestCloudShare),
            Day::Cash => record.cash[lane],
            Day::RunwayMonths => gate(GateKind::RunwayMonths).min(LONGEST_RUNWAY),
            Day::RunwayMonthsAfter => {
                let raised: f64 = self
                    .frame
                    .plan
                    .ipo_rounds
                    .iter()
                    .map(|&i| self.value(self.frame.plan.model.rounds[i].amount))
                    .sum();
                let cash = record.cash[lane] + raised + self.on_the_day(Day::NetProceeds, period);
                let burn = -record.fcf[lane] / self.frame.lengths[period];
                let burns = burn > 0.0 && self.frame.plan.model.cash.is_some();
                if burns { (12.0 * cash / burn).min(LONGEST_RUNWAY) } else { LONGEST_RUNWAY }
            }
            Day::CapLeft => finite(record.cap_left[lane]),
            Day::Owed => record.owed[lane],
            Day::OwedUncapped => record.owed_uncapped[lane],
            Day::PaymentsAfter => total(0) - record.paid[lane],
            Day::PaymentsAfterUncapped => total(1) - record.due[lane],
            Day::MicrosoftNow => stake,
            Day::MicrosoftBefore => stake * kept,
            Day::MicrosoftAfter => stake * kept * left,
            Day::OthersNow => 1.0 - stake,
            Day::OthersBefore => (1.0 - stake) * kept,
            Day::OthersAfter => (1.0 - stake) * kept * left,
            Day::LaterMoneyBefore => 1.0 - kept,
            Day::LaterMoneyAfter => (1.0 - kept) * left,
            Day::RoundsOnIpo => offer - left,
            Day::Public => 1.0 - offer,
        }
    }
}

const _: () = assert!(GateKind::ALL.len() <= 16 && LANES == 64);
