//! Counts in logarithmic bins cut from the bits of the numbers: quantiles, their intervals and expected shortfall, with
//! a proven error and without keeping the values.
//!
//! **The key.** A positive `f64` is 2^e·(1 + m), and its bit pattern, read as an integer, grows with it. The exponent
//! and the first `BITS` bits of m are therefore a bin number, found by one shift: every power of two is cut into
//! 2^`BITS` bins of equal width. Negative numbers mirror this. Sizes below [`SMALLEST`] are one bin that counts as 0;
//! sizes of [`LARGEST`] and more are one open bin on either side.
//!
//! **The bound.** A bin [2^e·(1 + k·2^−B), 2^e·(1 + (k+1)·2^−B)) is 2^(e−B) wide, and every value in it is at least
//! 2^e in size, so two values of one bin differ by less than 2^−B of either of them. An order statistic is replaced by
//! the mean of its bin, and the counts say without error which bin that is. So each is off by less than
//! 2⁻¹¹ = 0.0489% with [`FineBins`] and 2⁻⁸ = 0.391% with [`CoarseBins`]. A quantile is a weighted mean of two
//! neighbouring order statistics and has the same bound where both have the same sign; between a negative and a
//! positive one the bound is that share of the larger of the two. Sizes below 10⁻⁹ are off by less than 10⁻⁹.
//!
//! **The mean of a bin** comes from the sum of the next 24 mantissa bits, an integer too: it is at most 2^−(B+24) of
//! the value too small in size (3·10⁻¹¹ when fine), so a bin that has seen one number only, however often, gives it
//! back. No bin overflows before 2⁴⁰ values.
//!
//! **The word.** A bin's count and the sum of its details share 64 bits, so that adding a value is one addition and the
//! bins of a number fit a nearer cache. A bin whose count nears what its part of the word holds goes on in a list aside,
//! which every answer takes in: no answer shows when that was.
//!
//! All state is integers and adding is commutative: equal answers in any order. Pages of bins are made at first touch, so
//! memory follows the spread of the data, at most 8 bytes · 2^B per power of two that occurs and up to as much again of
//! room, and not their number.

use super::quantiles::{Ranked, RankedBin};
use crate::math::simd::prefetch;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::ops::Range;

/// Values of a smaller size count as 0.
pub const SMALLEST: f64 = 1e-9;

/// 2⁶⁰: values of this size and more share one bin on either side.
pub const LARGEST: f64 = (1_u64 << 60) as f64;

/// Bins that two values of which differ by less than 0.05%.
pub type FineBins = Bins<11>;

/// Bins that two values of which differ by less than 0.5%.
pub type CoarseBins = Bins<8>;

/// Further mantissa bits of each value that are summed.
const DETAIL_BITS: u32 = 24;

/// The detail in a code.
const DETAIL: u64 = (1 << DETAIL_BITS) - 1;

/// The bits of a word that sum details; the count stands above them.
const SUM_BITS: u32 = 44;

/// One value in a word.
const ONE: u64 = 1 << SUM_BITS;

/// Once a bin has counted as many, its word goes to the list aside. A batch more still leaves the word whole.
const FULL: u64 = 1 << (63 - SUM_BITS);

/// Bins that are made together.
const PAGE: usize = 64;

/// Values that go to the bins together.
const BATCH: usize = 64;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bin {
    count: u64,
    /// Sum of the next [`DETAIL_BITS`] bits of the values' sizes.
    detail: u64,
}

impl Bin {
    /// What a word says.
    #[inline(always)]
    fn of_word(word: u64) -> Bin {
        Bin { count: word >> SUM_BITS, detail: word & (ONE - 1) }
    }
}

/// Whether the count in a word, or in one of several put together by `|`, has reached [`FULL`]: its highest bit is set.
#[inline(always)]
fn is_full(words: u64) -> bool {
    const { assert!(FULL << SUM_BITS == 1 << 63) };
    words >= FULL << SUM_BITS
}

/// How many of a batch are 1, where all others are 0.
#[inline(always)]
fn count_of_flags(batch: &[f64; BATCH]) -> Option<u64> {
    let (mut zeros, mut ones) = (0, 0);
    for &x in batch {
        zeros += u64::from(x == 0.0);
        ones += u64::from(x == 1.0);
    }
    (zeros + ones == BATCH as u64).then_some(ones)
}

