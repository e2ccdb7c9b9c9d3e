//! A histogram small enough for a line of text, from the 1% to the 99% quantile.

use capstake::report::digits::significant;
use capstake::stats::quantiles::Ranked;

/// Number of counted slots; each cell of a drawing combines several of them.
const SLOTS: usize = 240;
/// Number of different heights of a cell.
pub const LEVELS: u8 = 8;

/// A small histogram between two ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    /// The 1% quantile, rounded.
    pub low: String,
    /// The 99% quantile, rounded.
    pub high: String,
    slots: Vec<f64>,
}

impl Sketch {
    /// The histogram of sorted values; `None` if there are none or all between the ends are equal.
    pub fn of(ranked: &Ranked) -> Option<Sketch> {
        let (low, high) = (ranked.quantile(0.01), ranked.quantile(0.99));
        let width = (high - low) / SLOTS as f64;
        if !(width > 0.0 && width.is_finite()) {
            return None;
        }
        let mut slots = vec![0.0; SLOTS];
        for bin in ranked.bins() {
            // Positions are in slots from the low end; the values of a bin count as spread evenly over it.
            let (from, to) = ((bin.low - low) / width, (bin.high - low) / width);
            let count = bin.count as f64;
            if to - from < 1e-9 {
                if (0.0..=SLOTS as f64).contains(&from) {
                    slots[(from as usize).min(SLOTS - 1)] += count;
                }
                continue;
            }
            let first = from.max(0.0) as usize;
            let last = to.clamp(0.0, SLOTS as f64).ceil() as usize;
            for (slot, sum) in slots.iter_mut().enumerate().take(last).skip(first) {
                let inside = to.min(slot as f64 + 1.0) - from.max(slot as f64);
                *sum += count * inside.max(0.0) / (to - from);
            }
        }
        Some(Sketch { low: significant(low, 3), high: significant(high, 3), slots })
    }

    /// Heights of `cells` cells, a divisor of 240: 0 for an empty cell, otherwise 1 to [`LEVELS`] relative to
    /// the tallest.
    pub fn levels(&self, cells: usize) -> Vec<u8> {
        let sums: Vec<f64> = self.slots.chunks(SLOTS / cells).map(|slots| slots.iter().sum()).collect();
        let highest = sums.iter().copied().fold(0.0, f64::max);
        sums.iter().map(|sum| (f64::from(LEVELS) * sum / highest).ceil() as u8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capstake::stats::bins::FineBins;

    fn sketch(values: &[f64]) -> Option<Sketch> {
        let mut bins = FineBins::new();
        bins.add_all(values);
        let min = values.iter().copied().fold(f64::NAN, f64::min);
        let max = values.iter().copied().fold(f64::NAN, f64::max);
        Sketch::of(&bins.ranked(min, max))
    }

    #[test]
    fn even_values_are_even() {
        // This must also hold where a slot is far narrower than a bin.
        for offset in [-50.0, 0.0, 1e5] {
            let values: Vec<f64> = (0..=10_000).map(|i| offset + f64::from(i) / 100.0).collect();
            let sketch = sketch(&values).unwrap();
            let levels = sketch.levels(12);
            assert!(levels.iter().all(|&level| level >= 6), "{levels:?}");
        }
    }

    #[test]
    fn a_peak_and_a_gap() {
        let mut values = vec![0.0; 900];
        values.extend((0..100).map(|i| 80.0 + f64::from(i) / 10.0));
        let sketch = sketch(&values).unwrap();
        let levels = sketch.levels(10);
        assert_eq!(levels[0], LEVELS);
        assert_eq!(levels[4], 0);
        assert!(levels[9] >= 1);
        assert_eq!((sketch.low.as_str(), sketch.high.as_str()), ("0", "88.9"));
    }

    #[test]
    fn nothing_to_draw() {
        assert_eq!(sketch(&[]), None);
        assert_eq!(sketch(&[3.0; 7]), None);
    }
}
