//! The layout of a run: names turned into indices, the timeline into weights, the model into block kernels' terms.

use super::innovation::Innovations;
use super::input::Inputs;
use super::metric::{Metric, Series};
use super::window::{Window, Windows, overlap, window};
use crate::math::simd::Isa;
use crate::model::Model;
use crate::model::cost::Contract;
use crate::model::deal::Rate;
use crate::model::dependence::Factor;
use crate::model::parameters::ParamId;
use crate::model::process::Process;
use crate::model::timeline::{Period, PeriodLength, Year};
use crate::rng::philox::RoundKeys;
use crate::rng::stream::StreamKey;

/// Slack when two times are compared that are equal on paper, years.
pub const TIME_SLACK: f64 = 1e-9;

/// The timeline as the kernels walk it.
#[derive(Clone, Debug)]
pub struct Steps {
    /// The periods.
    pub periods: Vec<Period>,
    /// The calendar years.
    pub years: Vec<Year>,
    /// Distinct period lengths, years.
    pub lengths: Vec<f64>,
    /// For each period, the index of its length.
    pub length_of: Vec<usize>,
}

/// One period of the walk.
#[derive(Clone, Copy, Debug)]
pub struct StepRef {
    /// Index of the period, from 0.
    pub period: usize,
    /// Index of its length.
    pub step: usize,
    /// `Δ_p`, years.
    pub length: f64,
    /// `T_{p-1}`, years.
    pub start: f64,
    /// `m_p`, years.
    pub middle: f64,
    /// `T_p`, years.
    pub end: f64,
}

impl Steps {
    fn new(periods: &[Period], years: &[Year]) -> Steps {
        let mut lengths: Vec<f64> = Vec::new();
        let length_of = periods
            .iter()
            .map(|p| {
                // Equal lengths may differ in the last bit when they are differences of times.
                lengths.iter().position(|&l| (l - p.length).abs() < TIME_SLACK).unwrap_or_else(|| {
                    lengths.push(p.length);
                    lengths.len() - 1
                })
            })
            .collect();
        Steps { periods: periods.to_vec(), years: years.to_vec(), lengths, length_of }
    }

    /// The period of that index.
    pub fn at(&self, period: usize) -> StepRef {
        let p = &self.periods[period];
        let step = self.length_of[period];
        StepRef { period, step, length: self.lengths[step], start: p.start, middle: p.middle, end: p.end }
    }
}

/// A shock, ready to strike.
#[derive(Clone, Debug)]
pub struct ShockPlan {
    /// Keys of the uniforms that decide.
    pub strike: RoundKeys,
    /// Keys of the normals behind the sizes.
    pub size: RoundKeys,
}

/// A contract's part in a period.
#[derive(Clone, Copy, Debug)]
pub struct Commitment {
    /// Index of the contract.
    pub contract: usize,
    /// Fraction of the contract's dates inside.
    pub weight: f64,
    /// Whether it is with the home cloud.
    pub at_home: bool,
}

/// What the kernel needs to know of one deal.
#[derive(Clone, Debug)]
pub struct DealPlan {
    /// Index of its cloud mix among [`Plan::mixes`].
    pub mix: usize,
    /// The rate in force in each period; `None`: 0.
    pub rate: Vec<Option<ParamId>>,
    /// The rate in force at time 0.
    pub rate_at_start: Option<ParamId>,
    /// Whether the licence runs in each period.
    pub licensed: Vec<bool>,
    /// Whether it runs at time 0.
    pub licensed_at_start: bool,
    /// Metrics that exist for the deal, in order.
    pub metrics: Vec<Metric>,
    /// Series that exist for the deal, in order.
    pub series: Vec<Series>,
    /// An earlier deal of the same terms but for the cap and what counts toward it, where one is named: as long as both
    /// companies live alike, what does not hang on the cap is taken from it.
    pub follows: Option<usize>,
    /// Whether a company that follows another may stop once all that is asked of it has settled.
    pub may_settle: bool,
}

impl DealPlan {
    /// Whether something reads the sums over its years.
    pub fn is_recorded(&self) -> bool {
        let of_year = |metric: &Metric| matches!(metric, Metric::HomeShare | Metric::CloudConcentration);
        !self.series.is_empty() || self.metrics.iter().any(of_year)
    }
}

