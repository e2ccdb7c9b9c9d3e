//! How often a scenario's equity has no value: where a perpetuity's growth comes too near its discount rate.

use crate::kernel::equity::SMALLEST_SPREAD;
use crate::kernel::plan::Plan;
use crate::math::lanes::{LANES, Lanes};
use crate::model::equity::Method;

/// Draws of the inputs that are looked at, as the first paths of a run would have them: the count is then off by at most 0.4
/// percentage points, 19 times in 20.
const DRAWS: u64 = 65_536;

/// On how many of how many draws of the inputs equity has no value; `None` where it always has one.
pub fn without_equity(plan: &Plan) -> Option<(u64, u64)> {
    let Method::PerpetualGrowth { growth, discount_rate } = plan.model().equity.as_ref()?.method else {
        return None;
    };
    let parameters = &plan.model().parameters;
    let mut normals = vec![Lanes::ZERO; plan.inputs().rows()];
    let mut values: Vec<Lanes> =
        parameters.ids().map(|id| Lanes([parameters.constant(id).unwrap_or(f64::NAN); LANES])).collect();
    let mut exponential = Lanes::ZERO;
    let mut without = 0;
    for first in (0..DRAWS).step_by(LANES) {
        plan.draw_inputs(first, &mut normals, &mut values, &mut exponential);
        let (growth, rate) = (&values[growth.index()], &values[discount_rate.index()]);
        without += (0..LANES).filter(|&lane| rate.0[lane] - growth.0[lane] <= SMALLEST_SPREAD).count() as u64;
    }
    (without > 0).then_some((without, DRAWS))
}