/// Where the values of a batch go, and what is added there.
struct Aim {
    /// Numbers of bins; places of words once these are being fetched.
    bins: [u64; BATCH],
    words: [u64; BATCH],
    /// Whether it is to be added still.
    pending: bool,
}

impl Aim {
    const NONE: Aim = Aim { bins: [0; BATCH], words: [0; BATCH], pending: false };
}

/// Counts of values by bin, with `BITS` bits of the mantissa in the bin's number.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Vec<(u64, u64, u64)>")]
pub struct Bins<const BITS: u32> {
    /// For each page of bin numbers, where its bins end in `words`, in pages; 0 where it has none yet, so that the system
    /// need not fill what is never used. Empty before the first value.
    places: Box<[u16]>,
    /// All pages made so far are among these.
    made: Range<usize>,
    /// Bins of the pages made so far, in the order of their making: a word each.
    words: Vec<u64>,
    /// What more the bins at these places of `words` have.
    aside: BTreeMap<usize, Bin>,
}

/// Whatever the order in which their pages were made.
impl<const BITS: u32> PartialEq for Bins<BITS> {
    fn eq(&self, other: &Self) -> bool {
        self.occupied() == other.occupied()
    }
}

impl<const BITS: u32> Eq for Bins<BITS> {}

impl<const BITS: u32> Default for Bins<BITS> {
    fn default() -> Self {
        Bins::new()
    }
}

impl<const BITS: u32> std::fmt::Debug for Bins<BITS> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.occupied().iter().map(|&(number, bin)| (number, bin.count, bin.detail)))
            .finish()
    }
}

impl<const BITS: u32> Bins<BITS> {
    /// The shift that leaves, of a size's bits, the bin's number and the detail bits below it: a *code*.
    const CODE_SHIFT: u32 = 52 - BITS - DETAIL_BITS;
    /// What the shift makes of the smallest size, less one bin: bins of one sign are numbered from 1.
    const BASE: u64 = (SMALLEST.to_bits() >> (52 - BITS)) - 1;
    /// The number of the open bin of one sign; 0 is the zero bin.
    const OPEN: u64 = (LARGEST.to_bits() >> (52 - BITS)) - Self::BASE;
    /// One more, for what is undefined: counting it away is cheaper than branching on it.
    const UNDEFINED: u64 = Self::OPEN + 1;
    /// Added to the number of a bin of negative numbers: a power of two, so that the sign bit needs only a shift.
    const NEGATIVE: u64 = (Self::UNDEFINED + 1).next_power_of_two();
    const END: u64 = Self::NEGATIVE + Self::UNDEFINED + 1;

    const PAGES: usize = (Self::END as usize).div_ceil(PAGE);

    /// No values yet.
    pub fn new() -> Self {
        Bins { places: Box::default(), made: Self::PAGES..0, words: Vec::new(), aside: BTreeMap::new() }
    }

    /// The bin's number and, in the lowest bits, the detail of a value. No branches, only selects.
    #[inline(always)]
    fn code(x: f64) -> u64 {
        let size = x.abs();
        // Also where x is NaN.
        let inside = if size < LARGEST { size } else { LARGEST };
        let steps = (inside.to_bits() >> Self::CODE_SHIFT).wrapping_sub(Self::BASE << DETAIL_BITS);
        let undefined = if x.is_nan() { 1 << DETAIL_BITS } else { 0 };
        let sign = x.to_bits() >> (63 - Self::NEGATIVE.trailing_zeros() - DETAIL_BITS);
        let code = steps.wrapping_add(undefined).wrapping_add(sign & (Self::NEGATIVE << DETAIL_BITS));
        if size < SMALLEST { 0 } else { code }
    }

