//! Draws as CSV: one row per path and deal with the uncertain inputs and the metrics, written by chunk.

use super::csv::Dialect;
use super::draws_columns::REPLICATE;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::run::ChunkDraws;

/// The header row.
pub fn header(dialect: Dialect, plan: &Plan) -> Vec<u8> {
    let mut names = vec!["path".to_string(), "deal".to_string()];
    names.extend(plan.inputs().nums.iter().map(|&num| plan.model().parameters.entry(num).key.clone()));
    names.extend(Metric::ALL.iter().map(|metric| metric.name(plan.model().run.mix_year)));
    names.extend(plan.replicates().map(|_| REPLICATE.to_owned()));
    let separator = char::from(dialect.separator()).to_string();
    let mut bytes = dialect.begin().to_vec();
    bytes.extend_from_slice(names.join(&separator).as_bytes());
    bytes.push(b'\n');
    bytes
}

/// The rows of a chunk, ordered by path and then by deal; a metric without a value is an empty field. Under Sobol sampling the
/// last field is the path's replicate.
pub fn rows(dialect: Dialect, plan: &Plan, chunk: &ChunkDraws) -> Vec<u8> {
    let separator = dialect.separator();
    let names: Vec<String> = plan.model().deals.iter().map(|deal| deal.name.clone()).collect();
    let columns: Vec<Vec<Option<&[f64]>>> = plan
        .deals()
        .iter()
        .zip(chunk.metrics)
        .map(|(deal, values)| {
            let place = |metric| deal.metrics.iter().position(|&m| m == metric);
            Metric::ALL.iter().map(|&metric| place(metric).map(|i| values[i].as_slice())).collect()
        })
        .collect();
    let cells = (2 + chunk.inputs.len() + Metric::ALL.len()) * names.len() * chunk.paths;
    let mut out = Vec::with_capacity(cells * 19);
    let mut inputs = Vec::new();
    for i in 0..chunk.paths {
        // The same for every deal: written once, copied.
        inputs.clear();
        for column in chunk.inputs {
            inputs.push(separator);
            dialect.push(&mut inputs, column[i]);
        }
        let path = (chunk.first_path + i as u64).to_string();
        for (name, metrics) in names.iter().zip(&columns) {
            out.extend_from_slice(path.as_bytes());
            out.push(separator);
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(&inputs);
            for column in metrics {
                out.push(separator);
                if let Some(values) = column {
                    dialect.push(&mut out, values[i]);
                }
            }
            if let Some(replicates) = plan.replicates() {
                let replicate = replicates.of_path(chunk.first_path + i as u64);
                out.push(separator);
                out.extend_from_slice(replicate.to_string().as_bytes());
            }
            out.push(b'\n');
        }
    }
    out
}