/// Two deals compared: `later - first`.
#[derive(Clone, Debug)]
pub struct DifferencePlan {
    /// Index of the later deal.
    pub later: usize,
    /// Metrics that exist for both, with their positions in the later and the first deal's lists.
    pub metrics: Vec<(Metric, usize, usize)>,
}

/// Everything that stays the same over a run.
pub struct Plan {
    /// The model.
    pub model: Model,
    /// Seed of all streams.
    pub seed: u64,
    /// Instruction set of the block functions.
    pub isa: Isa,
    /// The timeline.
    pub steps: Steps,
    /// Draws of the uncertain numbers.
    pub inputs: Inputs,
    /// Draws of the factors.
    pub innovations: Innovations,
    /// Shocks.
    pub shocks: Vec<ShockPlan>,
    /// Distinct cloud mixes: until when other clouds are closed.
    pub mixes: Vec<Option<ParamId>>,
    /// For each segment, whether clouds sell any of it.
    pub through_clouds: Vec<bool>,
    /// For each period, the contracts that run in it.
    pub committed: Vec<Vec<Commitment>>,
    /// For each period, the contracts that run in the twelve months after its end.
    pub committed_next_year: Vec<Vec<Commitment>>,
    /// Windows over net revenue.
    pub revenue_windows: Windows,
    /// Windows over free cash flow.
    pub fcf_windows: Windows,
    /// Windows over EBITDA.
    pub ebitda_windows: Windows,
    /// EBITDA of the last whole period's length of history before time 0; `None` without it.
    pub last_ebitda: Option<Window>,
    /// Rows of history that end at time 0 and a year before it, with their lengths: the growth behind what is owed at 0.
    pub history_growth: Option<((ParamId, f64), (ParamId, f64))>,
    /// For the first calendar year, where it is cut: rows of history inside it (net revenue; free cash flow if all rows
    /// that touch the year have it).
    pub first_year: FirstYear,
    /// Whether gates are tested at each period's end.
    pub tested: Vec<bool>,
    /// Dated rounds of each period: indices into the model's rounds.
    pub rounds: Vec<Vec<usize>>,
    /// Rounds that come with the IPO.
    pub ipo_rounds: Vec<usize>,
    /// Deals.
    pub deals: Vec<DealPlan>,
    /// Differences of deals.
    pub differences: Vec<DifferencePlan>,
    /// Index of the timeline's year of the mix metrics.
    pub mix_year: Option<usize>,
}

/// The part of the first calendar year before the valuation date.
#[derive(Clone, Debug, Default)]
pub struct FirstYear {
    /// (row's net revenue, fraction of the row inside the year); empty: no such series.
    pub revenue: Vec<(ParamId, f64)>,
    /// The same of free cash flow.
    pub fcf: Vec<(ParamId, f64)>,
}

