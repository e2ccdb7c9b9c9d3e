//! The object that `run --json` prints.

use crate::report::answer::{self, Answer, Table};
use crate::report::tables::SummaryRow;
use serde_json::{Map, Value, json};

/// What is said of a run besides its results.
#[derive(Clone, Copy, Debug)]
pub struct RunFacts<'a> {
    /// `complete`, `partial` or `failed`.
    pub status: &'a str,
    /// The results folder.
    pub out: &'a str,
    /// Paths simulated.
    pub paths: u64,
    /// Wall time, seconds.
    pub seconds: f64,
    /// Of a run that failed: how many paths were not finite, and the lowest of their indices.
    pub failed: Option<(u64, &'a [u64])>,
}

/// The object: texts as they are, null for what is not a number.
pub fn summary(facts: &RunFacts, rows: &[SummaryRow]) -> Value {
    let mut object = json!({
        "schema_version": 1,
        "status": facts.status,
        "out": facts.out,
        "paths": facts.paths,
        "seconds": facts.seconds,
        "paths_per_second": facts.paths as f64 / facts.seconds,
        "summary": rows,
    });
    if let Some((count, first)) = facts.failed {
        object["failed_paths"] = json!({ "count": count, "first": first });
    }
    object
}

/// The object of a study: its sentences, and every table as a list of objects, one a row, under the table's name.
pub fn answer(facts: &RunFacts, answer: &Answer) -> Value {
    let tables: Map<String, Value> =
        answer.tables.iter().map(|table| (table.name.to_owned(), Value::Array(rows(table)))).collect();
    json!({
        "schema_version": 1,
        "study": answer.study,
        "status": facts.status,
        "out": facts.out,
        "paths": facts.paths,
        "seconds": facts.seconds,
        "title": answer.title,
        "warnings": answer.warnings,
        "answer": answer.sentences,
        "tables": tables,
    })
}

fn rows(table: &Table) -> Vec<Value> {
    let cell = |value: &answer::Value| match value {
        answer::Value::Text(text) => json!(text),
        answer::Value::Whole(number) => json!(number),
        answer::Value::Figure(figure) => json!(figure),
    };
    let row = |row: &Vec<answer::Value>| {
        table.columns.iter().zip(row).map(|(column, value)| (column.name.clone(), cell(value))).collect()
    };
    table.rows.iter().map(|values| Value::Object(row(values))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object() {
        let facts =
            RunFacts { status: "complete", out: "output/=x", paths: 1_000, seconds: 0.5, failed: None };
        let value = summary(&facts, &[]);
        assert_eq!(
            value.to_string(),
            r#"{"schema_version":1,"status":"complete","out":"output/=x","paths":1000,"seconds":0.5,"#
                .to_owned()
                + r#""paths_per_second":2000.0,"summary":[]}"#
        );
        let failed = RunFacts { status: "failed", failed: Some((2, &[7, 9])), ..facts };
        let value = summary(&failed, &[]).to_string();
        assert!(value.ends_with(r#","summary":[],"failed_paths":{"count":2,"first":[7,9]}}"#), "{value}");
    }
}