    /// Counts each value; NaN is counted apart. Inlined, so that a caller compiled for wide vectors has it so too.
    #[inline(always)]
    pub fn add_all(&mut self, values: &[f64]) {
        let (batches, rest) = values.as_chunks::<BATCH>();
        let mut aims = [Aim::NONE; 2];
        let mut turn = 0;
        for batch in batches {
            if let Some(ones) = count_of_flags(batch) {
                // In one bin or the other, over and over: each addition would wait for the one before.
                if ones < BATCH as u64 {
                    self.count_in(0, ONE * (BATCH as u64 - ones));
                }
                if ones > 0 {
                    let code = Self::code(1.0);
                    self.count_in(code >> DETAIL_BITS, (ONE + (code & DETAIL)) * ones);
                }
                continue;
            }
            let aim = &mut aims[turn];
            if let Some(code) = Self::read(batch, aim) {
                // Flows before they begin or after they have ended: one bin for all.
                self.count_in(code >> DETAIL_BITS, (ONE + (code & DETAIL)) * BATCH as u64);
                continue;
            }
            // While these bins are fetched, those of the batch before are added to.
            for bin in &mut aim.bins {
                let place = self.place(*bin);
                prefetch(&self.words, place);
                *bin = place as u64;
            }
            aim.pending = true;
            turn = 1 - turn;
            self.add_pending(&mut aims[turn]);
        }
        self.add_pending(&mut aims[1 - turn]);
        for &x in rest {
            let code = Self::code(x);
            self.count_in(code >> DETAIL_BITS, ONE + (code & DETAIL));
        }
    }

    /// The numbers of the bins of a batch, and what is added there: arithmetic side by side. The code of all values where
    /// they have the same.
    #[inline(always)]
    fn read(batch: &[f64; BATCH], aim: &mut Aim) -> Option<u64> {
        let first = Self::code(batch[0]);
        let mut others = 0;
        for i in 0..BATCH {
            let code = Self::code(batch[i]);
            aim.bins[i] = code >> DETAIL_BITS;
            aim.words[i] = ONE + (code & DETAIL);
            others |= code ^ first;
        }
        (others == 0).then_some(first)
    }

    /// Adds to the bins that are being fetched.
    #[inline(always)]
    fn add_pending(&mut self, aim: &mut Aim) {
        if !std::mem::take(&mut aim.pending) {
            return;
        }
        // Whether one is full is asked once for all: a question after each would wait for its sum.
        let mut sums = 0;
        for (&place, &word) in aim.bins.iter().zip(&aim.words) {
            let sum = &mut self.words[place as usize];
            *sum += word;
            sums |= *sum;
        }
        if is_full(sums) {
            self.put_full_aside(&aim.bins);
        }
    }

    /// Those of the words at these places that are full go to the list aside.
    #[cold]
    #[inline(never)]
    fn put_full_aside(&mut self, places: &[u64; BATCH]) {
        for &place in places {
            if is_full(self.words[place as usize]) {
                self.put_aside(place as usize);
            }
        }
    }

    /// Counts values of one bin, at most a batch, their count and the sum of their details in a word.
    #[inline(always)]
    fn count_in(&mut self, number: u64, word: u64) {
        let place = self.place(number);
        self.add_word(place, word);
    }

    #[inline(always)]
    fn add_word(&mut self, place: usize, word: u64) {
        let sum = &mut self.words[place];
        *sum += word;
        if is_full(*sum) {
            self.put_aside(place);
        }
    }

    #[cold]
    #[inline(never)]
    fn put_aside(&mut self, place: usize) {
        let more = Bin::of_word(std::mem::take(&mut self.words[place]));
        self.add_aside(place, more);
    }

    fn add_aside(&mut self, place: usize, more: Bin) {
        let bin = self.aside.entry(place).or_default();
        bin.count += more.count;
        bin.detail += more.detail;
    }

    /// What the bin at a place has.
    fn bin(&self, place: usize) -> Bin {
        let mut bin = Bin::of_word(self.words[place]);
        if let Some(more) = self.aside.get(&place) {
            bin.count += more.count;
            bin.detail += more.detail;
        }
        bin
    }

    /// Where the bin of a number is; its page is made where there is none yet.
    #[inline(always)]
    fn place(&mut self, number: u64) -> usize {
        let number = number as usize;
        self.page(number / PAGE) + number % PAGE
    }

    /// Where a page's bins begin; it is made where there is none yet.
    #[inline(always)]
    fn page(&mut self, page: usize) -> usize {
        match self.places.get(page) {
            None | Some(0) => self.new_page(page),
            Some(&place) => usize::from(place) * PAGE - PAGE,
        }
    }

