//! One path: the nouns called in the order of the business, then the metrics and the yearly series of each deal.

use super::Draws;
use super::cloud_mix::{self, Mix};
use super::cost;
use super::deal::{self, DealTerms};
use super::equity;
use super::funding::{self, FundingTerms, Shortfall};
use super::history::{self, Flow};
use super::ipo::{self, Measures, Readiness};
use super::licence::{self, LicenceState};
use super::segment::{self, Rates};
use super::shock;
use super::timeline::{discount_factor, overlap, reached};
use capstake::model::deal::Deal;
use capstake::model::dependence::Factor;
use capstake::model::funding::{PreMoney, RoundTime};
use capstake::model::ipo::GateKind;
use capstake::model::parameters::ParamId;
use capstake::model::shock::ShockTarget;
use capstake::model::timeline::{Period, PeriodLength, Year};
use capstake::model::{Model, Terms};

/// What a path comes to under each deal, in order of the deals.
#[derive(Clone, Debug)]
pub struct PathOutcome {
    /// By deal.
    pub deals: Vec<DealOutcome>,
}

/// What a path comes to under a deal.
#[derive(Clone, Debug)]
pub struct DealOutcome {
    /// Metrics by name, in the order of the results; `None`: without value on this path; those that the scenario leaves
    /// out are not here.
    pub metrics: Vec<(String, Option<f64>)>,
    /// (calendar year, series, value).
    pub years: Vec<(i32, String, Option<f64>)>,
    /// End of the period in which the company was first ready, years.
    pub ready_time: Option<f64>,
    /// Time of the IPO, years.
    pub listed_time: Option<f64>,
    /// Time of the failure, years.
    pub failed_time: Option<f64>,
    /// When the cap bound, years.
    pub cap_time: Option<f64>,
    /// Intermediate quantities of each period; the first period's begin with those of time 0 (names end in `_0`).
    pub trace: Vec<PeriodTrace>,
}

impl DealOutcome {
    /// A metric: `None` where the scenario leaves it out, `Some(None)` where it has no value on this path.
    pub fn metric(&self, name: &str) -> Option<Option<f64>> {
        self.metrics.iter().find(|(known, _)| known == name).map(|&(_, value)| value)
    }

    /// A yearly value: `None` where there is no such series, `Some(None)` where it has no value on this path.
    pub fn year(&self, year: i32, series: &str) -> Option<Option<f64>> {
        let row = self.years.iter().find(|(y, name, _)| *y == year && name == series)?;
        Some(row.2)
    }
}

