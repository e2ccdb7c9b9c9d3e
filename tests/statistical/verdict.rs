//! The verdict of a statistical test: a z-score against a truth, families of z-scores, and the page that shows them.

use capstake::stats::moments::Moments;
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::fmt::Write;

/// A z-score beyond this fails: one in 150,000 sound tests would.
pub const Z_LIMIT: f64 = 4.5;

/// An estimate beside the truth.
#[derive(Clone, Debug)]
pub struct Case {
    /// What is estimated.
    pub name: String,
    /// The truth.
    pub truth: f64,
    /// Error of the truth, where it is itself simulated or rounded; else 0.
    pub truth_error: f64,
    /// The engine's value.
    pub estimate: f64,
    /// The standard error of the engine's value.
    pub std_error: f64,
}

impl Case {
    /// A mean against an exact truth.
    pub fn mean(name: impl Into<String>, truth: f64, moments: &Moments) -> Case {
        Case {
            name: name.into(),
            truth,
            truth_error: 0.0,
            estimate: moments.mean(),
            std_error: moments.std_error(),
        }
    }

    /// A count of paths against an exact probability; the error is that of the truth, so that 0 paths have one too.
    pub fn probability(name: impl Into<String>, truth: f64, count: u64, paths: u64) -> Case {
        let n = paths as f64;
        Case {
            name: name.into(),
            truth,
            truth_error: 0.0,
            estimate: count as f64 / n,
            std_error: (truth * (1.0 - truth) / n).sqrt(),
        }
    }

    /// Distance from the truth in standard errors.
    pub fn z(&self) -> f64 {
        (self.estimate - self.truth) / self.std_error.hypot(self.truth_error)
    }

    fn line(&self) -> String {
        let Case { name, truth, estimate, std_error, .. } = self;
        format!(
            "{name}: estimate {estimate:.9} truth {truth:.9} std_error {std_error:.2e} z {:+.2}",
            self.z()
        )
    }

    fn passes(&self) -> bool {
        // A NaN passes nothing.
        self.std_error > 0.0 && self.z().abs() < Z_LIMIT
    }

    /// Prints the case and fails beyond the limit.
    pub fn check(&self) {
        println!("{}", self.line());
        assert!(self.passes(), "{}", self.line());
    }

    /// The twin: with the truth moved by `shift` either way this same test must fail. `shift` is the smallest error that
    /// the test is claimed to see.
    pub fn assert_fails(&self, shift: f64) {
        for moved in [self.truth + shift, self.truth - shift] {
            let twin = Case { truth: moved, ..self.clone() };
            assert!(!twin.passes(), "cannot see an error of {shift}: {}", twin.line());
        }
    }
}

/// Independent z-scores of one kind, whose squares must add up neither to too much nor to too little.
#[derive(Clone, Debug)]
pub struct Family {
    /// What was scored.
    pub name: String,
    /// The z-scores.
    pub z: Vec<f64>,
}

impl Family {
    /// A family of at least 200: of 120 one in eight would not show a standard error that is too small by 1.4, of 200 one in 500.
    pub fn new(name: impl Into<String>, z: Vec<f64>) -> Family {
        assert!(z.len() >= 200, "a family has 200 z-scores or more");
        Family { name: name.into(), z }
    }

    /// `Σ z²`.
    pub fn sum(&self) -> f64 {
        self.z.iter().map(|z| z * z).sum()
    }

    /// The quantiles 10⁻⁴ and 1 − 10⁻⁴ of χ² with as many degrees of freedom.
    pub fn bounds(&self) -> (f64, f64) {
        let law = ChiSquared::new(self.z.len() as f64).expect("degrees of freedom above 0");
        (law.inverse_cdf(1e-4), law.inverse_cdf(1.0 - 1e-4))
    }

    fn passes(&self) -> bool {
        let (low, high) = self.bounds();
        low < self.sum() && self.sum() < high
    }

    fn line(&self) -> String {
        let (low, high) = self.bounds();
        format!(
            "{}: {} z-scores, sum of squares {:.1} in {low:.1}..{high:.1}",
            self.name,
            self.z.len(),
            self.sum()
        )
    }

    /// Prints the family and fails where the sum is too large or too small. The twins: with standard errors
    /// larger or smaller by four tenths it must fail.
    pub fn check(&self) {
        println!("{}", self.line());
        assert!(self.passes(), "{}", self.line());
        for factor in [1.4, 1.0 / 1.4] {
            let twin = Family { z: self.z.iter().map(|z| z * factor).collect(), ..self.clone() };
            assert!(!twin.passes(), "cannot see a standard error off by 1.4: {}", twin.line());
        }
    }
}

/// A sample whose mean and error are wanted, gathered about a centre near the mean.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    centre: f64,
    count: f64,
    sum: f64,
    squares: f64,
}

impl Sample {
    /// Nothing yet.
    pub fn about(centre: f64) -> Sample {
        Sample { centre, count: 0.0, sum: 0.0, squares: 0.0 }
    }

    /// One more value.
    pub fn add(&mut self, x: f64) {
        let d = x - self.centre;
        self.count += 1.0;
        self.sum += d;
        self.squares += d * d;
    }

