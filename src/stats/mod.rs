//! Mergeable one-pass summaries of numbers: moments, quantiles, histograms, correlations.
//!
//! Every merge is exact: states consist of integers, minima, maxima and sums that are never rounded. States that saw the same
//! chunks are therefore identical, whatever the order, threads and shards. Rounding happens only inside one chunk of
//! [`CHUNK`](moments::CHUNK) values, whose order is fixed, and when a statistic is read.
//!
//! A NaN is an *undefined* value: it is counted and otherwise ignored.

pub mod bins;
pub mod exact_sum;
pub mod fixed_sum;
pub mod histogram;
pub mod mean_error;
pub mod moments;
pub mod quantiles;
pub mod rank;
pub mod replicates;
pub mod sections;
pub mod summary;