/// Intermediate quantities by name; a name of several segments or clouds stands once for each, in their order.
pub type PeriodTrace = Vec<(&'static str, f64)>;

/// One path with its trace.
pub fn path(model: &Model, draws: &dyn Draws) -> PathOutcome {
    simulate(model, draws, Tracing::On)
}

/// One path without a trace.
pub fn path_untraced(model: &Model, draws: &dyn Draws) -> PathOutcome {
    simulate(model, draws, Tracing::Off)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tracing {
    On,
    Off,
}

fn simulate(model: &Terms, draws: &dyn Draws, tracing: Tracing) -> PathOutcome {
    let world = World::new(model, draws);
    let deals = model.deals.iter().map(|deal| DealPath::new(&world, deal, tracing).run()).collect();
    PathOutcome { deals }
}

/// What all deals of a path share.
struct World<'a> {
    model: &'a Terms,
    draws: &'a dyn Draws,
    segments: Vec<Rates>,
    microsoft_ai: Option<Rates>,
    log_multiples: Option<Vec<f64>>,
    history: Accounts,
}

/// Past and present flows that trailing figures look at.
#[derive(Clone, Default)]
struct Accounts {
    net_revenue: Vec<Flow>,
    fcf: Vec<Flow>,
    ebitda: Vec<Flow>,
}

impl<'a> World<'a> {
    fn new(model: &'a Terms, draws: &'a dyn Draws) -> Self {
        let timeline = &model.timeline;
        let jumps = |target| shock::log_jumps(target, &model.shocks, timeline, draws);
        let segments = model
            .segments
            .iter()
            .enumerate()
            .map(|(k, segment)| {
                let factors = (Factor::SegmentLevel(k), Factor::SegmentGrowth(k));
                let jumps = jumps(ShockTarget::Segment(k));
                segment::rates(&segment.process, factors, &jumps, &model.run, timeline, draws)
            })
            .collect();
        let microsoft_ai = model.microsoft.ai.as_ref().map(|process| {
            let factors = (Factor::MicrosoftAiLevel, Factor::MicrosoftAiGrowth);
            let calm = vec![0.0; timeline.periods().len()];
            segment::rates(process, factors, &calm, &model.run, timeline, draws)
        });
        let multiple = model.equity.as_ref().and_then(|equity| equity.method.multiple());
        let log_multiples = multiple
            .map(|multiple| equity::log_multiples(multiple, &jumps(ShockTarget::Multiple), timeline, draws));
        let mut history = Accounts::default();
        for row in &model.history {
            let flow = |num: ParamId| Flow { from: row.from, to: row.to, amount: draws.number(num) };
            history.net_revenue.push(flow(row.net_revenue));
            history.fcf.extend(row.fcf.map(flow));
            history.ebitda.extend(row.ebitda.map(flow));
        }
        World { model, draws, segments, microsoft_ai, log_multiples, history }
    }

    fn n(&self, num: ParamId) -> f64 {
        self.draws.number(num)
    }

    /// The multiple at `T_p`, `p` from 0.
    fn multiple(&self, p: usize) -> Option<f64> {
        self.log_multiples.as_ref().map(|logs| logs[p].exp())
    }
}

/// Sales of a period (billions), or of time 0 (billions a year).
#[derive(Clone, Debug)]
struct Sales {
    /// By cloud.
    sold: Vec<f64>,
    /// `Σ_k (direct_k + Σ_j sold_j,k)`
    gross: f64,
    /// With licence income.
    net_revenue: f64,
    /// `net_k/Q_k`, by segment.
    net_part: Vec<f64>,
    inference: f64,
    licence: LicenceState,
}

impl Sales {
    fn home(&self) -> f64 {
        self.sold.first().copied().unwrap_or(0.0)
    }

    fn gross_margin(&self) -> Option<f64> {
        ipo::ratio(self.inference, self.net_revenue).map(|part| 1.0 - part)
    }

    /// None where nothing is sold at all.
    fn largest_cloud_share(&self) -> Option<f64> {
        ipo::ratio(self.sold.iter().copied().fold(0.0, f64::max), self.gross)
    }
}

/// Where the stake is valued.
#[derive(Clone, Copy, Debug)]
struct Exit {
    time: f64,
    /// Common to all holders.
    dilution: f64,
    /// None where equity has no value.
    equity: Option<f64>,
    /// 1 less the marketability discount that it bears.
    marketability: f64,
}

/// What is remembered of a period. All zero after a failure, except Microsoft's licence, the multiple and the cap.
#[derive(Clone, Debug, Default)]
struct Record {
    net_revenue: f64,
    /// Net revenue × overlap with `effective..share_ends`.
    net_revenue_of_share: f64,
    inference: f64,
    due: f64,
    paid: f64,
    sold: Vec<f64>,
    compute: f64,
    compute_home: f64,
    fcf: f64,
    resale: f64,
    outbound: f64,
    hosting: f64,
    relief: f64,
    cap_left: f64,
    cash: f64,
    equity: Option<f64>,
    multiple: Option<f64>,
    dilution: f64,
    ready: bool,
    listed: bool,
    alive: bool,
}

/// A path under one deal.
struct DealPath<'a> {
    world: &'a World<'a>,
    deal: &'a Deal,
    terms: DealTerms,
    mix: Mix,
    tracing: Tracing,
    trace: PeriodTrace,
    accounts: Accounts,
    // state at the end of the last period
    cap_left: f64,
    cash: f64,
    losses: f64,
    dilution: f64,
    equity: Option<f64>,
    readiness: Readiness,
    // events
    cap_time: Option<f64>,
    listed: Option<f64>,
    ipo_equity: Option<f64>,
    failed: Option<f64>,
    exit: Option<Exit>,
    funding_raised: f64,
    equity_now: Option<f64>,
}

impl<'a> DealPath<'a> {
    fn new(world: &'a World<'a>, deal: &'a Deal, tracing: Tracing) -> Self {
        let model = world.model;
        let terms = DealTerms::new(deal, model.timeline.end(), world.draws);
        let mix = cloud_mix::mix(model, terms.exclusive_until, world.draws);
        let mut path = DealPath {
            world,
            deal,
            mix,
            tracing,
            trace: Vec::new(),
            accounts: world.history.clone(),
            cap_left: terms.cap_left,
            cash: model.cash.as_ref().map_or(0.0, |cash| world.n(cash.now)),
            losses: world.n(model.costs.losses),
            dilution: 1.0,
            equity: None,
            readiness: Readiness::default(),
            cap_time: None,
            listed: None,
            ipo_equity: None,
            failed: None,
            exit: None,
            funding_raised: 0.0,
            equity_now: None,
            terms,
        };
        path.equity_now = path.equity_of_today();
        path.equity = path.equity_now;
        path
    }

