//! Replay of one path: every quantity of the model, period by period, from the same code that simulates all
//! paths (methodology: order within a period).

use super::block::{Block, BlockOptions};
use super::deal_state::DealState;
use super::plan::Plan;
use super::timeline::StepRef;
use super::world::{AHEAD, World};
use crate::config::Unit;
use crate::math::lanes::LANES;
use crate::math::portable::Portable;
use crate::math::vector::{Real, Vector, WIDTH};

/// A quantity recorded in each period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantity {
    /// Name, as in the methodology.
    pub name: String,
    /// Unit of its values.
    pub unit: Unit,
}

/// All recorded quantities of one path.
#[derive(Clone, Debug)]
pub struct Trace {
    /// Quantities common to all deals, in order.
    pub shared: Vec<Quantity>,
    /// Their values, by period and quantity.
    pub shared_values: Vec<Vec<f64>>,
    /// Quantities of each deal, in order.
    pub own: Vec<Vec<Quantity>>,
    /// Their values, by deal, period and quantity.
    pub own_values: Vec<Vec<Vec<f64>>>,
}

/// Records quantities of a period, with their names the first time.
struct Row<'a> {
    names: &'a mut Vec<Quantity>,
    values: Vec<f64>,
    lane: usize,
}

impl Row<'_> {
    fn put(&mut self, name: impl Into<String>, unit: Unit, value: Portable) {
        self.number(name, unit, value.to_array()[self.lane]);
    }

    fn number(&mut self, name: impl Into<String>, unit: Unit, value: f64) {
        if self.names.len() == self.values.len() {
            self.names.push(Quantity { name: name.into(), unit });
        }
        self.values.push(value);
    }
}

/// Simulates one path and records all quantities.
pub fn trace(plan: &Plan, path: u64) -> Trace {
    // A block draws the inputs; its results are not used.
    let mut block = Block::new(plan);
    let in_block = (path % LANES as u64) as usize;
    block.run(plan, path - in_block as u64, BlockOptions::default());
    let (lane_group, lane) = (in_block / WIDTH, in_block % WIDTH);
    let first_path = path - lane as u64;
    let mut world: World<Portable> = World::new(plan);
    let mut scratch = World::scratch(plan);
    let mut states: Vec<DealState<Portable>> =
        (0..plan.deals.len()).map(|deal| DealState::new(plan, deal)).collect();
    world.start(plan, &block.values, &block.exponential, lane_group, first_path, &mut scratch);
    for state in &mut states {
        state.start(plan, &world);
    }
    let mut trace = Trace {
        shared: Vec::new(),
        shared_values: Vec::new(),
        own: vec![Vec::new(); states.len()],
        own_values: vec![Vec::new(); states.len()],
    };
    let all = plan.steps.periods.len();
    for period in 0..all {
        let at = plan.steps.at(period);
        if period % AHEAD == 0 {
            world.draw(plan, period..all.min(period + AHEAD), &mut scratch);
        }
        world.step(plan, at, first_path);
        let mut row = Row { names: &mut trace.shared, values: Vec::new(), lane };
        of_world(plan, &world, at, &mut row);
        trace.shared_values.push(row.values);
        for (d, state) in states.iter_mut().enumerate() {
            let before = Before { cash: state.cash_flow.cash, due: state.share.cumulative_due };
            state.step(plan, &world, at);
            let mut row = Row { names: &mut trace.own[d], values: Vec::new(), lane };
            of_deal(plan, d, state, &world, &before, at, &mut row);
            trace.own_values[d].push(row.values);
        }
    }
    trace
}

