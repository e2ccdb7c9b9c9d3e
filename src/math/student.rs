//! Student's t: how many standard errors a 95% interval reaches to either side.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The 97.5% quantile of Student's t with `df` degrees of freedom (2.040 at 31); NaN below one degree.
pub fn half_interval(df: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, df) {
        Ok(law) if df >= 1.0 => law.inverse_cdf(0.975),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_published_tables() {
        for (df, known) in [(1.0, 12.706), (7.0, 2.365), (15.0, 2.131), (31.0, 2.040), (63.0, 1.998)] {
            let found = half_interval(df);
            assert!((found - known).abs() < 5e-4, "{df}: {found}");
        }
        assert!(half_interval(0.0).is_nan() && half_interval(f64::NAN).is_nan());
    }
}
