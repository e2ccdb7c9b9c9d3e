//! Usual ranges: what an analyst may write for any fast-growing company. What lies outside is most likely in another unit.

/// The usual range of a number, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usual {
    /// The lowest usual value.
    pub low: f64,
    /// The highest usual value.
    pub high: f64,
}

/// What a range is compared with: three quantiles of a number. They are equal if it is certain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// One value in a hundred is below.
    pub p01: f64,
    /// The median.
    pub p50: f64,
    /// One value in a hundred is above.
    pub p99: f64,
}

/// The end of a usual range that a number passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// The lower end.
    Low,
    /// The upper end.
    High,
}

impl Spread {
    /// The spread of a number that is certain.
    pub fn certain(value: f64) -> Spread {
        Spread { p01: value, p50: value, p99: value }
    }

    /// The spread in another unit.
    pub fn map(self, scale: impl Fn(f64) -> f64) -> Spread {
        Spread { p01: scale(self.p01), p50: scale(self.p50), p99: scale(self.p99) }
    }
}

impl Usual {
    /// The range in words: `-0.1 to 0.6`.
    pub fn words(self) -> String {
        format!("{} to {}", self.low, self.high)
    }

    /// The end that a number passes. Amounts may come arbitrarily near to 0 on some paths: an end above 0 is compared with the
    /// median. A zero means "none" and passes neither.
    pub fn beyond(self, spread: Spread) -> Option<Beyond> {
        if spread.p99 > self.high {
            return Some(Beyond::High);
        }
        let lowest = if self.low > 0.0 { spread.p50 } else { spread.p01 };
        (lowest < self.low && lowest != 0.0).then_some(Beyond::Low)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_passed_at_either_end_and_by_no_zero() {
        let growth = Usual { low: -1.0, high: 3.0 };
        assert_eq!(growth.beyond(Spread::certain(40.0)), Some(Beyond::High));
        assert_eq!(growth.beyond(Spread { p01: -2.0, p50: 0.1, p99: 0.5 }), Some(Beyond::Low));
        assert_eq!(growth.beyond(Spread { p01: -1.0, p50: 0.1, p99: 3.0 }), None);
        let amount = Usual { low: 1.0, high: 20_000.0 };
        assert_eq!(amount.beyond(Spread::certain(0.58)), Some(Beyond::Low));
        assert_eq!(amount.beyond(Spread { p01: 0.1, p50: 5.0, p99: 9.0 }), None);
        assert_eq!(amount.beyond(Spread::certain(0.0)), None);
        assert_eq!(growth.words(), "-1 to 3");
    }
}
