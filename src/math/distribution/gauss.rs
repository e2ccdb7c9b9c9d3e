//! Stand-ins for the room's own normal and elementary functions.
pub mod normal {
    /// Φ(x).
    #[inline(always)]
    pub fn cdf(x: f64) -> f64 {
        0.5 * statrs::function::erf::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
    }
    /// Φ⁻¹(u).
    #[inline(always)]
    pub fn quantile(u: f64) -> f64 {
        let mut y = -statrs::function::erf::erfc_inv(2.0 * u) * std::f64::consts::SQRT_2;
        for _ in 0..2 {
            if y.is_finite() {
                y -= (cdf(y) - u) / ((-0.5 * y * y).exp() / std::f64::consts::TAU.sqrt());
            }
        }
        y
    }
}
pub mod elementary {
    /// e^x.
    #[inline(always)]
    pub fn exp(x: f64) -> f64 {
        x.exp()
    }
    /// ln x.
    #[inline(always)]
    pub fn ln(x: f64) -> f64 {
        x.ln()
    }
}
