//! Figures that Sobol points do not help: their errors are above those of as many independent paths.

use super::label;
use super::results::Results;
use super::tables::SummaryRow;
use crate::math::student::largest_by_chance;

/// By how much an error must exceed that of independent paths.
const ABOVE: f64 = 1.2;

/// Figures that are named; more are counted.
const NAMED: usize = 3;

/// Names the figures that Sobol points do not help, in one sentence; `None` if there are none, and under plain sampling.
pub fn unhelped(results: &Results) -> Option<String> {
    let tables = &results.tables;
    let found: Vec<&SummaryRow> = tables
        .summary
        .iter()
        .filter(|row| is_unhelped(row) && !tables.is_exact(&row.deal, &row.metric))
        .collect();
    let names: Vec<String> = found
        .iter()
        .take(NAMED)
        .map(|row| label::of_quantity(&row.deal, &row.metric, &results.facts.names))
        .collect();
    let more = match found.len() - names.len() {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    (!names.is_empty()).then(|| {
        format!(
            "Sobol points do not help these figures, plain paths would do as well: {}{more}",
            names.join("; ")
        )
    })
}

/// Whether an error from replicates is above that of independent paths, by more than errors from so few replicates vary by chance.
fn is_unhelped(row: &SummaryRow) -> bool {
    let independent = row.std_dev / (row.paths as f64).sqrt();
    row.std_error > ABOVE.max(largest_by_chance(row.error_df)) * independent && !row.error_df.is_nan()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::results::Facts;
    use crate::report::tables::Tables;

    fn row(metric: &str, std_error: f64, error_df: f64) -> SummaryRow {
        SummaryRow { std_error, error_df, paths: 10_000, ..SummaryRow::sample("a", metric, "usd_bn") }
    }

    #[test]
    fn figures_are_named_once_and_not_by_chance() {
        let told = |rows: Vec<SummaryRow>| {
            unhelped(&Results {
                facts: Facts::default(),
                tables: Tables { summary: rows, ..Tables::default() },
            })
        };
        // The error of independent paths is 0.01.
        let sentence =
            told(vec![row("share_pv", 0.004, 31.0), row("failed", 0.0131, 31.0)]).expect("a figure");
        assert!(sentence.contains("fails") && !sentence.contains("share"), "{sentence}");
        // From 32 replicates an error is 1.25 times too large by chance, from 8 half as large again.
        assert_eq!(told(vec![row("failed", 0.0125, 31.0), row("failed", 0.015, 7.0)]), None);
        assert!(told(vec![row("failed", 0.017, 7.0)]).is_some());
        // Plain sampling has no such errors.
        assert_eq!(told(vec![row("failed", 0.05, f64::NAN)]), None);
        let many = ["share_pv", "take", "failed", "ipo", "stake_pv"].map(|name| row(name, 0.1, 31.0));
        assert!(told(many.to_vec()).expect("figures").ends_with("; and 2 more"));
    }
}