/// Records innovations, growth, levels, shocks, demand, costs, discount factors and the multiple.
fn of_world(plan: &Plan, world: &World<Portable>, at: StepRef, row: &mut Row<'_>) {
    for (name, &zeta) in plan.innovations.names.iter().zip(world.innovations(at)) {
        row.put(name, Unit::Fraction, zeta);
    }
    for (shock, &jump) in plan.model.shocks.iter().zip(&world.jumps) {
        row.put(format!("shock.{}.size", shock.name), Unit::Fraction, jump);
    }
    for (k, segment) in plan.model.segments.iter().enumerate() {
        let [start, end, booked, cost] = world.segment(k);
        let name = &segment.name;
        row.put(format!("segment.{name}.rate_start"), Unit::UsdBnPerYear, start);
        row.put(format!("segment.{name}.rate_end"), Unit::UsdBnPerYear, end);
        row.put(format!("segment.{name}.booked"), Unit::UsdBn, booked);
        row.put(format!("segment.{name}.inference_cost"), Unit::Fraction, cost);
    }
    let view = world.view(Some(at.period));
    let demand = &view.demand;
    row.put("demand.direct", Unit::UsdBn, demand.direct);
    row.put("demand.cloud", Unit::UsdBn, demand.cloud);
    row.put("in_house", Unit::Fraction, world.in_house());
    if let Some(booked) = world.own_revenue() {
        row.put("microsoft.ai.booked", Unit::UsdBn, booked);
    }
    let costs = &view.costs;
    row.put("costs.research", Unit::Fraction, costs.research);
    row.put("costs.opex", Unit::Fraction, costs.opex);
    row.put("costs.fixed", Unit::UsdBn, costs.fixed);
    row.put("cash.interest", Unit::Fraction, costs.interest);
    row.put("committed", Unit::UsdBn, costs.committed);
    if plan.model.equity.as_ref().is_some_and(|equity| equity.method.multiple().is_some()) {
        row.put("multiple", Unit::Multiple, view.multiple);
    }
    let factors = &view.discounts;
    row.put("discount.share.middle", Unit::Fraction, factors.share);
    row.put("discount.equity.end", Unit::Fraction, factors.equity);
    row.put("discount.cloud.middle", Unit::Fraction, factors.cloud);
    row.put("discount.licence.middle", Unit::Fraction, factors.licence);
    row.put("discount.revenue.middle", Unit::Fraction, factors.revenue);
}

/// Stocks of a deal before a period.
struct Before {
    cash: Portable,
    due: Portable,
}

