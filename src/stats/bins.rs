//! Counts of values in logarithmic bins, from which quantiles and expected shortfall follow with a proven error bound.
//!
//! **Bin numbers.** A positive `f64` is 2^e·(1 + m), and its bit pattern, read as an integer, increases with it. The exponent
//! and the first `BITS` bits of m are therefore a bin number, found by one shift: every power of two is divided into
//! 2^`BITS` bins of equal width. Negative numbers mirror this. Sizes below [`SMALLEST`] share one bin that counts as 0; sizes
//! of [`LARGEST`] and more share one open bin on either side.
//!
//! **Error bound.** A bin [2^e·(1 + k·2^−B), 2^e·(1 + (k+1)·2^−B)) is 2^(e−B) wide, and every value in it is at least
//! 2^e in size, so two values of one bin differ by less than 2^−B of either. The counts say exactly which bin holds an order
//! statistic, and the mean of that bin replaces it. So its relative error is below 2⁻¹¹ = 0.0489% with [`FineBins`] and
//! 2⁻⁸ = 0.391% with [`CoarseBins`]. A quantile is a weighted mean of two neighbouring order statistics and has the same bound
//! where both have the same sign; otherwise the bound is that share of the larger size. Sizes below 10⁻⁹ have an absolute
//! error below 10⁻⁹.
//!
//! **Mean of a bin.** It comes from the integer sum of the next 24 mantissa bits, and is too small by at most 2^−(B+24) of the
//! value (3·10⁻¹¹ with fine bins). No bin overflows before 2⁴⁰ values.
//!
//! **Packed words.** A bin's count and the sum of its mantissa bits share a 64-bit word, so adding a value is one addition and
//! the bins stay in cache. Before a count outgrows its part of the word it moves to an overflow list, which every answer
//! includes.
//!
//! All state is integers, so the order of values does not matter. Pages of bins are allocated when first used: memory grows with
//! the spread of the data, at most 8 bytes · 2^B per power of two and up to twice that for spare capacity, not with their number.

use super::quantiles::{Ranked, RankedBin};
use crate::math::simd::prefetch;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::ops::Range;

/// Values smaller than this in size count as 0.
pub const SMALLEST: f64 = 1e-9;

/// Values of this size (2⁶⁰) or more share one open bin per sign.
pub const LARGEST: f64 = (1_u64 << 60) as f64;

/// Bins whose values differ by less than 0.05%.
pub type FineBins = Bins<11>;

/// Bins whose values differ by less than 0.5%.
pub type CoarseBins = Bins<8>;

/// Mantissa bits after the bin number that are summed for the mean of a bin: the *detail*.
const DETAIL_BITS: u32 = 24;

/// Mask of the detail in a code.
const DETAIL: u64 = (1 << DETAIL_BITS) - 1;

/// Low bits of a word that hold the sum of details; the count is above them.
const SUM_BITS: u32 = 44;

/// A count of one in a word.
const ONE: u64 = 1 << SUM_BITS;

/// The count at which a word moves to the overflow list. One further batch still fits the word.
const FULL: u64 = 1 << (63 - SUM_BITS);

/// Bins allocated together.
const PAGE: usize = 64;

/// Values added together.
const BATCH: usize = 64;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bin {
    count: u64,
    /// Sum of the next [`DETAIL_BITS`] bits of the values' sizes.
    detail: u64,
}

impl Bin {
    /// Unpacks a word.
    #[inline(always)]
    fn of_word(word: u64) -> Bin {
        Bin { count: word >> SUM_BITS, detail: word & (ONE - 1) }
    }
}

/// Whether the count in a word, or in any of several words joined by `|`, has reached [`FULL`]: the highest bit is set.
#[inline(always)]
fn is_full(words: u64) -> bool {
    const { assert!(FULL << SUM_BITS == 1 << 63) };
    words >= FULL << SUM_BITS
}

/// The number of ones in a batch of zeros and ones; `None` if it has any other value.
#[inline(always)]
fn count_of_flags(batch: &[f64; BATCH]) -> Option<u64> {
    let (mut zeros, mut ones) = (0, 0);
    for &x in batch {
        zeros += u64::from(x == 0.0);
        ones += u64::from(x == 1.0);
    }
    (zeros + ones == BATCH as u64).then_some(ones)
}

/// The bins that the values of a batch go to, and what to add to each.
struct Targets {
    /// Bin numbers; after prefetching, indices into `words`.
    bins: [u64; BATCH],
    words: [u64; BATCH],
    /// Whether the batch still has to be added.
    pending: bool,
}

impl Targets {
    const NONE: Targets = Targets { bins: [0; BATCH], words: [0; BATCH], pending: false };
}

/// Hears the bin numbers of batches of 64 values, each with the batch's place.
pub(super) trait Listener {
    /// So many values of the batch have this number.
    fn equal(&mut self, place: usize, number: u64, count: u64);
    /// One number per value.
    fn each(&mut self, place: usize, numbers: &[u64; BATCH]);
}