    #[cold]
    #[inline(never)]
    fn new_page(&mut self, page: usize) -> usize {
        if self.places.is_empty() {
            self.places = vec![0; Self::PAGES].into_boxed_slice();
        }
        let first = self.words.len();
        // Small rooms double, larger ones grow by a quarter: doubling would keep up to half of the room empty.
        if first == self.words.capacity() {
            let more = if first < 64 * PAGE { first } else { first / 4 };
            self.words.reserve_exact(more.max(4 * PAGE).next_multiple_of(PAGE));
        }
        self.words.resize(first + PAGE, 0);
        self.places[page] = u16::try_from(first / PAGE + 1).expect("fewer pages than 65,535");
        self.made = self.made.start.min(page)..self.made.end.max(page + 1);
        first
    }

    /// Pages made so far, rising: the number of the first bin, and where it is.
    fn pages(&self) -> impl Iterator<Item = (usize, usize)> {
        let made = if self.words.is_empty() { 0..0 } else { self.made.clone() };
        let places = made.clone().zip(&self.places[made]).filter(|&(_, &place)| place != 0);
        places.map(|(page, &place)| (page * PAGE, usize::from(place) * PAGE - PAGE))
    }

    /// Adds the counts of others.
    pub fn merge(&mut self, other: &Self) {
        if self.words.is_empty() {
            self.clone_from(other);
            return;
        }
        for (number, theirs) in other.pages() {
            let mine = self.page(number / PAGE);
            for i in 0..PAGE {
                // Two words that are not full make one that is whole.
                self.add_word(mine + i, other.words[theirs + i]);
            }
            for (&place, &more) in other.aside.range(theirs..theirs + PAGE) {
                self.add_aside(mine + place - theirs, more);
            }
        }
    }

    /// Bins that have values, by number. Where there are few values most of a page is empty: it is passed over fast.
    fn occupied(&self) -> Vec<(u64, Bin)> {
        let mut occupied = Vec::with_capacity(2 * self.words.len() / PAGE);
        for (number, first) in self.pages() {
            for (eighth, words) in self.words[first..first + PAGE].as_chunks::<8>().0.iter().enumerate() {
                // A bin may have all it counts aside.
                if words.iter().fold(0, |all, word| all | word) == 0 && self.aside.is_empty() {
                    continue;
                }
                for i in 8 * eighth..8 * eighth + 8 {
                    let bin = self.bin(first + i);
                    if bin.count > 0 {
                        occupied.push(((number + i) as u64, bin));
                    }
                }
            }
        }
        occupied
    }

    fn counts(&self, of: impl Fn(u64) -> bool) -> u64 {
        let bins = |(number, first): (usize, usize)| (0..PAGE).map(move |i| (number + i, first + i));
        let counted = self.pages().flat_map(bins).filter(|&(number, _)| of(number as u64 % Self::NEGATIVE));
        counted.map(|(_, place)| self.bin(place).count).sum()
    }

    /// Values that are numbers.
    pub fn count(&self) -> u64 {
        self.counts(|steps| steps < Self::UNDEFINED)
    }

    /// Values that are NaN.
    pub fn undefined(&self) -> u64 {
        self.counts(|steps| steps == Self::UNDEFINED)
    }

    /// Memory of the bins, in bytes.
    pub fn bytes(&self) -> usize {
        let aside = self.aside.len() * size_of::<(usize, Bin)>();
        size_of_val(&*self.places) + self.words.capacity() * size_of::<u64>() + aside
    }

