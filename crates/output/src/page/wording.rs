//! How a page writes amounts, percentages and names.

use super::plot::grouped;
use capstake::model::PartyNames;
use capstake::report::digits::{Estimate, Precision, significant, thousands};
use capstake::report::results::Facts;

/// Abbreviated months.
pub const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// How values of a unit are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// Factor applied to values before they are written.
    pub factor: f64,
    /// Text before the number.
    pub before: &'static str,
    /// Text after the number.
    pub after: &'static str,
    /// Title of an axis of such values.
    pub axis: &'static str,
}

/// How values of a unit are written.
pub fn measure(unit: &str) -> Measure {
    let plain = |before, after, axis| Measure { factor: 1.0, before, after, axis };
    match unit {
        "usd_bn" => plain("$", " bn", "$bn"),
        "usd_bn_per_year" => plain("$", " bn a year", "$bn a year"),
        "fraction" | "probability" | "flag" => Measure { factor: 100.0, before: "", after: "%", axis: "%" },
        "per_year" => Measure { factor: 100.0, before: "", after: "% a year", axis: "% a year" },
        "multiple" => plain("", "×", "×"),
        "years" => plain("", " years", "years"),
        "months" => plain("", " months", "months"),
        _ => plain("", "", ""),
    }
}

impl Measure {
    /// A mean with its error: `$187.32 ± 0.11 bn`, `88.17 ± 0.03%`, with a minus before the dollar sign.
    pub fn estimate(&self, mean: f64, std_error: f64) -> String {
        self.written(Estimate::new(self.factor * mean, self.factor * std_error))
    }

    /// An estimate in this measure's scale, as text.
    pub fn written(&self, estimate: Estimate) -> String {
        let amount = self.number(&estimate.value);
        match estimate.precision {
            Precision::Error(error) => format!("{amount} ± {}{}", grouped(&error), self.after),
            Precision::Unknown => format!("{amount}{}", self.after),
            other => format!("{amount}{} ({})", self.after, other.words()),
        }
    }

    /// The same as two texts: `$187.32` and `± 0.11 bn`.
    pub fn parts(&self, estimate: Estimate) -> (String, String) {
        let amount = self.number(&estimate.value);
        match estimate.precision {
            Precision::Error(error) => (amount, format!("± {}{}", grouped(&error), self.after)),
            Precision::Unknown => (amount, self.after.trim_start().to_owned()),
            other => (amount, format!("{}, {}", self.after.trim_start(), other.words())),
        }
    }

    /// A value without an error, to a number of significant digits.
    pub fn value(&self, value: f64, digits: i32) -> String {
        if !value.is_finite() {
            return capstake::report::digits::NONE.to_owned();
        }
        format!("{}{}", self.number(&significant(self.factor * value, digits)), self.after)
    }

    /// Adds the text before the number and a typographic minus: `−$18.4` for `-18.4`.
    pub fn number(&self, digits: &str) -> String {
        match digits.strip_prefix('-') {
            Some(size) => format!("−{}{}", self.before, grouped(size)),
            None => format!("{}{}", self.before, grouped(digits)),
        }
    }
}

/// A number of paths: `1 path`, `1,000,000 paths`.
pub fn paths(count: u64) -> String {
    if count == 1 { "1 path".to_owned() } else { format!("{} paths", thousands(count)) }
}

/// The run's title, number of paths, seed and valuation date in one line.
pub fn run_line(facts: &Facts) -> String {
    let valued = match facts.valuation_date.as_str() {
        "" => String::new(),
        date => format!(" · valued at {date}"),
    };
    format!("{} · {} · seed {}{valued}", facts.title(), paths(facts.paths), facts.seed)
}

/// Of a run that was stopped early, how many of its paths were done.
pub fn partial(facts: &Facts) -> Option<String> {
    facts.partial.then(|| format!("{} of {} paths", thousands(facts.paths), thousands(facts.paths_asked)))
}

/// The label of a metric by its name in the tables.
pub use capstake::report::label::of_metric as metric;

/// The label of a series by its name in the tables.
pub fn series(name: &str, names: &PartyNames) -> String {
    if let Some(cloud) = name.strip_prefix("cloud_share.") {
        return format!("Share of cloud sales: {cloud}");
    }
    let words = match name {
        "net_revenue" => "{company’s} revenue",
        "gross_margin" => "Gross margin",
        "payments" => "Payments of the year",
        "cumulative_payments" => "Payments so far",
        "cap_left" => "What the cap still allows",
        "compute" => "Spending on compute",
        "compute_home" => "Spending on {partner’s} cloud",
        "free_cash_flow" => "Free cash flow",
        "cash" => "Cash",
        "equity" => "Equity value",
        "multiple" => "Valuation multiple",
        "stake" => "{partner’s} stake",
        _ => return name.replace('_', " "),
    };
    names.tell(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        let dollars = measure("usd_bn");
        assert_eq!(dollars.estimate(205.5256, 0.1034), "$205.53 ± 0.10 bn");
        assert_eq!(dollars.estimate(-72.28, 0.0732), "−$72.28 ± 0.07 bn");
        assert_eq!(dollars.estimate(12345.6, 210.0), "$12,350 ± 210 bn");
        assert_eq!(dollars.estimate(20.0, 0.0), "$20 bn (all paths agree)");
        assert_eq!(dollars.written(Estimate::new(20.0, 0.0).exact_if(true)), "$20 bn (exact)");
        assert_eq!(dollars.parts(Estimate::new(205.5256, 0.1034)), ("$205.53".into(), "± 0.10 bn".into()));
        assert_eq!(measure("flag").estimate(0.881672, 0.000323), "88.167 ± 0.032%");
        assert_eq!(measure("fraction").value(0.2390, 3), "23.9%");
        assert_eq!(measure("multiple").value(6.8, 3), "6.8×");
        assert_eq!(dollars.value(f64::NAN, 3), "–");
    }
}