/// Hears nothing.
impl Listener for () {
    #[inline(always)]
    fn equal(&mut self, _: usize, _: u64, _: u64) {}
    #[inline(always)]
    fn each(&mut self, _: usize, _: &[u64; BATCH]) {}
}

/// Counts of values by bin, with `BITS` mantissa bits in the bin number.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Vec<(u64, u64, u64)>")]
pub struct Bins<const BITS: u32> {
    /// For each page of bin numbers, one plus its page index in `words`; 0 if not allocated, so that zeroed memory need not be
    /// touched. Empty before the first value.
    places: Box<[u16]>,
    /// A range that contains all allocated pages.
    made: Range<usize>,
    /// The bins of allocated pages in order of allocation, one word each.
    words: Vec<u64>,
    /// The overflow list: what bins hold beyond their words, by index into `words`.
    overflow: BTreeMap<usize, Bin>,
}

/// Ignores the order in which pages were allocated.
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
    /// The shift that reduces a size's bits to its *code*: the bin number, then the detail.
    const CODE_SHIFT: u32 = 52 - BITS - DETAIL_BITS;
    /// The bin number of the smallest size before subtraction, minus 1: bins of one sign are numbered from 1.
    const BASE: u64 = (SMALLEST.to_bits() >> (52 - BITS)) - 1;
    /// The number of the open bin of one sign; the bin of zero has number 0.
    const OPEN: u64 = (LARGEST.to_bits() >> (52 - BITS)) - Self::BASE;
    /// The number of the bin for NaN: counting NaN is cheaper than branching on it.
    pub(super) const UNDEFINED: u64 = Self::OPEN + 1;
    /// Added to the bin numbers of negative values: a power of two, so that the sign bit needs only a shift.
    pub(super) const NEGATIVE: u64 = (Self::UNDEFINED + 1).next_power_of_two();
    const END: u64 = Self::NEGATIVE + Self::UNDEFINED + 1;

    const PAGES: usize = (Self::END as usize).div_ceil(PAGE);

    /// No values yet.
    pub fn new() -> Self {
        Bins { places: Box::default(), made: Self::PAGES..0, words: Vec::new(), overflow: BTreeMap::new() }
    }

    /// The bin number and, in the lowest bits, the detail of a value, without branches.
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

    /// Counts every value; NaN counts as undefined. Inlined so that it is compiled for the caller's instruction set.
    #[inline(always)]
    pub fn add_all(&mut self, values: &[f64]) {
        self.add_all_and_tell(values, &mut ());
    }

    /// Counts every value, and tells a listener the bin numbers.
    #[inline(always)]
    pub(super) fn add_all_and_tell(&mut self, values: &[f64], listener: &mut impl Listener) {
        let (batches, rest) = values.as_chunks::<BATCH>();
        let mut both = [Targets::NONE; 2];
        let mut turn = 0;
        for (place, batch) in batches.iter().enumerate() {
            if let Some(ones) = count_of_flags(batch) {
                // Added one by one into two bins, each addition would wait for the one before.
                if ones < BATCH as u64 {
                    self.count_in(0, ONE * (BATCH as u64 - ones));
                    listener.equal(place, 0, BATCH as u64 - ones);
                }
                if ones > 0 {
                    let code = Self::code(1.0);
                    self.count_in(code >> DETAIL_BITS, (ONE + (code & DETAIL)) * ones);
                    listener.equal(place, code >> DETAIL_BITS, ones);
                }
                continue;
            }
            let targets = &mut both[turn];
            if let Some(code) = Self::read(batch, targets) {
                // All in one bin, as for cash flows that have not begun or have ended.
                self.count_in(code >> DETAIL_BITS, (ONE + (code & DETAIL)) * BATCH as u64);
                listener.equal(place, code >> DETAIL_BITS, BATCH as u64);
                continue;
            }
            listener.each(place, &targets.bins);
            // While these bins are fetched into the cache, the previous batch is added.
            for bin in &mut targets.bins {
                let place = self.place(*bin);
                prefetch(&self.words, place);
                *bin = place as u64;
            }
            targets.pending = true;
            turn = 1 - turn;
            self.add_pending(&mut both[turn]);
        }
        self.add_pending(&mut both[1 - turn]);
        for &x in rest {
            let code = Self::code(x);
            self.count_in(code >> DETAIL_BITS, ONE + (code & DETAIL));
            listener.equal(batches.len(), code >> DETAIL_BITS, 1);
        }
    }

    /// Computes the bin numbers of a batch and what to add to each. Returns the code if all values share one.
    #[inline(always)]
    fn read(batch: &[f64; BATCH], targets: &mut Targets) -> Option<u64> {
        let first = Self::code(batch[0]);
        let mut others = 0;
        for i in 0..BATCH {
            let code = Self::code(batch[i]);
            targets.bins[i] = code >> DETAIL_BITS;
            targets.words[i] = ONE + (code & DETAIL);
            others |= code ^ first;
        }
        (others == 0).then_some(first)
    }

    /// Adds a prefetched batch to its bins.
    #[inline(always)]
    fn add_pending(&mut self, targets: &mut Targets) {
        if !std::mem::take(&mut targets.pending) {
            return;
        }
        // Checked once for the whole batch: a check after each addition would wait for its sum.
        let mut sums = 0;
        for (&place, &word) in targets.bins.iter().zip(&targets.words) {
            let sum = &mut self.words[place as usize];
            *sum += word;
            sums |= *sum;
        }
        if is_full(sums) {
            self.move_full_to_overflow(&targets.bins);
        }
    }

    /// Moves full words among these to the overflow list.
    #[cold]
    #[inline(never)]
    fn move_full_to_overflow(&mut self, places: &[u64; BATCH]) {
        for &place in places {
            if is_full(self.words[place as usize]) {
                self.move_to_overflow(place as usize);
            }
        }
    }

    /// Adds at most one batch of values to one bin, given their count and details as a word.
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
            self.move_to_overflow(place);
        }
    }

    #[cold]
    #[inline(never)]
    fn move_to_overflow(&mut self, place: usize) {
        let more = Bin::of_word(std::mem::take(&mut self.words[place]));
        self.add_to_overflow(place, more);
    }

    fn add_to_overflow(&mut self, place: usize, more: Bin) {
        let bin = self.overflow.entry(place).or_default();
        bin.count += more.count;
        bin.detail += more.detail;
    }

    /// The bin at an index into `words`, overflow included.
    fn bin(&self, place: usize) -> Bin {
        let mut bin = Bin::of_word(self.words[place]);
        if let Some(more) = self.overflow.get(&place) {
            bin.count += more.count;
            bin.detail += more.detail;
        }
        bin
    }

    /// The index into `words` of a bin number, allocating its page if needed.
    #[inline(always)]
    fn place(&mut self, number: u64) -> usize {
        let number = number as usize;
        self.page(number / PAGE) + number % PAGE
    }

    /// The index into `words` of a page's first bin, allocating the page if needed.
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
        // Small vectors double, larger ones grow by a quarter: doubling could leave half of the memory empty.
        if first == self.words.capacity() {
            let more = if first < 64 * PAGE { first } else { first / 4 };
            self.words.reserve_exact(more.max(4 * PAGE).next_multiple_of(PAGE));
        }
        self.words.resize(first + PAGE, 0);
        self.places[page] = u16::try_from(first / PAGE + 1).expect("fewer pages than 65,535");
        self.made = self.made.start.min(page)..self.made.end.max(page + 1);
        first
    }

    /// Allocated pages in ascending order: the first bin number, and its index into `words`.
    fn pages(&self) -> impl Iterator<Item = (usize, usize)> {
        let made = if self.words.is_empty() { 0..0 } else { self.made.clone() };
        let places = made.clone().zip(&self.places[made]).filter(|&(_, &place)| place != 0);
        places.map(|(page, &place)| (page * PAGE, usize::from(place) * PAGE - PAGE))
    }

    /// Adds the counts of another summary.
    pub fn merge(&mut self, other: &Self) {
        if self.words.is_empty() {
            self.clone_from(other);
            return;
        }
        for (number, theirs) in other.pages() {
            let mine = self.page(number / PAGE);
            for i in 0..PAGE {
                // The sum of two words that are not full fits a word.
                self.add_word(mine + i, other.words[theirs + i]);
            }
            for (&place, &more) in other.overflow.range(theirs..theirs + PAGE) {
                self.add_to_overflow(mine + place - theirs, more);
            }
        }
    }

    /// Bins with values, by ascending number; skips empty stretches of a page quickly.
    fn occupied(&self) -> Vec<(u64, Bin)> {
        let mut occupied = Vec::with_capacity(2 * self.words.len() / PAGE);
        for (number, first) in self.pages() {
            for (eighth, words) in self.words[first..first + PAGE].as_chunks::<8>().0.iter().enumerate() {
                // A bin may have its whole count in the overflow list.
                if words.iter().fold(0, |all, word| all | word) == 0 && self.overflow.is_empty() {
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

    /// Memory used by the bins, in bytes.
    pub fn bytes(&self) -> usize {
        let overflow = self.overflow.len() * size_of::<(usize, Bin)>();
        size_of_val(&*self.places) + self.words.capacity() * size_of::<u64>() + overflow
    }

    /// The bins in ascending order of value, for quantiles. `min` and `max` are the exact smallest and largest values, which
    /// bound every answer.
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

    /// The near edge, the mean and the far edge, as sizes, of the bin `steps` from zero. For the open bin the caller clamps the
    /// infinite mean and far edge to the extreme value.
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

/// As rows of bin number, count and detail sum, in ascending order.
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
                bins.add_to_overflow(place, Bin { count, detail });
            }
        }
        Ok(bins)
    }
}

#[cfg(test)]
pub(super) mod tests;