    fn note(&mut self, name: &'static str, value: f64) {
        if self.tracing == Tracing::On {
            self.trace.push((name, value));
        }
    }

    fn run(mut self) -> DealOutcome {
        let count = self.world.model.timeline.periods().len();
        let mut records = Vec::with_capacity(count);
        let mut trace = Vec::new();
        for p in 0..count {
            let record = if self.failed.is_some() { self.period_after_failure(p) } else { self.period(p) };
            records.push(record);
            trace.push(std::mem::take(&mut self.trace));
        }
        DealOutcome {
            metrics: self.metrics(&records),
            years: self.years(&records),
            ready_time: self.readiness.first,
            listed_time: self.listed,
            failed_time: self.failed,
            cap_time: self.cap_time,
            trace,
        }
    }

    /// Sales at a time from demand by segment: booked (billions) over a period of `span` years, or annual rates with a
    /// span of 1.
    fn sales(&self, demand: &[f64], shares: &[f64], time: f64, span: f64) -> Sales {
        let (world, model) = (self.world, self.world.model);
        let n = |num| world.n(num);
        let licence = if self.terms.licensed(time) { LicenceState::Running } else { LicenceState::Ended };
        let keeps: Vec<f64> = model
            .clouds
            .iter()
            .enumerate()
            .map(|(j, cloud)| match licence {
                LicenceState::Running if j == 0 => self.terms.home_keeps,
                _ => n(cloud.fee),
            })
            .collect();
        let displaced = model
            .in_house
            .as_ref()
            .map_or(0.0, |own| n(own.substitution) * cloud_mix::in_house_share(Some(own), time, world.draws));
        let uplift = n(model.uplift);
        let net = |sales: &cloud_mix::Sales| -> f64 {
            sales.direct + sales.sold.iter().zip(&keeps).map(|(sold, f)| (1.0 - f) * sold).sum::<f64>()
        };
        let mut total = Sales {
            sold: vec![0.0; model.clouds.len()],
            gross: 0.0,
            net_revenue: 0.0,
            net_part: Vec::new(),
            inference: 0.0,
            licence,
        };
        for (segment, &q) in model.segments.iter().zip(demand) {
            let phi = n(segment.cloud_sold);
            let sales = cloud_mix::sell(q, phi, shares, displaced, uplift);
            for (sum, sold) in total.sold.iter_mut().zip(&sales.sold) {
                *sum += sold;
            }
            total.gross += sales.direct + sales.sold.iter().sum::<f64>();
            total.net_revenue += net(&sales);
            total.net_part.push(net(&cloud_mix::sell(1.0, phi, shares, displaced, uplift)));
            let served: f64 = sales.direct
                + sales.sold.iter().skip(1).sum::<f64>()
                + match licence {
                    LicenceState::Running => 0.0,
                    LicenceState::Ended => sales.sold.first().copied().unwrap_or(0.0),
                };
            total.inference += cost::trend(&segment.inference_cost, time, world.draws) * served;
        }
        if licence == LicenceState::Running {
            total.net_revenue += n(model.licence.income) * span;
        }
        total
    }

    /// `Σ_k (net_k/Q_k)·R_k(T_p)`, billions a year.
    fn run_rate(&self, sales: &Sales, p: usize) -> f64 {
        sales.net_part.iter().zip(&self.world.segments).map(|(part, rates)| part * rates.at[p]).sum()
    }

    /// What the share is expected still to cost at time `end`, out of the annual base at `middle`.
    fn owed(&self, annual_base: f64, growth: f64, end: f64, middle: f64) -> f64 {
        let Some(equity) = &self.world.model.equity else { return 0.0 };
        if self.terms.terminated(end) {
            return 0.0;
        }
        let tau = (self.terms.share_ends - end.max(self.terms.effective)).max(0.0);
        deal::owed(
            self.cap_left,
            self.terms.rate(middle) * self.terms.eligible * annual_base,
            tau,
            growth,
            self.world.n(equity.owed_growth_half_life),
            self.world.n(self.world.model.discount.share),
        )
    }