    /// The bins in rising order, ready for questions. `min` and `max` are the smallest and largest value, known exactly
    /// from elsewhere: no answer leaves them.
    pub fn ranked(&self, min: f64, max: f64) -> Ranked {
        let all = self.occupied();
        let (positive, negative) = all.split_at(all.partition_point(|&(number, _)| number < Self::NEGATIVE));
        let negative = negative.iter().rev().map(|&(number, bin)| (true, number - Self::NEGATIVE, bin));
        let positive = positive.iter().map(|&(number, bin)| (false, number, bin));
        let defined = negative.chain(positive).filter(|&(_, steps, _)| steps < Self::UNDEFINED);
        let mut through = 0;
        let bins = defined.map(|(negative, steps, bin)| {
            through += bin.count;
            let (near, mean, far) = Self::sizes(steps, bin);
            let (low, mean, high) = if negative { (-far, -mean, -near) } else { (near, mean, far) };
            let within = |x: f64| x.clamp(min, max);
            RankedBin { low: within(low), high: within(high), mean: within(mean), count: bin.count, through }
        });
        let mut room = Vec::with_capacity(all.len());
        room.extend(bins);
        Ranked::new(room, min, max)
    }

    /// The bounds of the bin so many steps from zero, and the mean between them, as sizes. The open bin has no far
    /// bound and no known mean: the extreme value stands for both.
    fn sizes(steps: u64, bin: Bin) -> (f64, f64, f64) {
        let edge = |steps: u64| f64::from_bits((steps + Self::BASE) << (52 - BITS));
        if steps == 0 {
            return (0.0, 0.0, 0.0);
        }
        if steps == Self::OPEN {
            return (LARGEST, f64::INFINITY, f64::INFINITY);
        }
        let (near, far) = (edge(steps), edge(steps + 1));
        let part = bin.detail as f64 / bin.count as f64 / f64::from(1 << DETAIL_BITS);
        (near.max(SMALLEST), near + (far - near) * part, far)
    }
}

/// As rows of number, count and detail, rising.
impl<const BITS: u32> Serialize for Bins<BITS> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let occupied = self.occupied();
        let mut rows = serializer.serialize_seq(Some(occupied.len()))?;
        for (number, bin) in occupied {
            rows.serialize_element(&(number, bin.count, bin.detail))?;
        }
        rows.end()
    }
}

impl<const BITS: u32> TryFrom<Vec<(u64, u64, u64)>> for Bins<BITS> {
    type Error = String;

    fn try_from(rows: Vec<(u64, u64, u64)>) -> Result<Self, String> {
        let mut bins = Bins::new();
        let mut from = 0;
        for (number, count, detail) in rows {
            let steps = number % Self::NEGATIVE;
            let known = number < Self::END && steps <= Self::UNDEFINED && number != Self::NEGATIVE;
            if !known || number < from || count == 0 || count >> 40 != 0 || detail >> DETAIL_BITS >= count {
                return Err(format!("no such bin: number {number}, count {count}, detail {detail}"));
            }
            from = number + 1;
            let place = bins.place(number);
            if count < FULL {
                bins.words[place] = count * ONE + detail;
            } else {
                bins.add_aside(place, Bin { count, detail });
            }
        }
        Ok(bins)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::stats::exact_sum::ExactSum;
    use proptest::prelude::*;

    /// SplitMix64 (Steele, Lea and Flood 2014): enough for tests.
    pub struct Draws(pub u64);

    impl Draws {
        pub fn uniform(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) >> 11) as f64 * 2f64.powi(-53) + 2f64.powi(-54)
        }

        pub fn normal(&mut self) -> f64 {
            (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
        }
    }

    /// The values in ranked bins.
    pub fn ranked<const BITS: u32>(values: &[f64]) -> Ranked {
        let mut bins = Bins::<BITS>::new();
        bins.add_all(values);
        let defined = || values.iter().copied().filter(|x| !x.is_nan());
        bins.ranked(defined().fold(f64::NAN, f64::min), defined().fold(f64::NAN, f64::max))
    }

    /// Values of laws of every kind.
    pub fn laws() -> Vec<(&'static str, Vec<f64>)> {
        let mut draws = Draws(1);
        let n = 30_000;
        let mut make = |name, law: &mut dyn FnMut(&mut Draws) -> f64| {
            (name, (0..n).map(|_| law(&mut draws)).collect::<Vec<f64>>())
        };
        vec![
            make("normal", &mut |d| d.normal()),
            make("far normal", &mut |d| 1e6 + d.normal()),
            make("lognormal", &mut |d| (3.0 + 1.5 * d.normal()).exp()),
            make("minus lognormal", &mut |d| -(d.normal()).exp()),
            make("tiny, both signs", &mut |d| d.normal() * 1e-6),
            make("below the smallest", &mut |d| d.normal() * 1e-10),
            make("zero or more", &mut |d| d.normal().max(0.0)),
            make("discrete", &mut |d| (d.uniform() * 7.0).floor() * 12.5 - 25.0),
            make("flags", &mut |d| f64::from(d.uniform() < 0.3)),
            make("constant", &mut |_| 0.1),
            make("with undefined", &mut |d| if d.uniform() < 0.4 { f64::NAN } else { d.normal().exp() }),
            make("cauchy", &mut |d| d.normal() / d.normal()),
        ]
    }

