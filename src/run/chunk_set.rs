//! Which whole chunks of a run are done: a set of indices, kept as ranges.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A set of chunks. Equal sets are equal bit for bit, in whatever order their chunks were added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<(u64, u64)>", try_from = "Vec<(u64, u64)>")]
pub struct ChunkSet {
    /// In ascending order; no range is empty or touches the next.
    ranges: Vec<Range<u64>>,
}

impl ChunkSet {
    /// Makes the set of all chunks of a range.
    pub fn of(range: Range<u64>) -> ChunkSet {
        let mut set = ChunkSet::default();
        set.insert(range);
        set
    }

    /// The chunks as ascending ranges with gaps between them.
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// Number of chunks in the set.
    pub fn count(&self) -> u64 {
        self.ranges.iter().map(|range| range.end - range.start).sum()
    }

    /// Whether the set has no chunks.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// One more than the last chunk's index; 0 for the empty set.
    pub fn end(&self) -> u64 {
        self.ranges.last().map_or(0, |range| range.end)
    }

    /// Whether the set contains a chunk.
    pub fn contains(&self, chunk: u64) -> bool {
        let after = self.ranges.partition_point(|range| range.start <= chunk);
        after > 0 && chunk < self.ranges[after - 1].end
    }

    /// Number of chunks from chunk 0 up to the first gap.
    pub fn prefix(&self) -> u64 {
        self.ranges.first().filter(|range| range.start == 0).map_or(0, |range| range.end)
    }

    /// Adds the chunks of a range, some of which may already be in the set.
    pub fn insert(&mut self, range: Range<u64>) {
        if range.is_empty() {
            return;
        }
        let first = self.ranges.partition_point(|one| one.end < range.start);
        let last = self.ranges.partition_point(|one| one.start <= range.end);
        let touched = &self.ranges[first..last];
        let start = touched.first().map_or(range.start, |one| one.start.min(range.start));
        let end = touched.last().map_or(range.end, |one| one.end.max(range.end));
        self.ranges.splice(first..last, std::iter::once(start..end));
    }

    /// The chunks of a range that the set lacks.
    pub fn missing(&self, within: Range<u64>) -> ChunkSet {
        let mut missing = ChunkSet::default();
        let mut from = within.start;
        for range in &self.ranges {
            missing.insert(from..range.start.min(within.end));
            from = from.max(range.end);
        }
        missing.insert(from..within.end);
        missing
    }

    /// The chunks that are in both sets.
    pub fn common(&self, other: &ChunkSet) -> ChunkSet {
        let mut common = ChunkSet::default();
        for a in &self.ranges {
            for b in &other.ranges {
                common.insert(a.start.max(b.start)..a.end.min(b.end));
            }
        }
        common
    }

    /// The n-th chunk in ascending order, counted from 0.
    pub fn nth(&self, n: u64) -> Option<u64> {
        let mut left = n;
        for range in &self.ranges {
            let length = range.end - range.start;
            if left < length {
                return Some(range.start + left);
            }
            left -= length;
        }
        None
    }
}

impl From<ChunkSet> for Vec<(u64, u64)> {
    fn from(set: ChunkSet) -> Self {
        set.ranges.into_iter().map(|range| (range.start, range.end)).collect()
    }
}

impl TryFrom<Vec<(u64, u64)>> for ChunkSet {
    type Error = String;

    fn try_from(pairs: Vec<(u64, u64)>) -> Result<ChunkSet, String> {
        let ranges: Vec<Range<u64>> = pairs.into_iter().map(|(start, end)| start..end).collect();
        let apart = ranges.windows(2).all(|pair| pair[0].end < pair[1].start);
        if apart && ranges.iter().all(|range| range.start < range.end) {
            Ok(ChunkSet { ranges })
        } else {
            Err("ranges of chunks that are empty, out of order or touch".to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn plain(set: &ChunkSet) -> BTreeSet<u64> {
        set.ranges().iter().cloned().flatten().collect()
    }

    proptest! {
        #[test]
        fn behaves_as_a_plain_set(
            a in prop::collection::vec((0_u64..60, 0_u64..9), 0..8),
            b in prop::collection::vec((0_u64..60, 0_u64..9), 0..8),
            within in (0_u64..70, 0_u64..30),
        ) {
            let build = |parts: &[(u64, u64)]| {
                let mut set = ChunkSet::default();
                parts.iter().for_each(|&(start, length)| set.insert(start..start + length));
                set
            };
            let truth = |parts: &[(u64, u64)]| -> BTreeSet<u64> {
                parts.iter().flat_map(|&(start, length)| start..start + length).collect()
            };
            let (x, y) = (build(&a), build(&b));
            prop_assert_eq!(plain(&x), truth(&a));
            prop_assert!(x.ranges().windows(2).all(|pair| pair[0].end < pair[1].start));
            prop_assert_eq!(x.count(), truth(&a).len() as u64);
            prop_assert_eq!(plain(&x.common(&y)), truth(&a).intersection(&truth(&b)).copied().collect());
            let range = within.0..within.0 + within.1;
            let missing: BTreeSet<u64> = range.clone().filter(|chunk| !truth(&a).contains(chunk)).collect();
            prop_assert_eq!(plain(&x.missing(range)), missing);
            for (n, chunk) in truth(&a).into_iter().enumerate() {
                prop_assert_eq!(x.nth(n as u64), Some(chunk));
                prop_assert!(x.contains(chunk));
            }
            prop_assert_eq!(x.nth(x.count()), None);
            prop_assert_eq!((0..80).filter(|&chunk| x.contains(chunk)).count() as u64, x.count());
            prop_assert_eq!(x.prefix(), (0..).take_while(|chunk| truth(&a).contains(chunk)).count() as u64);
            let pairs: Vec<(u64, u64)> = x.clone().into();
            prop_assert_eq!(ChunkSet::try_from(pairs), Ok(x));
        }
    }

    #[test]
    fn what_no_set_looks_like_is_refused() {
        for pairs in [vec![(3, 3)], vec![(5, 2)], vec![(0, 2), (2, 4)], vec![(4, 5), (0, 1)]] {
            assert!(ChunkSet::try_from(pairs).is_err());
        }
    }
}