    /// `equity_0 = max(EV_0 + cash now - owed_0, 0)`, with trailing figures from history alone.
    fn equity_of_today(&mut self) -> Option<f64> {
        let (world, model) = (self.world, self.world.model);
        let equity = model.equity.as_ref()?;
        let demand: Vec<f64> = world.segments.iter().map(|rates| rates.at[0]).collect();
        let sales = self.sales(&demand, &self.mix.today, 0.0, 1.0);
        let span = if equity::on_last_period(&equity.method) {
            whole_length(model.timeline.period_length())
        } else {
            1.0
        };
        let figures = equity::Figures {
            multiple: world.multiple(0),
            run_rate: self.run_rate(&sales, 0),
            gross_margin: sales.gross_margin(),
            ebitda: history::window(&self.accounts.ebitda, -span, 0.0),
            fcf: history::trailing(&self.accounts.fcf, 0.0),
        };
        let value = equity::enterprise_value(&equity.method, &figures, world.draws);
        let past = &self.accounts.net_revenue;
        let growth = history::rate_of_row_ending(past, 0.0)
            .map_or(0.0, |now| deal::last_growth(now, history::rate_of_row_ending(past, -1.0)));
        let base = self.terms.base_of(sales.net_revenue, sales.gross);
        let owed = self.owed(base, growth, 0.0, 0.0);
        self.note("run_rate_0", figures.run_rate);
        self.note("net_revenue_rate_0", sales.net_revenue);
        self.note("enterprise_value_0", value.unwrap_or(f64::NAN));
        self.note("owed_growth_0", growth);
        self.note("owed_0", owed);
        equity::equity(value, self.cash, owed)
    }

