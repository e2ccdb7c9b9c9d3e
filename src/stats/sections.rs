//! Coarse counts of values by replicate, from which the intervals of quantiles follow by sectioning.
//!
//! A pooled quantile x has a share q of all values at or below it. The shares of the replicates' own values at or below x are as
//! many independent numbers around q: their spread gives the error of the share, and the pooled values at the ends of its t interval
//! are the ends of the quantile's (Asmussen and Glynn 2007, "Stochastic Simulation", section III.5, sectioning). The mean of the
//! replicates' own quantiles is biased and not used.
//!
//! Counts are kept in groups of neighbouring bins, sixteen to a power of two. Within the group that holds a quantile, the values at
//! or below it are counted as the pooled share of the group, and as independent values in the error: an upper bound of what that
//! part adds.

use serde::{Deserialize, Serialize};

use super::bins::{Bins, Listener};
use super::mean_error::MeanError;
use super::replicates::error_of_fraction;

/// Groups to a power of two, as a power of two; and groups allocated together.
const GROUP_BITS: u32 = 4;
const PAGE: usize = 1 << GROUP_BITS;

/// Counts of values by replicate and group, for bins with `BITS` mantissa bits; nothing without replicates.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(into = "Rows", try_from = "Rows")]
pub struct Sections<const BITS: u32> {
    replicates: usize,
    /// For each page of groups, one plus where its counts begin; 0 if not allocated. Empty before the first value.
    places: Box<[u32]>,
    /// `[page][replicate][group]`.
    counts: Vec<u64>,
}

/// The number of replicates, and per group in ascending order its number and the counts of the replicates.
type Rows = (u32, Vec<(u32, Vec<u64>)>);

/// Ignores the order in which pages were allocated.
impl<const BITS: u32> PartialEq for Sections<BITS> {
    fn eq(&self, other: &Self) -> bool {
        self.replicates == other.replicates && self.rows().eq(other.rows())
    }
}

impl<const BITS: u32> Sections<BITS> {
    const SHIFT: u32 = BITS - GROUP_BITS;
    /// Added to bin numbers, so that what is undefined has a group of its own.
    const OFFSET: u64 = Bins::<BITS>::UNDEFINED.next_multiple_of(1 << Self::SHIFT) - Bins::<BITS>::UNDEFINED;
    /// The group of values that are NaN.
    const UNDEFINED: u64 = (Bins::<BITS>::UNDEFINED + Self::OFFSET) >> Self::SHIFT;
    /// Added to the groups of negative values.
    const NEGATIVE: u64 = Bins::<BITS>::NEGATIVE >> Self::SHIFT;
    const PAGES: usize = ((Self::NEGATIVE + Self::UNDEFINED) as usize).div_ceil(PAGE) + 1;

    /// No values yet, for so many replicates: a power of two.
    pub fn new(replicates: Option<usize>) -> Self {
        debug_assert!(replicates.is_none_or(usize::is_power_of_two));
        Sections { replicates: replicates.unwrap_or(0), places: Box::default(), counts: Vec::new() }
    }

    /// Whether there are replicates.
    #[inline(always)]
    pub fn is_kept(&self) -> bool {
        self.replicates > 0
    }

    /// The number of replicates; 0 if nothing is kept.
    pub fn replicates(&self) -> usize {
        self.replicates
    }

    /// The counts of a replicate in the page of a group begin here; allocates the page if needed.
    #[inline(always)]
    fn begin(&mut self, group: usize, replicate: usize) -> usize {
        let page = match self.places.get(group / PAGE) {
            None | Some(0) => self.new_page(group / PAGE),
            Some(&place) => place as usize - 1,
        };
        page + replicate * PAGE
    }

    #[cold]
    #[inline(never)]
    fn new_page(&mut self, page: usize) -> usize {
        if self.places.is_empty() {
            self.places = vec![0; Self::PAGES].into_boxed_slice();
        }
        let place = self.counts.len();
        self.counts.resize(place + self.replicates * PAGE, 0);
        self.places[page] = u32::try_from(place + 1).expect("fewer counts than 2³²");
        place
    }

    /// Adds the counts of other values.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.replicates, other.replicates, "values of as many replicates");
        for (group, counts) in other.rows() {
            self.add_row(group as usize, &counts);
        }
    }

    fn add_row(&mut self, group: usize, counts: &[u64]) {
        for (replicate, count) in counts.iter().enumerate() {
            let at = self.begin(group, replicate) + group % PAGE;
            self.counts[at] += count;
        }
    }

    /// Groups with values, by ascending number, and the counts of the replicates.
    fn rows(&self) -> impl Iterator<Item = (u64, Vec<u64>)> {
        let pages = self.places.iter().enumerate().filter(|&(_, &place)| place != 0);
        let groups = pages.flat_map(|(page, &place)| (0..PAGE).map(move |i| (page, place as usize - 1, i)));
        let rows = groups.map(|(page, place, i)| {
            let counts = (0..self.replicates).map(|r| self.counts[place + r * PAGE + i]);
            ((page * PAGE + i) as u64, counts.collect::<Vec<u64>>())
        });
        rows.filter(|(_, counts)| counts.iter().any(|&count| count > 0))
    }

    /// How many values each replicate has, NaN not counted, and how many NaN.
    pub fn totals(&self) -> (Vec<u64>, Vec<u64>) {
        let (mut defined, mut undefined) = (vec![0; self.replicates], vec![0; self.replicates]);
        for (group, counts) in self.rows() {
            let totals = if Self::is_undefined(group) { &mut undefined } else { &mut defined };
            totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
        }
        (defined, undefined)
    }

    fn is_undefined(group: u64) -> bool {
        group % Self::NEGATIVE == Self::UNDEFINED
    }

    /// The counts in ascending order of value, for the errors of shares.
    pub fn ranked(&self) -> RankedSections {
        let mut groups: Vec<(u64, Vec<u64>)> =
            self.rows().filter(|&(group, _)| !Self::is_undefined(group)).collect();
        let positive = groups.partition_point(|&(group, _)| group < Self::NEGATIVE);
        // Negative groups, the largest sizes first, then the positive ones.
        groups[positive..].reverse();
        groups.rotate_left(positive);
        let mut below = vec![0; self.replicates];
        let groups = groups.into_iter().map(|(_, counts)| {
            let group = Group { below: below.clone(), counts };
            below.iter_mut().zip(&group.counts).for_each(|(below, count)| *below += count);
            group
        });
        let groups: Vec<Group> = groups.collect();
        RankedSections { groups, counts: below }
    }
}

