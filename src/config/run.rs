//! `[run]`: number of paths, seed, numerical scheme and booking conventions.

use super::choice::choice;
use super::place::Located;
use super::section::section;

choice! {
    /// How mean-reverting growth moves over a period.
    Scheme {
        /// By its exact law.
        Exact = "exact",
        /// By the step of Schwartz and Moon (2000), which overstates mean revenue; for comparison.
        Euler = "euler",
    }
}

choice! {
    /// At which level a period's revenue is booked.
    Booking {
        /// The mean of the levels at start and end.
        Middle = "middle",
        /// The level at the start.
        Start = "start",
        /// The level at the end.
        End = "end",
    }
}

choice! {
    /// What is done about correlations that do not fit together.
    CorrelationRepair {
        /// Nothing: they are an error.
        None = "none",
        /// The nearest correlation matrix, where they do not fit.
        Nearest = "nearest",
        /// Unnamed pairs take the values of largest determinant; named pairs keep theirs.
        Complete = "complete",
    }
}

choice! {
    /// Where a run's random numbers come from.
    Sampling {
        /// Independent random numbers on every path.
        Plain = "plain",
        /// Randomised Sobol points: evenly spread numbers, whose means are more precise on the same number of paths.
        Sobol = "sobol",
    }
}

section! {
    /// How much is simulated and how it is counted.
    Run by Single;
    /// Paths, where `-n` does not say.
    paths: Option<Located<u64>> = plain().or("1000000");
    /// The seed, where `-s` does not say.
    seed: Option<Located<u64>> = plain().or("1");
    /// How random numbers are drawn, where `--sampling` does not say.
    sampling: Option<Located<Sampling>> = plain().or("plain");
    /// Independent replicates of the Sobol points, from whose spread errors are computed: 8, 16, 32 or 64.
    replicates: Option<Located<u64>> = plain().or("32");
    /// The step of mean-reverting growth.
    scheme: Option<Located<Scheme>> = plain().or("exact");
    /// The level at which a period's revenue is booked.
    booking: Option<Located<Booking>> = plain().or("middle");
    /// What is done about correlations that do not fit together.
    correlation_repair: Option<Located<CorrelationRepair>> = plain().or("none");
    /// The year of the metrics `home_share_YEAR` and `cloud_concentration_YEAR`.
    mix_year: Option<Located<u64>> = plain().or("2030");
}