    fn period(&mut self, p: usize) -> Record {
        let (world, model) = (self.world, self.world.model);
        let period = model.timeline.periods()[p];
        let n = |num| world.n(num);

        // demand, mix, sales and net revenue
        let demand: Vec<f64> = world.segments.iter().map(|rates| rates.booked[p]).collect();
        let sales = self.sales(&demand, &self.mix.periods[p], period.middle, period.length);
        let mut record = Record { relief: self.relief(p), sold: sales.sold.clone(), ..Record::default() };
        record.net_revenue = sales.net_revenue;
        record.inference = sales.inference;

        // revenue share
        let base = self.terms.base_of(sales.net_revenue, sales.gross);
        record.due = self.terms.due(base, period.start, period.end, period.middle);
        record.paid = record.due.min(self.cap_left);
        self.cap_left -= record.paid;
        let window = self.terms.window(period.start, period.end);
        self.cap_time = self.cap_time.or(deal::cap_hit_time(record.paid, record.due, window));
        let share_part =
            overlap(period.start, period.end, self.terms.effective, self.terms.share_ends) / period.length;
        record.net_revenue_of_share = sales.net_revenue * share_part;

        // costs, tax, cash
        let trend = |trend| cost::trend(trend, period.middle, world.draws);
        let need = sales.inference + trend(&model.costs.research) * sales.net_revenue;
        let committed = cost::committed_by_cloud(
            &model.contracts,
            model.clouds.len(),
            period.start,
            period.end,
            world.draws,
        );
        let flex: Vec<f64> = model.clouds.iter().map(|cloud| n(cloud.flex_share)).collect();
        let compute = cost::place(need, &committed, &flex);
        let opex = trend(&model.costs.opex) * sales.net_revenue + n(model.costs.fixed) * period.length;
        let ebitda = sales.net_revenue - record.paid - compute.total - opex;
        let interest = model
            .cash
            .as_ref()
            .map_or(0.0, |cash| cost::interest(self.cash, n(cash.interest), period.length));
        let pretax = ebitda + interest;
        let taxed = cost::tax(pretax, self.losses, n(model.costs.tax_rate), n(model.costs.offset_limit));
        let fcf = pretax - taxed.tax;
        self.losses = taxed.losses;
        self.add_cash(fcf);
        record.compute = compute.total;
        record.compute_home = compute.paid.first().copied().unwrap_or(0.0);
        record.fcf = fcf;

        // what Microsoft earns beside
        let unused_home = compute.unused.first().copied().unwrap_or(0.0);
        let margins = &model.microsoft;
        record.hosting = licence::hosting(
            record.compute_home,
            unused_home,
            n(margins.hosting_margin),
            n(margins.take_or_pay_margin),
        );
        let keeps = self.terms.home_keeps;
        record.outbound = licence::outbound(sales.home(), sales.licence, keeps);
        if let Some(home) = model.clouds.first() {
            let resale_margin = n(margins.resale_margin);
            record.resale = licence::resale(sales.home(), sales.licence, resale_margin, keeps, n(home.fee));
        }

        // scheduled rounds
        for round in &model.rounds {
            if let RoundTime::At(time) = round.when
                && funding::falls_in(time, period.start, period.end)
            {
                let value = match round.pre_money {
                    PreMoney::Value(num) => Some(n(num)),
                    PreMoney::Market => self.equity,
                };
                self.raise(n(round.amount), value);
            }
        }

        // multiple and equity
        let flow = |amount| Flow { from: period.start, to: period.end, amount };
        self.accounts.net_revenue.push(flow(sales.net_revenue));
        self.accounts.fcf.push(flow(fcf));
        self.accounts.ebitda.push(flow(ebitda));
        let year_before = history::window(&self.accounts.net_revenue, period.start - 1.0, period.end - 1.0);
        let growth = deal::last_growth(sales.net_revenue, year_before);
        let owed = self.owed(base / period.length, growth, period.end, period.middle);
        let value = model.equity.as_ref().and_then(|terms| {
            let figures = equity::Figures {
                multiple: world.multiple(p + 1),
                run_rate: self.run_rate(&sales, p + 1),
                gross_margin: sales.gross_margin(),
                ebitda: if equity::on_last_period(&terms.method) {
                    Some(ebitda)
                } else {
                    history::trailing(&self.accounts.ebitda, period.end)
                },
                fcf: history::trailing(&self.accounts.fcf, period.end),
            };
            equity::enterprise_value(&terms.method, &figures, world.draws)
        });
        self.equity = equity::equity(value, self.cash, owed);

        for (segment, rates) in world.segments.iter().enumerate() {
            self.note("rate", rates.at[p + 1]);
            self.note("demand", demand[segment]);
        }
        for j in 0..model.clouds.len() {
            self.note("share", self.mix.periods[p][j]);
            self.note("sold", sales.sold[j]);
            self.note("compute_paid", compute.paid[j]);
            self.note("compute_unused", compute.unused[j]);
        }
        for (name, value) in [
            ("net_revenue", sales.net_revenue),
            ("gross", sales.gross),
            ("inference", sales.inference),
            ("due", record.due),
            ("paid", record.paid),
            ("cap_left", self.cap_left),
            ("need", need),
            ("compute", compute.total),
            ("opex", opex),
            ("ebitda", ebitda),
            ("interest", interest),
            ("pretax", pretax),
            ("tax", taxed.tax),
            ("losses", taxed.losses),
            ("fcf", fcf),
            ("cash_before_shortfall", self.cash),
            ("owed_growth", growth),
            ("owed", owed),
            ("run_rate", self.run_rate(&sales, p + 1)),
            ("multiple", world.multiple(p + 1).unwrap_or(f64::NAN)),
            ("enterprise_value", value.unwrap_or(f64::NAN)),
            ("equity_before_shortfall", self.equity.unwrap_or(f64::NAN)),
        ] {
            self.note(name, value);
        }

        // shortfall funding or failure
        self.shortfall_or_failure(&period, fcf, value, owed);

        if self.failed.is_none() {
            // grants
            if let Some(terms) = &model.equity {
                self.dilution *= (1.0 - n(terms.grant_rate)).powf(period.length);
            }
            // gates, IPO, exit
            let measures = Measures {
                trailing_revenue: history::trailing(&self.accounts.net_revenue, period.end),
                growth: year_before
                    .and_then(|before| ipo::ratio(sales.net_revenue, before))
                    .map(|ratio| ratio - 1.0),
                gross_margin: sales.gross_margin(),
                trailing_fcf: history::trailing(&self.accounts.fcf, period.end),
                runway_months: match model.cash {
                    Some(_) => ipo::runway_months(self.cash, fcf, period.length),
                    None => f64::INFINITY,
                },
                largest_cloud_share: sales.largest_cloud_share(),
                commitments: self.commitments(period.end, period.end + 1.0),
                owed,
                equity: self.equity,
            };
            self.gates_and_ipo(&period, &measures, value, owed);
            self.exit_at(&period, p + 1 == model.timeline.periods().len());
        }

        self.close(record, p)
    }

    /// After a failure only Microsoft's licence earns, and the multiple goes its way.
    fn period_after_failure(&mut self, p: usize) -> Record {
        let sold = vec![0.0; self.world.model.clouds.len()];
        let record = Record { relief: self.relief(p), sold, ..Record::default() };
        self.close(record, p)
    }

    /// Stocks at the period's end; all 0 from the failure on.
    fn close(&mut self, mut record: Record, p: usize) -> Record {
        record.cap_left = self.cap_left;
        record.multiple = self.world.multiple(p + 1);
        record.alive = self.failed.is_none();
        if record.alive {
            record.cash = self.cash;
            record.equity = self.equity;
            record.dilution = self.dilution;
            record.ready = self.readiness.ready;
            record.listed = self.listed.is_some();
        } else {
            record.equity = Some(0.0);
        }
        for (name, value) in [
            ("cash", record.cash),
            ("equity", record.equity.unwrap_or(f64::NAN)),
            ("dilution", record.dilution),
            ("ready", record.ready as u8 as f64),
            ("listed", record.listed as u8 as f64),
            ("alive", record.alive as u8 as f64),
        ] {
            self.note(name, value);
        }
        record
    }

