//! Draws as columns of doubles: the form in which workers pass chunks to the Parquet and xlsx writers.

use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::run::ChunkDraws;

/// A column of the draws, after the columns of path and deal.
#[derive(Clone, Debug)]
pub struct Column {
    /// Key of the input, or name of the metric.
    pub name: String,
    /// Unit of its values.
    pub unit: &'static str,
}

/// The columns after path and deal: uncertain inputs, then metrics.
pub fn columns(plan: &Plan) -> Vec<Column> {
    let inputs = plan.inputs().nums.iter().map(|&num| {
        let entry = plan.model().parameters.entry(num);
        Column { name: entry.key.clone(), unit: entry.unit.name() }
    });
    let mix_year = plan.model().run.mix_year;
    let metrics =
        Metric::ALL.iter().map(|metric| Column { name: metric.name(mix_year), unit: metric.unit().name() });
    let replicate = plan.replicates().map(|_| Column { name: REPLICATE.to_owned(), unit: "number" });
    inputs.chain(metrics).chain(replicate).collect()
}

/// The name of the column that says to which replicate of Sobol points a path belongs.
pub const REPLICATE: &str = "replicate";

/// What is to be known of rows of replicates wherever they are written.
pub const DEPENDENT: &str = "Paths of one replicate are not independent of each other, those of different replicates are: errors come from \
                             the means of replicates.";

/// Rows of a chunk by column, ordered by path and then by deal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Index of the first path.
    pub first_path: u64,
    /// Number of rows.
    pub rows: usize,
    /// Values by column; NaN if there is none.
    pub columns: Vec<Vec<f64>>,
}

const WORD: usize = 8;

/// Begins to encode a chunk of so many columns, which follow one after the other.
pub fn begin_packed(first_path: u64, rows: usize, columns: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity((2 + rows * columns) * WORD);
    out.extend_from_slice(&first_path.to_le_bytes());
    out.extend_from_slice(&(rows as u64).to_le_bytes());
    out
}

/// Encodes a chunk: first path, number of rows, then the values by column, as little-endian words.
pub fn pack(plan: &Plan, chunk: &ChunkDraws) -> Vec<u8> {
    let deals = plan.deals().len();
    let rows = chunk.paths * deals;
    // One more for the replicate.
    let mut out = begin_packed(chunk.first_path, rows, chunk.inputs.len() + Metric::ALL.len() + 1);
    for column in chunk.inputs {
        for value in &column[..chunk.paths] {
            for _ in 0..deals {
                out.extend_from_slice(&value.to_le_bytes());
            }
        }
    }
    for metric in Metric::ALL {
        let by_deal: Vec<Option<&[f64]>> = plan
            .deals()
            .iter()
            .zip(chunk.metrics)
            .map(|(deal, values)| {
                let place = deal.metrics.iter().position(|&own| own == metric)?;
                Some(values[place].as_slice())
            })
            .collect();
        for i in 0..chunk.paths {
            for values in &by_deal {
                let value = values.map_or(f64::NAN, |values| values[i]);
                out.extend_from_slice(&value.to_le_bytes());
            }
        }
    }
    if let Some(replicates) = plan.replicates() {
        for path in chunk.first_path..chunk.first_path + chunk.paths as u64 {
            let replicate = replicates.of_path(path) as f64;
            for _ in 0..deals {
                out.extend_from_slice(&replicate.to_le_bytes());
            }
        }
    }
    out
}

/// Decodes a chunk that [`pack`] encoded; `None` for other bytes.
pub fn unpack(bytes: &[u8]) -> Option<Rows> {
    let word = |at: usize| bytes.get(at * WORD..(at + 1) * WORD)?.try_into().ok();
    let first_path = u64::from_le_bytes(word(0)?);
    let rows = usize::try_from(u64::from_le_bytes(word(1)?)).ok()?;
    let body = &bytes[2 * WORD..];
    if rows == 0 || !body.len().is_multiple_of(rows * WORD) {
        return None;
    }
    let column = |part: &[u8]| {
        let value = |word: &[u8]| f64::from_le_bytes(word.try_into().expect("words of eight bytes"));
        part.chunks_exact(WORD).map(value).collect()
    };
    Some(Rows { first_path, rows, columns: body.chunks_exact(rows * WORD).map(column).collect() })
}