    #[test]
    fn edge_values() {
        let empty = FineBins::new().ranked(f64::NAN, f64::NAN);
        assert!(empty.quantile(0.5).is_nan() && empty.shortfall_low(0.05).is_nan());
        assert!(empty.order_statistic(1).is_nan() && empty.quantile_interval((1, 1)).0.is_nan());

        let mut bins = FineBins::new();
        bins.add_all(&[f64::NAN; 70]);
        assert_eq!((bins.count(), bins.undefined()), (0, 70));

        // Either side of the smallest and the largest size.
        let values =
            [SMALLEST, SMALLEST.next_down(), -SMALLEST, -0.0, LARGEST, LARGEST.next_down(), -3e30, f64::MAX];
        let found = ranked::<11>(&values);
        assert_eq!(found.count(), 8);
        assert_eq!(found.bins().iter().map(|bin| bin.count).collect::<Vec<_>>(), [1, 1, 2, 1, 1, 2]);
        assert_eq!((found.order_statistic(1), found.order_statistic(8)), (-3e30, f64::MAX));
        assert_eq!((found.order_statistic(3), found.bins()[3].low), (0.0, SMALLEST));
        assert!((found.order_statistic(6) / LARGEST - 1.0).abs() < 1e-10);
        assert!(found.bins().windows(2).all(|w| w[0].high <= w[1].low));

        // Edges hold their values: the powers of two and their neighbours.
        for e in -29..60 {
            for x in [2f64.powi(e), 2f64.powi(e).next_down(), 2f64.powi(e).next_up()] {
                for x in [x, -x] {
                    let mut bins = FineBins::new();
                    bins.add_all(&[x]);
                    let bin = bins.ranked(f64::NEG_INFINITY, f64::INFINITY).bins()[0];
                    assert!(
                        bin.low <= x && x <= bin.high && (bin.mean / x - 1.0).abs() < 3e-11,
                        "{x} {bin:?}"
                    );
                    assert!((bin.high - bin.low).abs() <= 0.0005 * x.abs());
                }
            }
        }
    }

    #[test]
    fn memory_follows_the_spread() {
        let mut draws = Draws(3);
        let mut bins = FineBins::new();
        let mut coarse = CoarseBins::new();
        let mut after = Vec::new();
        for _ in 0..2 {
            let values: Vec<f64> = (0..400_000).map(|_| (4.0 + draws.normal()).exp()).collect();
            bins.add_all(&values);
            coarse.add_all(&values);
            // Bins made, not the room for them, which grows in steps.
            after.push(bins.words.len());
        }
        assert!(after[1] < after[0] * 11 / 10, "{after:?}");
        assert!(bins.bytes() < 300_000 && coarse.bytes() < 50_000, "{} {}", bins.bytes(), coarse.bytes());
    }

