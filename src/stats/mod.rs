//! Mergeable one-pass summaries of numbers: moments, bins, quantiles, histograms; blind to what the numbers mean.
//!
//! Every merge in this room is exact: a state is made of integers, of minima and maxima, and of sums that are not
//! rounded. So states that saw the same chunks are equal bit for bit, whatever the order, the threads and the shards
//! they were merged by. Rounding happens in two places only: inside one chunk of [`CHUNK`](moments::CHUNK) values,
//! whose order is fixed, and at the end, when a statistic is read off.
//!
//! A value that is not a number is *undefined*: it is counted and enters nothing else.

pub mod bins;
pub mod exact_sum;
pub mod histogram;
pub mod moments;
pub mod quantiles;
pub mod rank;
pub mod summary;
