//! The distribution families that a scenario can name, with their parameters.

use super::choice::{Choice, Word, choice};

choice! {
    /// A family of distributions.
    Family {
        /// Every value from `low` to `high` is equally likely.
        Uniform = "uniform",
        /// Rising in a straight line from `low` to `mode`, falling to `high`.
        Triangular = "triangular",
        /// A smooth hump between `low` and `high` with its peak at `mode`.
        Pert = "pert",
        /// The normal distribution, by `mean` and standard deviation `sd`.
        Normal = "normal",
        /// A value whose logarithm is normal, by `median` and the logarithm's standard deviation `sigma`, or by its own `mean` and
        /// standard deviation `sd`.
        Lognormal = "lognormal",
        /// Student's t with `df` degrees of freedom, moved to `mean` and stretched by `scale`.
        StudentT = "student-t",
        /// The beta distribution with shapes `a` and `b`, between `low` and `high`.
        Beta = "beta",
        /// One of `values`, with chances in proportion to `weights`.
        Discrete = "discrete",
        /// One of the values in a column of a CSV file, each equally likely.
        Empirical = "empirical",
        /// Through the median `p50` and one pair of quantiles beside it, with `lower` and `upper` bounds where given (metalog).
        Quantiles = "quantiles",
    }
}

impl Family {
    /// All families, in the order of the reference page.
    pub fn all() -> impl Iterator<Item = Family> {
        Family::WORDS.iter().filter_map(|word| Family::from_word(word.word))
    }

    /// The meaning of the family in one sentence.
    pub fn meaning(self) -> String {
        let word = Family::WORDS.iter().find(|word| word.word == self.word());
        word.map_or(String::new(), Word::meaning)
    }

    /// The sets of parameters of which exactly one is required.
    pub const fn forms(self) -> &'static [&'static [&'static str]] {
        match self {
            Family::Uniform => &[&["low", "high"]],
            Family::Triangular | Family::Pert => &[&["low", "mode", "high"]],
            Family::Normal => &[&["mean", "sd"]],
            Family::Lognormal => &[&["median", "sigma"], &["mean", "sd"]],
            Family::StudentT => &[&["df", "mean", "scale"]],
            Family::Beta => &[&["a", "b"]],
            Family::Discrete => &[&["values", "weights"]],
            Family::Empirical => &[&["csv", "column"]],
            Family::Quantiles => &[
                &["p10", "p50", "p90"],
                &["p05", "p50", "p95"],
                &["p01", "p50", "p99"],
                &["p25", "p50", "p75"],
            ],
        }
    }

    /// The form of which most parameters are in `names`; of several the first.
    pub fn nearest_form(self, names: &[&str]) -> &'static [&'static str] {
        let given = |form: &[&str]| form.iter().filter(|name| names.contains(name)).count();
        let mut nearest = self.forms()[0];
        for form in &self.forms()[1..] {
            if given(form) > given(nearest) {
                nearest = form;
            }
        }
        nearest
    }

    /// Whether `names` are all the parameters of one form, and none but optional ones beside them.
    pub fn fits(self, names: &[&str]) -> bool {
        let form = self.nearest_form(names);
        let own = |name: &&str| form.contains(name) || self.optional().contains(name);
        form.iter().all(|name| names.contains(name)) && names.iter().all(own)
    }

    /// All parameters, each once: those of the forms, then optional ones.
    pub fn parameters(self) -> Vec<&'static str> {
        let mut all = Vec::new();
        for name in self.forms().iter().copied().flatten().chain(self.optional()) {
            if !all.contains(name) {
                all.push(*name);
            }
        }
        all
    }

    /// The forms in words: "median, sigma; or mean, sd"; `quote` writes one parameter.
    pub fn forms_in_words(self, quote: impl Fn(&str) -> String) -> String {
        let words = |form: &&[&str]| form.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ");
        self.forms().iter().map(words).collect::<Vec<_>>().join("; or ")
    }

    /// The optional parameters, in addition to `min`, `max`, `source`, `note` and the like, which every family accepts.
    pub const fn optional(self) -> &'static [&'static str] {
        match self {
            Family::Pert => &["weight"],
            Family::Beta => &["low", "high"],
            Family::Empirical => &["dialect"],
            Family::Quantiles => &["lower", "upper"],
            _ => &[],
        }
    }

    /// Whether `key` is a parameter of this family.
    pub fn takes(self, key: &str) -> bool {
        self.forms().iter().any(|form| form.contains(&key)) || self.optional().contains(&key)
    }

    /// What the parameters must satisfy, in words, and an example in TOML.
    pub const fn notes(self) -> (&'static str, &'static str) {
        match self {
            Family::Uniform => ("low < high", "{ dist = \"uniform\", low = 0.25, high = 0.43 }"),
            Family::Triangular => (
                "low <= mode <= high, low < high",
                "{ dist = \"triangular\", low = 0.0, mode = 0.25, high = 0.75 }",
            ),
            Family::Pert => (
                "low <= mode <= high, low < high, weight from 0 to 1e8 (4 unless given); the mean is (low + weight*mode + high)/(weight + 2)",
                "{ dist = \"pert\", low = 10, mode = 25, high = 60 }",
            ),
            Family::Normal => ("sd > 0", "{ dist = \"normal\", mean = 4.5, sd = 0.6 }"),
            Family::Lognormal => {
                ("median, sigma, mean, sd > 0", "{ dist = \"lognormal\", median = 30, sigma = 0.4 }")
            }
            Family::StudentT => (
                "df from 0.1 to 1e8, scale > 0; no mean up to df = 1, no standard deviation up to df = 2",
                "{ dist = \"student-t\", df = 5, mean = 0.04, scale = 0.02 }",
            ),
            Family::Beta => (
                "a and b from 0.01 to 1e9, low < high (0 and 1 unless given)",
                "{ dist = \"beta\", a = 2, b = 5, low = 0.1, high = 0.6 }",
            ),
            Family::Discrete => (
                "as many weights as values, none negative, not all 0; values are taken in ascending order",
                "{ dist = \"discrete\", values = [34, 36, 38], weights = [0.1, 0.1, 0.8] }",
            ),
            Family::Empirical => (
                "a CSV file with a header, at most 64 MiB, every cell of the column a finite number; dialect = \"excel-eu\" for semicolons and decimal commas; order statistics without interpolation",
                "{ dist = \"empirical\", csv = \"multiples.csv\", column = \"ev_to_revenue\" }",
            ),
            Family::Quantiles => (
                "in ascending order within lower and upper; of p10 to p90, after the logarithm or logit that bounds bring, p50 lies from 0.1666 to 0.8334 of the way (p05 to p95: 0.1249 to 0.8751, p01 to p99: 0.0916 to 0.9084, p25 to p75: 0.2916 to 0.7084)",
                "{ dist = \"quantiles\", p10 = 0.085, p50 = 0.105, p90 = 0.13, lower = 0.03, upper = 0.5 }",
            ),
        }
    }
}