    /// Royalty that Microsoft is spared in a period, billions.
    fn relief(&self, p: usize) -> f64 {
        let (world, model) = (self.world, self.world.model);
        let period = &model.timeline.periods()[p];
        let state =
            if self.terms.licensed(period.middle) { LicenceState::Running } else { LicenceState::Ended };
        world.microsoft_ai.as_ref().map_or(0.0, |own| {
            licence::relief(
                own.booked[p],
                state,
                world.n(model.licence.royalty_rate),
                cloud_mix::in_house_share(model.in_house.as_ref(), period.middle, world.draws),
                self.deal.licence_exclusive,
                world.n(model.licence.non_exclusive_discount),
            )
        })
    }

    /// Committed in `from..to` with all clouds, also beyond the horizon, billions.
    fn commitments(&self, from: f64, to: f64) -> f64 {
        self.world.model.contracts.iter().map(|c| cost::committed(c, from, to, self.world.draws)).sum()
    }

    /// Without a cash table money comes and goes without trace.
    fn add_cash(&mut self, amount: f64) {
        if self.world.model.cash.is_some() {
            self.cash += amount;
        }
    }

    /// A round; at a value of 0, or without one, it does not take place.
    fn raise(&mut self, amount: f64, value: Option<f64>) {
        if let Some(value) = value.filter(|&value| value > 0.0) {
            self.add_cash(amount);
            self.dilution *= funding::dilution(amount, value);
        }
    }

    fn shortfall_or_failure(&mut self, period: &Period, fcf: f64, value: Option<f64>, owed: f64) {
        let (world, model) = (self.world, self.world.model);
        let Some(cash) = &model.cash else { return };
        let n = |num| world.n(num);
        let terms = FundingTerms {
            enabled: model.funding.enabled,
            minimum: n(cash.minimum),
            runway_years: n(model.funding.runway_years),
            round_discount: n(model.funding.round_discount),
            max_dilution: n(model.funding.max_dilution),
        };
        match funding::shortfall(&terms, self.cash, fcf, period.length, self.equity) {
            Shortfall::None => {}
            Shortfall::Raises { amount, value: price } => {
                self.raise(amount, Some(price));
                self.funding_raised += amount;
                self.equity = equity::equity(value, self.cash, owed);
            }
            Shortfall::Fails => {
                self.failed = Some(period.end);
                let recovery = n(model.funding.recovery);
                self.exit = self.exit.or(Some(Exit {
                    time: period.end,
                    dilution: self.dilution,
                    equity: value.map(|value| recovery * value.max(0.0)),
                    marketability: 1.0,
                }));
            }
        }
    }

    fn gates_and_ipo(&mut self, period: &Period, measures: &Measures, value: Option<f64>, owed: f64) {
        let (world, model) = (self.world, self.world.model);
        let n = |num| world.n(num);
        let Some(terms) = &model.ipo else { return };
        if !reached(period.end, terms.earliest) {
            return;
        }
        let all_hold = terms.gates.iter().all(|&(gate, threshold)| measures.holds(gate, n(threshold)));
        self.readiness.step(all_hold, period.length, period.end, n(terms.ready_months));
        let gate = terms.gates.iter().find(|(gate, _)| *gate == GateKind::Equity);
        let prepared = ipo::takes_place(
            period.end,
            self.readiness.first,
            n(terms.preparation_months),
            self.equity,
            gate.map(|&(_, threshold)| n(threshold)),
        );
        if self.listed.is_some() || !prepared {
            return;
        }
        let brought =
            |when: RoundTime| matches!(when, RoundTime::OnIpo { until } if reached(until, period.end));
        for round in model.rounds.iter().filter(|round| brought(round.when)) {
            let price = match round.pre_money {
                PreMoney::Value(num) => Some(n(num)),
                PreMoney::Market => self.equity,
            };
            self.raise(n(round.amount), price);
            self.equity = equity::equity(value, self.cash, owed);
        }
        let equity_before = self.equity.unwrap_or(0.0);
        let offer = ipo::offer(equity_before, n(terms.underpricing), n(terms.primary), n(terms.fee));
        self.dilution *= offer.dilution;
        self.add_cash(offer.proceeds);
        self.equity = equity::equity(value, self.cash, owed);
        self.listed = Some(period.end);
        self.ipo_equity = Some(offer.pre_money);
    }