/// Records mix, sales, revenue share, costs, tax, cash, equity, funding, grants, gates and IPO of a deal.
fn of_deal(
    plan: &Plan,
    deal: usize,
    state: &DealState<Portable>,
    world: &World<Portable>,
    before: &Before,
    at: StepRef,
    row: &mut Row<'_>,
) {
    let bn = Unit::UsdBn;
    let view = world.view(Some(at.period));
    for (cloud, &sold) in plan.model.clouds.iter().zip(&view.mix(plan, deal).by_cloud) {
        row.put(format!("mix.{}", cloud.name), Unit::Fraction, sold);
    }
    let DealState { sales, share, cash_flow, equity_state, listing, .. } = state;
    row.put("home_sales", bn, sales.home);
    row.put("gross", bn, sales.gross);
    row.put("net_revenue", bn, sales.net);
    row.put("run_rate", Unit::UsdBnPerYear, sales.run_rate);
    row.put("due", bn, share.cumulative_due - before.due);
    row.put("paid", bn, share.paid);
    row.put("cap_left", bn, share.cap_left);
    row.put("inference", bn, sales.inference);
    row.put("compute", bn, cash_flow.compute);
    row.put("compute_home", bn, cash_flow.compute_home);
    row.put("ebitda", bn, cash_flow.ebitda);
    let pretax = before.cash.mul_add(view.costs.interest, cash_flow.ebitda);
    row.put("pretax", bn, pretax);
    row.put("tax", bn, pretax - cash_flow.fcf);
    row.put("losses", bn, cash_flow.losses);
    row.put("fcf", bn, cash_flow.fcf);
    row.put("cash", bn, cash_flow.cash);
    if plan.model.equity.is_some() {
        row.put("owed", bn, share.owed);
        row.put("ev", bn, equity_state.ev);
        row.put("equity", bn, equity_state.equity);
        row.put("raised_when_short", bn, equity_state.raised);
        row.put("dilution", Unit::Fraction, equity_state.dilution_factor * equity_state.alive);
    }
    row.put("alive", Unit::Flag, equity_state.alive);
    if plan.model.ipo.is_some() {
        row.put("gates_held", Unit::Months, listing.held_months);
        row.put("ready", Unit::Flag, listing.ready);
        // After a failure OpenAI is no longer listed, as in the series.
        let alive = equity_state.alive.to_array()[row.lane] != 0.0;
        let listed = alive && listing.ipo_time.to_array()[row.lane] <= at.end;
        row.number("listed", Unit::Flag, f64::from(u8::from(listed)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::metric::Series;
    use crate::math::simd::Isa;
    use crate::model::{Model, NoColumns};
    use crate::run;

    fn base() -> Plan {
        let (_, config) = crate::config::parse("base.toml", include_str!("../../configs/base.toml"), &[]);
        let (model, _) = Model::from_config(&config.unwrap(), "base", "", &NoColumns).unwrap();
        Plan::from_model(&model, 1, Isa::detect())
    }

    /// The trace and the block give the same bits for quantities that both record.
    #[test]
    fn what_the_series_have_too_is_the_same() {
        let plan = base();
        for path in [0, 77, 48_231] {
            let (trace, one) = (trace(&plan, path), run::single(&plan, path));
            let pairs = [
                (Series::NetRevenue, "net_revenue"),
                (Series::Payments, "paid"),
                (Series::CapLeft, "cap_left"),
                (Series::Compute, "compute"),
                (Series::FreeCashFlow, "fcf"),
                (Series::Cash, "cash"),
                (Series::Alive, "alive"),
                (Series::Ready, "ready"),
                (Series::Listed, "listed"),
            ];
            let mut compared = 0;
            for (d, deal) in plan.deals.iter().enumerate() {
                for (series, name) in pairs {
                    let Some(i) = deal.series.iter().position(|&one| one == series) else { continue };
                    let q = trace.own[d].iter().position(|quantity| quantity.name == name).expect(name);
                    for (p, values) in trace.own_values[d].iter().enumerate() {
                        let expected = one.periods[d][p][i];
                        // After a failure sales are 0 in the series and in the trace.
                        assert_eq!(values[q].to_bits(), expected.to_bits(), "{name} path {path} period {p}");
                        compared += 1;
                    }
                }
            }
            assert!(compared > 200, "{compared}");
        }
    }

    /// Identities between quantities that a reader can check with a calculator.
    #[test]
    fn the_quantities_add_up() {
        let plan = base();
        let trace = trace(&plan, 5);
        let of = |d: usize, p: usize, name: &str| {
            let q = trace.own[d].iter().position(|quantity| quantity.name == name).expect(name);
            trace.own_values[d][p][q]
        };
        let shared = |p: usize, name: &str| {
            let q = trace.shared.iter().position(|quantity| quantity.name == name).expect(name);
            trace.shared_values[p][q]
        };
        let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{a} {b}");
        for d in 0..plan.deals.len() {
            for p in 0..plan.steps.periods.len() {
                let booked: f64 = plan
                    .model
                    .segments
                    .iter()
                    .map(|segment| shared(p, &format!("segment.{}.booked", segment.name)))
                    .sum();
                near(shared(p, "demand.direct") + shared(p, "demand.cloud"), booked);
                near(of(d, p, "pretax") - of(d, p, "tax"), of(d, p, "fcf"));
                let alive = if p == 0 { 1.0 } else { of(d, p - 1, "alive") };
                let costs = of(d, p, "paid") + of(d, p, "compute") + shared(p, "costs.fixed") * alive;
                let ebitda = of(d, p, "net_revenue") * (1.0 - shared(p, "costs.opex")) - costs;
                near(of(d, p, "ebitda"), ebitda);
                assert!(of(d, p, "paid") <= of(d, p, "due") + 1e-12);
            }
        }
    }
}