/// Batches are blocks of a chunk, which are dealt to the replicates in turn, beginning with the first.
impl<const BITS: u32> Listener for Sections<BITS> {
    #[inline(always)]
    fn equal(&mut self, place: usize, number: u64, count: u64) {
        let group = ((number + Self::OFFSET) >> Self::SHIFT) as usize;
        let at = self.begin(group, place & (self.replicates - 1)) + group % PAGE;
        self.counts[at] += count;
    }

    #[inline(always)]
    fn each(&mut self, place: usize, numbers: &[u64; 64]) {
        let replicate = place & (self.replicates - 1);
        for group in numbers.map(|number| (number + Self::OFFSET) >> Self::SHIFT) {
            let at = self.begin(group as usize, replicate) + group as usize % PAGE;
            self.counts[at] += 1;
        }
    }
}

impl<const BITS: u32> From<Sections<BITS>> for Rows {
    fn from(sections: Sections<BITS>) -> Rows {
        let rows = sections.rows().map(|(group, counts)| (group as u32, counts)).collect();
        (sections.replicates as u32, rows)
    }
}

impl<const BITS: u32> TryFrom<Rows> for Sections<BITS> {
    type Error = String;

    fn try_from((replicates, rows): Rows) -> Result<Self, String> {
        const MOST: u32 = 64;
        if replicates > MOST || replicates > 0 && !replicates.is_power_of_two() {
            return Err(format!("counts of {replicates} replicates"));
        }
        let mut sections = Sections::new((replicates > 0).then_some(replicates as usize));
        let mut from = 0;
        for (group, counts) in rows {
            let number = u64::from(group);
            let known = number % Self::NEGATIVE <= Self::UNDEFINED && number / Self::NEGATIVE < 2;
            let has_values =
                counts.iter().any(|&count| count > 0) && counts.iter().all(|&count| count >> 40 == 0);
            if !known || group < from || !has_values || counts.len() != sections.replicates {
                return Err(format!("no such group of counts: number {group}"));
            }
            from = group + 1;
            sections.add_row(group as usize, &counts);
        }
        Ok(sections)
    }
}

/// A group of neighbouring bins.
#[derive(Clone, Debug)]
struct Group {
    /// Per replicate, the values in all lower groups.
    below: Vec<u64>,
    /// Per replicate, the values in this one.
    counts: Vec<u64>,
}

/// Counts by replicate in ascending order of value.
#[derive(Clone, Debug)]
pub struct RankedSections {
    groups: Vec<Group>,
    /// Per replicate, the number of values.
    counts: Vec<u64>,
}

impl RankedSections {
    /// The error of the share of values at or below the pooled quantile `q`; NaN where fewer than two replicates have values.
    pub fn share_error(&self, q: f64) -> MeanError {
        let count = self.counts.iter().sum::<u64>();
        let wanted = q * count as f64;
        let through = |group: &Group| group.below.iter().chain(&group.counts).sum::<u64>() as f64;
        let at = self.groups.partition_point(|group| through(group) < wanted);
        let Some(group) = self.groups.get(at) else { return MeanError { std_error: f64::NAN, df: f64::NAN } };
        let (below, inside) =
            (group.below.iter().sum::<u64>() as f64, group.counts.iter().sum::<u64>() as f64);
        let part = (wanted - below) / inside;
        let counted = group
            .below
            .iter()
            .zip(&group.counts)
            .map(|(&below, &inside)| below as f64 + part * inside as f64);
        let error = error_of_fraction(&counted.collect::<Vec<f64>>(), &self.counts);
        let within = (inside * part * (1.0 - part)).sqrt() / count as f64;
        MeanError { std_error: error.std_error.hypot(within), ..error }
    }

    /// The ranks, counted from 1, of the order statistics between which the quantile `q` lies with 95%: the share of values at or
    /// below it is within its t interval. 0 or one more than the count where a side is open, as both are without an error.
    pub fn quantile_ranks(&self, q: f64) -> (u64, u64) {
        let count = self.counts.iter().sum::<u64>();
        let half = self.share_error(q).half_width();
        if half.is_nan() {
            return (0, count + 1);
        }
        let n = count as f64;
        let (low, high) = (((q - half) * n).floor().max(0.0), ((q + half) * n).floor().min(n));
        (low as u64, high as u64 + 1)
    }
}

#[cfg(test)]
mod tests;