    /// The exit: the lock-up's end, or the horizon; unlisted with the marketability discount.
    fn exit_at(&mut self, period: &Period, last: bool) {
        let Some(terms) = &self.world.model.equity else { return };
        if self.exit.is_some() {
            return;
        }
        let lockup = self.world.n(terms.lockup_months) / 12.0;
        let free = self.listed.is_some_and(|listed| reached(period.end, listed + lockup));
        if free || last {
            let discount =
                if self.listed.is_some() { 0.0 } else { self.world.n(terms.marketability_discount) };
            self.exit = Some(Exit {
                time: period.end,
                dilution: self.dilution,
                equity: self.equity,
                marketability: 1.0 - discount,
            });
        }
    }

    fn metrics(&self, records: &[Record]) -> Vec<(String, Option<f64>)> {
        let (world, model) = (self.world, self.world.model);
        let n = |num| world.n(num);
        let discount = &model.discount;
        let periods = model.timeline.periods();
        let sum = |value: &dyn Fn(&Record) -> f64| -> f64 { records.iter().map(value).sum() };
        let pv = |rate: ParamId, value: &dyn Fn(&Record) -> f64| -> f64 {
            let rate = n(rate);
            let flows = periods.iter().zip(records);
            flows.map(|(period, record)| value(record) * discount_factor(rate, period.middle)).sum()
        };
        let payments_pv = |value: &dyn Fn(&Record) -> f64| -> f64 {
            let (rate, recovery) = (n(discount.share), n(model.funding.recovery));
            let flows = periods.iter().zip(records);
            flows
                .map(|(period, record)| {
                    let received = period.middle + self.terms.payment_lag;
                    let part = deal::collected(received, self.failed, recovery);
                    value(record) * part * discount_factor(rate, received)
                })
                .sum()
        };

        let share_pv = payments_pv(&|record| record.paid);
        let uncapped_pv = payments_pv(&|record| record.due);
        let nominal = sum(&|record| record.paid);
        let resale_pv = pv(discount.cloud, &|record| record.resale);
        let hosting_pv = pv(discount.cloud, &|record| record.hosting);
        let licence_pv = pv(discount.licence, &|record| record.relief);
        let outbound_pv = pv(discount.cloud, &|record| record.outbound);

        // (stake now, exit) where there are a stake and an equity value
        let holding = self.terms.stake.zip(self.exit);
        let discounted = |exit: &Exit| discount_factor(n(discount.equity), exit.time);
        let stake_value = holding.and_then(|(stake, exit)| {
            exit.equity.map(|equity| stake * exit.dilution * equity * exit.marketability)
        });
        let stake_pv = stake_value.zip(self.exit).map(|(value, exit)| value * discounted(&exit));
        let retained_pv = holding.and_then(|(stake, exit)| {
            exit.equity.map(|equity| (1.0 - stake) * exit.dilution * equity * discounted(&exit))
        });
        let has_stake = self.terms.stake.is_some() && model.equity.is_some();
        let take_pv = if has_stake { stake_pv.map(|stake| share_pv + stake) } else { Some(share_pv) };

        let mut metrics = Vec::new();
        let mut push = |name: &str, value: Option<f64>| metrics.push((name.to_string(), value));
        push("share_pv", Some(share_pv));
        push("share_uncapped_pv", Some(uncapped_pv));
        push("cap_saving_pv", Some(uncapped_pv - share_pv));
        if has_stake {
            push("stake_mark", self.terms.stake.zip(self.equity_now).map(|(stake, equity)| stake * equity));
            push("stake_pv", stake_pv);
        }
        push("microsoft_take_pv", take_pv);
        push("resale_pv", Some(resale_pv));
        push("hosting_pv", Some(hosting_pv));
        push("licence_pv", Some(licence_pv));
        push("outbound_pv", Some(outbound_pv));
        push("microsoft_total_pv", take_pv.map(|take| take + resale_pv + hosting_pv + licence_pv));
        if has_stake {
            push("openai_retained_pv", retained_pv);
        }
        push("revenue_kept_pv", Some(pv(discount.revenue, &|record| record.net_revenue - record.paid)));
        push("share_nominal", Some(nominal));
        push("share_uncapped_nominal", Some(sum(&|record| record.due)));
        push("cap_hit", Some(self.cap_time.is_some() as u8 as f64));
        push("cap_hit_time", self.cap_time);
        push("effective_rate", ipo::ratio(nominal, sum(&|record| record.net_revenue_of_share)));
        if let Some(invested) = model.microsoft.invested.filter(|_| has_stake) {
            let received = n(model.microsoft.received_before) + nominal;
            push("take_multiple", stake_value.and_then(|stake| ipo::ratio(received + stake, n(invested))));
        }
        push("ipo", Some(self.listed.is_some() as u8 as f64));
        push("ipo_time", self.listed);
        if has_stake {
            push("ipo_equity", self.ipo_equity);
        }
        push("failed", Some(self.failed.is_some() as u8 as f64));
        if has_stake {
            let valued = holding.filter(|(_, exit)| exit.equity.is_some());
            push("stake_at_exit", valued.map(|(stake, exit)| stake * exit.dilution));
        }
        push("funding_raised", Some(self.funding_raised));
        let mix_year = model.run.mix_year;
        let year = model.timeline.years().iter().find(|year| year.year == mix_year);
        let sold = year.map_or(Vec::new(), |year| sold_in(year, records));
        let home = sold.first().and_then(|home| ipo::ratio(*home, sold.iter().sum()));
        push(&format!("home_share_{mix_year}"), home);
        push(&format!("cloud_concentration_{mix_year}"), cloud_mix::concentration(&sold));
        metrics
    }