    /// Another sample about the same centre.
    pub fn merge(&mut self, other: &Sample) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// Its mean against a truth.
    pub fn case(&self, name: impl Into<String>, truth: f64) -> Case {
        let mean = self.sum / self.count;
        let variance = (self.squares / self.count - mean * mean) * self.count / (self.count - 1.0);
        Case {
            name: name.into(),
            truth,
            truth_error: 0.0,
            estimate: self.centre + mean,
            std_error: (variance / self.count).sqrt(),
        }
    }
}

/// A number without sampling error beside the truth.
#[derive(Clone, Debug)]
pub struct Exact {
    /// What it is.
    pub name: String,
    /// The truth.
    pub truth: f64,
    /// The engine's value.
    pub value: f64,
    /// The largest distance that is rounding.
    pub tolerance: f64,
}

impl Exact {
    fn passes(&self) -> bool {
        (self.value - self.truth).abs() <= self.tolerance
    }

    /// Prints the number and fails beyond the tolerance; its twin, moved by ten tolerances, must fail.
    pub fn check(&self) {
        println!("{}: value {} truth {} tolerance {:.0e}", self.name, self.value, self.truth, self.tolerance);
        assert!(self.passes(), "{self:?}");
        for shift in [10.0 * self.tolerance, -10.0 * self.tolerance] {
            let twin = Exact { truth: self.truth + shift, ..self.clone() };
            assert!(!twin.passes(), "{twin:?}");
        }
    }
}

/// A part of the page: cases with the text that says what they are.
pub struct Section {
    /// Heading.
    pub title: &'static str,
    /// What the cases are and where the truths come from, Markdown.
    pub text: &'static str,
    /// Numbers without sampling error.
    pub exact: Vec<Exact>,
    /// The cases.
    pub cases: Vec<Case>,
    /// Families of z-scores over independent parts of the same runs.
    pub families: Vec<Family>,
}

impl Section {
    /// All cases and families; each case's twin is moved by `shift` of it.
    pub fn check(&self, shift: impl Fn(&Case) -> f64) {
        self.exact.iter().for_each(Exact::check);
        for case in &self.cases {
            case.check();
            case.assert_fails(shift(case));
        }
        for family in &self.families {
            family.check();
        }
    }

    /// The part as Markdown.
    pub fn page(&self) -> String {
        let mut page = format!("## {}\n\n{}\n", self.title, self.text.trim());
        if !self.cases.is_empty() || !self.exact.is_empty() {
            page += "\n| case | reference | engine | standard error | z |\n|---|---|---|---|---|\n";
        }
        for Exact { name, truth, value, tolerance } in &self.exact {
            let decimals = (-tolerance.log10()).floor().clamp(0.0, 10.0) as usize;
            writeln!(page, "| {name} | {truth:.decimals$} | {value:.decimals$} | exact | |")
                .expect("text takes text");
        }
        for case in &self.cases {
            let error = case.std_error.hypot(case.truth_error);
            // Two digits of the error.
            let decimals = (1.0 - error.log10().floor()).clamp(0.0, 12.0) as usize;
            let reference = if case.truth_error > 0.0 {
                format!("{:.decimals$} ± {:.decimals$}", case.truth, case.truth_error)
            } else {
                format!("{:.decimals$}", case.truth)
            };
            let Case { name, estimate, std_error, .. } = case;
            let z = case.z();
            writeln!(
                page,
                "| {name} | {reference} | {estimate:.decimals$} | {std_error:.decimals$} | {z:+.2} |"
            )
            .expect("text takes text");
        }
        page
    }
}

/// Runs a job for every seed on two threads; the answers come in the order of the seeds.
pub fn for_seeds<T: Send>(seeds: std::ops::Range<u64>, job: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let seeds: Vec<u64> = seeds.collect();
    let half = seeds.len() / 2;
    let part = |seeds: &[u64]| seeds.iter().map(|&seed| job(seed)).collect::<Vec<T>>();
    std::thread::scope(|scope| {
        let second = scope.spawn(|| part(&seeds[half..]));
        let mut all = part(&seeds[..half]);
        all.extend(second.join().expect("no job panicked"));
        all
    })
}

#[test]
fn bounds_of_a_family_are_quantiles_of_chi_squared() {
    // By Wilson and Hilferty (1931), within 0.1% for so many degrees of freedom: n (1 − c + z √c)³, c = 2/(9 n).
    for n in [200, 240, 1_000] {
        let (low, high) = Family::new("zeros", vec![0.0; n]).bounds();
        let (n, c) = (n as f64, 2.0 / (9.0 * n as f64));
        for (found, z) in [(low, -3.719_016_485_f64), (high, 3.719_016_485)] {
            let near = n * (1.0 - c + z * c.sqrt()).powi(3);
            assert!((found / near - 1.0).abs() < 1e-3, "{n}: {found} for about {near}");
        }
    }
    // Tables give 143.843 and 267.541 for 200 degrees of freedom at 0.001 and 0.999.
    let law = ChiSquared::new(200.0).expect("above 0");
    assert!(
        (law.inverse_cdf(0.999) - 267.541).abs() < 1e-3 && (law.inverse_cdf(0.001) - 143.843).abs() < 1e-3
    );
}
