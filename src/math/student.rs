//! What an error that is itself estimated from a few replicates can say: Student's t and the chi-squared law of a variance.

use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

/// The 97.5% quantile of Student's t with `df` degrees of freedom (2.040 at 31): how many standard errors a 95% interval reaches to
/// either side. NaN below one degree.
pub fn half_interval(df: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, df) {
        Ok(law) if df >= 1.0 => law.inverse_cdf(0.975),
        _ => f64::NAN,
    }
}

/// By what factor an estimated standard error of `df` degrees of freedom exceeds the true one in one case of a hundred (1.30 at 31);
/// NaN below one degree.
pub fn largest_by_chance(df: f64) -> f64 {
    match ChiSquared::new(df) {
        Ok(law) if df >= 1.0 => (law.inverse_cdf(0.99) / df).sqrt(),
        _ => f64::NAN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_published_tables() {
        for (df, t, chi_squared) in [
            (1.0, 12.706, 6.635),
            (7.0, 2.365, 18.475),
            (15.0, 2.131, 30.578),
            (31.0, 2.040, 52.191),
            (63.0, 1.998, 92.010),
        ] {
            let (found, factor) = (half_interval(df), largest_by_chance(df));
            assert!((found - t).abs() < 5e-4, "{df}: {found}");
            assert!((factor - f64::sqrt(chi_squared / df)).abs() < 1e-3, "{df}: {factor}");
        }
        for df in [0.0, f64::NAN] {
            assert!(half_interval(df).is_nan() && largest_by_chance(df).is_nan());
        }
    }
}
