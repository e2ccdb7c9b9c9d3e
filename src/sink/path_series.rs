//! Yearly series of single paths: which columns a file of them has, where each deal keeps them, and the rows of a chunk.

use super::csv::Dialect;
use super::draws_columns::begin_packed;
use crate::kernel::plan::Plan;
use crate::run::{ChunkDraws, YearValues};

/// A column of a file of paths, after those of path, deal and year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesColumn {
    /// Name of the series.
    pub name: String,
    /// Unit of its values.
    pub unit: &'static str,
    /// For each deal, the place among its series; `None` where the deal has none of that name.
    pub places: Vec<Option<usize>>,
}

/// Every yearly series of a plan, in the order of `annual.csv`: of the first deal, then what only later deals have.
pub fn all(plan: &Plan) -> Vec<SeriesColumn> {
    let clouds = plan.cloud_names();
    let mut columns: Vec<SeriesColumn> = Vec::new();
    for (d, deal) in plan.deals().iter().enumerate() {
        for (place, series) in deal.series.iter().enumerate() {
            let name = series.name(&clouds);
            let at = columns.iter().position(|column| column.name == name).unwrap_or_else(|| {
                let places = vec![None; plan.deals().len()];
                columns.push(SeriesColumn { name, unit: series.unit().name(), places });
                columns.len() - 1
            });
            columns[at].places[d] = Some(place);
        }
    }
    columns
}

/// The calendar years of a plan, in order: the rows of a path and deal.
pub fn years(plan: &Plan) -> Vec<i32> {
    plan.steps().years.iter().map(|year| year.year).collect()
}

fn values<'a>(chunk: &'a ChunkDraws<'_>) -> &'a YearValues<'a> {
    chunk.years.as_ref().expect("the observer wants yearly series")
}

/// Encodes a chunk as [`draws_columns`](super::draws_columns) does: rows ordered by path, deal and year.
pub fn pack(plan: &Plan, columns: &[SeriesColumn], chunk: &ChunkDraws<'_>) -> Vec<u8> {
    let (deals, years) = (plan.deals().len(), plan.steps().years.len());
    let values = values(chunk);
    let mut out = begin_packed(chunk.first_path, chunk.paths * deals * years, columns.len());
    for column in columns {
        let by_row: Vec<Option<&[f64]>> = column
            .places
            .iter()
            .enumerate()
            .flat_map(|(deal, place)| {
                (0..years).map(move |year| place.map(|place| values.column(deal, year, place)))
            })
            .collect();
        for path in 0..chunk.paths {
            for own in &by_row {
                out.extend_from_slice(&own.map_or(f64::NAN, |own| own[path]).to_le_bytes());
            }
        }
    }
    out
}

/// The header row of a CSV file.
pub fn csv_header(dialect: Dialect, columns: &[SeriesColumn]) -> Vec<u8> {
    let names = ["path", "deal", "year"].into_iter().chain(columns.iter().map(|column| column.name.as_str()));
    let separator = char::from(dialect.separator()).to_string();
    let mut bytes = dialect.begin().to_vec();
    bytes.extend_from_slice(names.collect::<Vec<_>>().join(&separator).as_bytes());
    bytes.push(b'\n');
    bytes
}

/// The rows of a chunk as CSV, ordered by path, deal and year; a series without a value is an empty field.
pub fn csv_rows(dialect: Dialect, plan: &Plan, columns: &[SeriesColumn], chunk: &ChunkDraws<'_>) -> Vec<u8> {
    let values = values(chunk);
    let years: Vec<String> = years(plan).iter().map(i32::to_string).collect();
    let separator = dialect.separator();
    let mut out = Vec::new();
    for i in 0..chunk.paths {
        let path = (chunk.first_path + i as u64).to_string();
        for (d, deal) in plan.model().deals.iter().enumerate() {
            for (y, year) in years.iter().enumerate() {
                out.extend_from_slice(path.as_bytes());
                out.push(separator);
                out.extend_from_slice(deal.name.as_bytes());
                out.push(separator);
                out.extend_from_slice(year.as_bytes());
                for column in columns {
                    out.push(separator);
                    if let Some(place) = column.places[d] {
                        dialect.push(&mut out, values.column(d, y, place)[i]);
                    }
                }
                out.push(b'\n');
            }
        }
    }
    out
}