impl Plan {
    /// Lays a model out for the machine.
    pub fn from_model(model: &Model, seed: u64, isa: Isa) -> Plan {
        let steps = Steps::new(model.timeline.periods(), model.timeline.years());
        let constant_zero = |num: ParamId| model.parameters.constant(num) == Some(0.0);
        let moving = |factor: Factor| {
            let level_moves = |process: &Process| match process {
                &Process::MeanRevertingGrowth {
                    volatility_now,
                    volatility_long_run,
                    growth_volatility_now,
                    ..
                } => {
                    !(constant_zero(volatility_now)
                        && constant_zero(volatility_long_run)
                        && constant_zero(growth_volatility_now))
                }
                &Process::Gbm { volatility, .. }
                | &Process::Plan { volatility, .. }
                | &Process::Logistic { volatility, .. } => !constant_zero(volatility),
            };
            let growth_moves = |process: &Process| match process {
                &Process::MeanRevertingGrowth { growth_volatility_now, .. } => {
                    !constant_zero(growth_volatility_now)
                }
                _ => false,
            };
            match factor {
                Factor::SegmentLevel(k) => level_moves(&model.segments[k].process),
                Factor::SegmentGrowth(k) => growth_moves(&model.segments[k].process),
                Factor::CloudMix(j) => !constant_zero(model.clouds[j].volatility),
                Factor::Multiple => model
                    .equity
                    .and_then(|equity| equity.method.multiple().map(|m| !constant_zero(m.volatility)))
                    .unwrap_or(false),
                Factor::MicrosoftAiLevel => model.microsoft.ai.as_ref().is_some_and(level_moves),
                Factor::MicrosoftAiGrowth => model.microsoft.ai.as_ref().is_some_and(growth_moves),
            }
        };
        let inputs = Inputs::new(model, seed);
        let innovations = Innovations::new(model, seed, moving);
        let shocks = model
            .shocks
            .iter()
            .map(|shock| ShockPlan {
                strike: StreamKey::new(seed, &format!("shock.{}.strike", shock.name)).rounds(),
                size: StreamKey::new(seed, &format!("shock.{}.size", shock.name)).rounds(),
            })
            .collect();
        let committed = |window: (f64, f64)| -> Vec<Commitment> {
            let part = |contract: &Contract| {
                overlap(window, (contract.from, contract.to)) / (contract.to - contract.from)
            };
            let commitment = |(contract, terms): (usize, &Contract)| Commitment {
                contract,
                weight: part(terms),
                at_home: terms.cloud == 0,
            };
            model.contracts.iter().enumerate().map(commitment).filter(|c| c.weight > 0.0).collect()
        };
        let rows =
            |figure: &dyn Fn(&crate::model::history::HistoryPeriod) -> Option<ParamId>| -> Vec<(f64, f64, ParamId)> {
                model
                    .history
                    .iter()
                    .filter_map(|row| figure(row).map(|num| (row.from, row.to, num)))
                    .collect()
            };
        let revenue_windows = Windows::new(&steps, &rows(&|row| Some(row.net_revenue)));
        let fcf_windows = Windows::new(&steps, &rows(&|row| row.fcf));
        let ebitda_windows = Windows::new(&steps, &rows(&|row| row.ebitda));
        let row_ending = |time: f64| model.history.iter().find(|row| (row.to - time).abs() < TIME_SLACK);
        let history_growth = row_ending(0.0).zip(row_ending(-1.0)).map(|(now, before)| {
            ((now.net_revenue, now.to - now.from), (before.net_revenue, before.to - before.from))
        });
        let whole_period = match model.timeline.period_length() {
            PeriodLength::Month => 1.0 / 12.0,
            PeriodLength::Quarter => 0.25,
            PeriodLength::Year => 1.0,
        };
        let mut mixes: Vec<Option<ParamId>> = Vec::new();
        let deals: Vec<DealPlan> = model
            .deals
            .iter()
            .map(|deal| {
                let mix = mixes.iter().position(|&m| m == deal.exclusive_until).unwrap_or_else(|| {
                    mixes.push(deal.exclusive_until);
                    mixes.len() - 1
                });
                let rate_at = |time: f64| match &deal.rate {
                    Rate::Flat(num) => Some(*num),
                    Rate::Schedule(steps) => steps
                        .iter()
                        .take_while(|&&(from, _)| from <= time + TIME_SLACK)
                        .last()
                        .map(|&(_, num)| num),
                };
                let licensed_at = |time: f64| time < deal.licence_ends - TIME_SLACK;
                DealPlan {
                    mix,
                    rate: steps.periods.iter().map(|p| rate_at(p.middle)).collect(),
                    rate_at_start: rate_at(0.0),
                    licensed: steps.periods.iter().map(|p| licensed_at(p.middle)).collect(),
                    licensed_at_start: licensed_at(0.0),
                    metrics: metrics_of(model, deal),
                    series: series_of(model, deal, &steps),
                    follows: None,
                    may_settle: false,
                }
            })
            .collect();
        let differences = (1..deals.len())
            .map(|later| DifferencePlan {
                later,
                metrics: deals[later]
                    .metrics
                    .iter()
                    .enumerate()
                    .filter_map(|(i, &metric)| {
                        deals[0].metrics.iter().position(|&m| m == metric).map(|first| (metric, i, first))
                    })
                    .collect(),
            })
            .collect();
        let earliest = model.ipo.as_ref().map_or(f64::INFINITY, |ipo| ipo.earliest);
        let rounds = steps
            .periods
            .iter()
            .map(|p| {
                let inside = |round: &crate::model::funding::Round| match round.when {
                    crate::model::funding::RoundTime::At(time) => {
                        p.start - TIME_SLACK <= time && time < p.end - TIME_SLACK
                    }
                    crate::model::funding::RoundTime::OnIpo => false,
                };
                (0..model.rounds.len()).filter(|&i| inside(&model.rounds[i])).collect()
            })
            .collect();
        let ipo_rounds = (0..model.rounds.len())
            .filter(|&i| model.rounds[i].when == crate::model::funding::RoundTime::OnIpo)
            .collect();
        Plan {
            seed,
            isa,
            inputs,
            innovations,
            shocks,
            mixes,
            through_clouds: model
                .segments
                .iter()
                .map(|segment| !model.clouds.is_empty() && !constant_zero(segment.cloud_sold))
                .collect(),
            committed: steps.periods.iter().map(|p| committed((p.start, p.end))).collect(),
            committed_next_year: steps.periods.iter().map(|p| committed((p.end, p.end + 1.0))).collect(),
            revenue_windows,
            fcf_windows,
            ebitda_windows,
            last_ebitda: window(&steps, &rows(&|row| row.ebitda), -whole_period, 0.0),
            history_growth,
            first_year: first_year(model, &steps),
            tested: steps.periods.iter().map(|p| p.end >= earliest - TIME_SLACK).collect(),
            rounds,
            ipo_rounds,
            deals,
            differences,
            mix_year: steps.years.iter().position(|y| y.year == model.run.mix_year),
            steps,
            model: model.clone(),
        }
    }

