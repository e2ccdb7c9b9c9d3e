//! Inverts a distribution function numerically, on the logarithm of the probability, where tails are nearly straight.

/// Solves `P(z) = target` for an increasing `P` on `[low, high]`, where `eval(z)` is `(P(z), P'(z))`: Newton's method
/// on `ln P`, kept inside a bracket by bisection. Stops at the resolution of `P` itself. `target` is in (0, 1).
pub(super) fn solve(
    target: f64,
    mut low: f64,
    mut high: f64,
    start: f64,
    eval: impl Fn(f64) -> (f64, f64),
) -> f64 {
    let mut z = start.clamp(low, high);
    for _ in 0..200 {
        let (p, slope) = eval(z);
        if p < target {
            low = z;
        } else if p > target {
            high = z;
        } else {
            return z;
        }
        let step = (p / target).ln() * p / slope;
        let newton = z - step;
        let next = if p > 0.0 && newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - z).abs() <= 4e-16 * z.abs() || high - low <= 4e-16 * low.abs().max(high.abs()) {
            return next;
        }
        z = next;
    }
    z
}