    /// A bin with more values than its word holds: whether they come in batches, one by one, in parts put together, or from
    /// a file.
    #[test]
    fn full_words_go_on_aside() {
        let (many, rest) = (3 * FULL as usize + 64 * 7, 5);
        let x = 1.0 + 0.999 * 2f64.powi(-11);
        let mut bins = FineBins::new();
        let batch = [x; 4096];
        for _ in 0..many / 4096 {
            bins.add_all(&batch);
        }
        bins.add_all(&vec![x; many % 4096 + rest]);
        let n = (many + rest) as u64;
        let same_bin = 1.0 + 0.25 * 2f64.powi(-11);
        let mut others = FineBins::new();
        // Neighbours in a batch that are not alike are scattered, not counted together.
        let mixed: Vec<f64> = (0..64).map(|i| if i % 8 == 0 { 2.0 } else { same_bin }).collect();
        for _ in 0..FULL / 50 {
            others.add_all(&mixed);
        }
        let more = FULL / 50 * 56;
        for bins in [&bins, &others] {
            assert!(!bins.aside.is_empty() && bins.words.iter().all(|&word| word < FULL << SUM_BITS));
            let text = serde_json::to_string(bins).unwrap();
            assert_eq!(&serde_json::from_str::<FineBins>(&text).unwrap(), bins);
        }
        assert_eq!((bins.count(), others.count()), (n, FULL / 50 * 64));
        let of_x = bins.ranked(1.0, 2.0).bins()[0];
        assert!((of_x.mean / x - 1.0).abs() < 3e-11, "{of_x:?}");
        // In either order, and into none.
        let (mut a, mut b, mut c) = (bins.clone(), others.clone(), FineBins::new());
        a.merge(&others);
        b.merge(&bins);
        c.merge(&a);
        assert_eq!((&a, &c), (&b, &a));
        let found = a.ranked(1.0, 2.0);
        assert_eq!((found.bins()[0].count, found.count()), (n + more, n + FULL / 50 * 64));
        let mean = (n as f64 * x + more as f64 * same_bin) / (n + more) as f64;
        assert!((found.bins()[0].mean / mean - 1.0).abs() < 3e-11);
        // Two halves that are not full are one that is.
        let mut half = FineBins::new();
        half.add_all(&vec![x; FULL as usize - 1]);
        assert!(half.aside.is_empty());
        let mut both = half.clone();
        both.merge(&half);
        assert_eq!((both.count(), both.aside.len()), (2 * (FULL - 1), 1));
    }

    /// Several words of a batch that fill together, whatever else is in it and wherever.
    #[test]
    fn words_that_fill_in_one_batch() {
        let [x, y] = [2.0, 4.0].map(f64::next_down);
        for (before, share) in [(FULL - 63, 1), (FULL - 10, 2), (FULL - 1, 2)] {
            for other in [0, 31, 63] {
                let batch: Vec<f64> = (0..BATCH)
                    .map(|i| match i {
                        _ if i == other => 7.0,
                        _ if i % share == 0 => x,
                        _ => y,
                    })
                    .collect();
                let (mut together, mut by_one) = (FineBins::new(), FineBins::new());
                for bins in [&mut together, &mut by_one] {
                    for value in [x, y] {
                        bins.add_all(&vec![value; before as usize]);
                    }
                    assert!(bins.aside.is_empty());
                }
                together.add_all(&batch);
                for value in batch {
                    by_one.add_all(&[value]);
                }
                assert!(together.words.iter().all(|&word| word < FULL << SUM_BITS), "{before} {other}");
                assert_eq!(together.aside.len(), share);
                assert_eq!(together, by_one);
            }
        }
    }

    /// What a word cannot hold is aside from the start, whatever a file says; then such bins are put together.
    #[test]
    fn words_read_from_files_are_never_full() {
        let count = |bins: &FineBins| -> u64 { bins.occupied().iter().map(|(_, bin)| bin.count).sum() };
        for n in [1, FULL - 1, FULL, FULL + 1, 2 * FULL - 1, 2 * FULL, (1 << 40) - 1] {
            let text = format!("[[5000,{n},{}],[5001,{n},0]]", n * DETAIL);
            let bins: FineBins = serde_json::from_str(&text).unwrap();
            assert_eq!(bins.aside.len(), if n < FULL { 0 } else { 2 });
            assert_eq!((count(&bins), bins.count()), (2 * n, 2 * n));
            assert_eq!(serde_json::to_string(&bins).unwrap(), text);
            for (mut a, b) in [(bins.clone(), &bins), (FineBins::new(), &bins)] {
                let expected = count(&a) + 2 * n;
                a.merge(b);
                assert_eq!((count(&a), a.count()), (expected, expected));
                assert!(a.words.iter().all(|&word| word < FULL << SUM_BITS));
                assert_eq!(a.ranked(0.0, 1.0).count(), expected);
            }
        }
    }