    fn years(&self, records: &[Record]) -> Vec<(i32, String, Option<f64>)> {
        let model = self.world.model;
        let mut rows = Vec::new();
        let mut cumulative = 0.0;
        for year in model.timeline.years() {
            let of_year = &records[year.first..=year.last];
            let end = &records[year.last];
            let sum = |value: &dyn Fn(&Record) -> f64| -> f64 { of_year.iter().map(value).sum() };
            let net_revenue = sum(&|record| record.net_revenue);
            let inference = sum(&|record| record.inference);
            let payments = sum(&|record| record.paid);
            let fcf = sum(&|record| record.fcf);
            cumulative += payments;
            let mut push = |name: &str, value: Option<f64>| rows.push((year.year, name.to_string(), value));
            push("net_revenue", Some(net_revenue));
            push("gross_margin", ipo::ratio(inference, net_revenue).map(|part| 1.0 - part));
            push("payments", Some(payments));
            push("cumulative_payments", Some(cumulative));
            if self.deal.cap.is_some() {
                push("cap_left", Some(end.cap_left));
            }
            let sold = sold_in(year, records);
            for (cloud, amount) in model.clouds.iter().zip(&sold) {
                push(&format!("cloud_share.{}", cloud.name), ipo::ratio(*amount, sold.iter().sum()));
            }
            push("compute", Some(sum(&|record| record.compute)));
            push("compute_home", Some(sum(&|record| record.compute_home)));
            push("free_cash_flow", Some(fcf));
            push("cash", Some(end.cash));
            if let Some(equity) = &model.equity {
                push("equity", end.equity);
                if equity.method.multiple().is_some() {
                    push("multiple", end.multiple);
                }
                if let Some(stake) = self.terms.stake {
                    push("stake", Some(stake * end.dilution));
                }
            }
            push("ready", Some(end.ready as u8 as f64));
            push("listed", Some(end.listed as u8 as f64));
            push("alive", Some(end.alive as u8 as f64));
            if year.cut_at_start {
                let before = |flows| self.before_valuation(flows);
                if let Some(past) = before(&self.world.history.net_revenue) {
                    push("net_revenue_full_year", Some(past + net_revenue));
                }
                if let Some(past) = before(&self.world.history.fcf) {
                    push("free_cash_flow_full_year", Some(past + fcf));
                }
            }
        }
        rows
    }

    /// The amount from 1 January to the valuation date; none unless rows with the figure cover all of it.
    fn before_valuation(&self, flows: &[Flow]) -> Option<f64> {
        let from = self.world.model.timeline.first_year_start();
        let covered: f64 = flows.iter().map(|flow| overlap(flow.from, flow.to, from, 0.0)).sum();
        if (covered + from).abs() > 1e-9 {
            return None;
        }
        history::window(flows, from, 0.0)
    }
}

/// Sales of a year by cloud, billions.
fn sold_in(year: &Year, records: &[Record]) -> Vec<f64> {
    let mut sum = vec![0.0; records[year.first].sold.len()];
    for record in &records[year.first..=year.last] {
        for (total, sold) in sum.iter_mut().zip(&record.sold) {
            *total += sold;
        }
    }
    sum
}

/// Years of a whole period.
fn whole_length(length: PeriodLength) -> f64 {
    match length {
        PeriodLength::Month => 1.0 / 12.0,
        PeriodLength::Quarter => 0.25,
        PeriodLength::Year => 1.0,
    }
}