    /// Names of the clouds, the home cloud first.
    pub fn cloud_names(&self) -> Vec<String> {
        self.model.clouds.iter().map(|cloud| cloud.name.clone()).collect()
    }

    /// Name of a deal, or of a difference (after the deals).
    pub fn subject_name(&self, subject: usize) -> String {
        match subject.checked_sub(self.deals.len()) {
            None => self.model.deals[subject].name.clone(),
            Some(i) => {
                format!("{} - {}", self.model.deals[self.differences[i].later].name, self.model.deals[0].name)
            }
        }
    }
}

fn metrics_of(model: &Model, deal: &crate::model::deal::Deal) -> Vec<Metric> {
    let staked = model.equity.is_some() && deal.stake.is_some();
    Metric::ALL
        .into_iter()
        .filter(|metric| match metric {
            Metric::StakeMark
            | Metric::StakePv
            | Metric::StakeAtExit
            | Metric::OpenaiRetainedPv
            | Metric::IpoEquity => staked,
            Metric::TakeMultiple => staked && model.microsoft.invested.is_some(),
            _ => true,
        })
        .collect()
}

fn series_of(model: &Model, deal: &crate::model::deal::Deal, steps: &Steps) -> Vec<Series> {
    let first = first_year(model, steps);
    let mut series = vec![Series::NetRevenue];
    if !first.revenue.is_empty() {
        series.push(Series::NetRevenueFullYear);
    }
    series.extend([Series::GrossMargin, Series::Payments, Series::CumulativePayments]);
    if deal.cap.is_some() {
        series.push(Series::CapLeft);
    }
    series.extend((0..model.clouds.len()).map(Series::CloudShare));
    series.extend([Series::Compute, Series::ComputeHome, Series::FreeCashFlow]);
    if !first.fcf.is_empty() {
        series.push(Series::FreeCashFlowFullYear);
    }
    series.push(Series::Cash);
    if let Some(equity) = model.equity {
        series.push(Series::Equity);
        if equity.method.multiple().is_some() {
            series.push(Series::Multiple);
        }
        if deal.stake.is_some() {
            series.push(Series::Stake);
        }
    }
    series.extend([Series::Ready, Series::Listed, Series::Alive]);
    series
}

fn first_year(model: &Model, steps: &Steps) -> FirstYear {
    let year = steps.years[0];
    if !year.cut_at_start {
        return FirstYear::default();
    }
    // The year's beginning in years before the valuation date.
    let from = model.timeline.first_year_start();
    let inside = |row: &crate::model::history::HistoryPeriod| overlap((from, 0.0), (row.from, row.to));
    let rows: Vec<_> = model.history.iter().filter(|row| inside(row) > TIME_SLACK).collect();
    let covered: f64 = rows.iter().map(|row| inside(row)).sum();
    if covered < -from - TIME_SLACK {
        // Rows that leave a part of the year open do not make it whole.
        return FirstYear::default();
    }
    let weight = |row: &crate::model::history::HistoryPeriod| inside(row) / (row.to - row.from);
    let revenue = rows.iter().map(|row| (row.net_revenue, weight(row))).collect();
    let fcf: Option<Vec<(ParamId, f64)>> =
        rows.iter().map(|row| row.fcf.map(|num| (num, weight(row)))).collect();
    FirstYear { revenue, fcf: fcf.unwrap_or_default() }
}