    /// A bin that has all it counts aside is still there, for every question.
    #[test]
    fn an_empty_word_with_more_aside_counts() {
        let x = 3.0;
        let mut bins = FineBins::new();
        bins.add_all(&vec![x; FULL as usize]);
        assert!(bins.words.iter().all(|&word| word == 0) && bins.aside.len() == 1);
        assert_eq!((bins.count(), bins.ranked(x, x).count()), (FULL, FULL));
        assert_ne!(bins, FineBins::new());
        let mut other = FineBins::new();
        other.add_all(&[1.0, 5.0]);
        let (mut a, mut b) = (bins.clone(), other.clone());
        a.merge(&other);
        b.merge(&bins);
        assert_eq!((&a, a.count()), (&b, FULL + 2));
        assert_eq!(serde_json::from_str::<FineBins>(&serde_json::to_string(&a).unwrap()).unwrap(), a);
    }

    /// Batches that are fetched, batches of one bin, of flags and of signs, in any order: nothing that waits is lost.
    #[test]
    fn batches_of_every_kind_between_others() {
        let mut draws = Draws(9);
        let mut scattered = || -> Vec<f64> { (0..BATCH).map(|_| draws.normal().exp()).collect() };
        let one = vec![0.25; BATCH];
        let flags: Vec<f64> = (0..BATCH).map(|i| [0.0, 1.0, -0.0, 1.0, 1.0][i % 5]).collect();
        let signs: Vec<f64> = (0..BATCH).map(|i| [0.0, 1.0, -1.0][i % 3]).collect();
        for order in 0..4_u32.pow(5) {
            let mut values: Vec<f64> = Vec::new();
            for i in 0..5 {
                values.extend(match order / 4_u32.pow(i) % 4 {
                    0 => one.clone(),
                    1 => flags.clone(),
                    2 => signs.clone(),
                    _ => scattered(),
                });
            }
            values.extend(&scattered()[..7]);
            let (mut fine, mut coarse) = (FineBins::new(), CoarseBins::new());
            let (mut fine_by_one, mut coarse_by_one) = (FineBins::new(), CoarseBins::new());
            fine.add_all(&values);
            coarse.add_all(&values);
            for &x in &values {
                fine_by_one.add_all(&[x]);
                coarse_by_one.add_all(&[x]);
            }
            assert_eq!((fine.count(), coarse.count()), (values.len() as u64, values.len() as u64));
            assert_eq!((fine, coarse), (fine_by_one, coarse_by_one), "order {order}");
        }
    }

    #[test]
    fn reads_back() {
        for (name, values) in laws() {
            let mut bins = FineBins::new();
            bins.add_all(&values);
            let text = serde_json::to_string(&bins).unwrap();
            assert_eq!(serde_json::from_str::<FineBins>(&text).unwrap(), bins, "{name}");
        }
        for wrong in
            ["[[999999999,1,0]]", "[[200000,1,0]]", "[[262144,1,0]]", "[[1,0,0]]", "[[1,1,16777216]]"]
        {
            assert!(serde_json::from_str::<FineBins>(wrong).is_err());
        }
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(
            values in prop::collection::vec(prop_oneof![any::<f64>(), -10.0..10.0, Just(f64::NAN), Just(1.0)], 0..300),
            cut in 0_usize..300,
        ) {
            let mut whole = FineBins::new();
            whole.add_all(&values);
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut shuffled: Vec<f64> = right.to_vec();
            shuffled.sort_by(f64::total_cmp);
            let (mut a, mut b) = (FineBins::new(), FineBins::new());
            a.add_all(&shuffled);
            b.add_all(left);
            a.merge(&b);
            prop_assert_eq!(&a, &whole);
            prop_assert_eq!(whole.count() + whole.undefined(), values.len() as u64);
        }

        #[test]
        fn the_bins_know_the_mean(values in prop::collection::vec(-1e6..1e6, 1..300)) {
            let found = ranked::<8>(&values);
            let mut sum = ExactSum::ZERO;
            let mut sizes = 0.0;
            values.iter().for_each(|&x: &f64| { sum.add(x); sizes += x.abs(); });
            let binned: f64 = found.bins().iter().map(|bin| bin.mean * bin.count as f64).sum();
            prop_assert!((binned - sum.value()).abs() <= 1e-9 * sizes);
        }
    }
}
