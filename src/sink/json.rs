//! JSON output: the object that `--json` prints, and the stored answer of a study.

use crate::report::answer::{self, Answer, Table};
use crate::report::tables::{ExactFigures, SummaryRow};
use serde_json::{Map, Value, json};
use std::io;

/// Version of the layout of all results: tables, manifest and these objects. Raised when a column or a field changes its name, order,
/// unit or meaning.
pub const SCHEMA_VERSION: u32 = 2;

/// Facts about a run other than its results.
#[derive(Clone, Copy, Debug)]
pub struct RunFacts<'a> {
    /// `complete`, `partial` or `failed`.
    pub status: &'a str,
    /// The results folder.
    pub out: &'a str,
    /// Paths simulated.
    pub paths: u64,
    /// Wall-clock time in seconds.
    pub seconds: f64,
    /// What was asked for with `--precision`, and what was reached.
    pub precision: Option<&'a Value>,
    /// If the run failed: the number of paths that were not finite, and the lowest of their indices.
    pub failed: Option<(u64, &'a [u64])>,
}

/// The object of a run; NaN becomes null. `exact` lists the figures that no draw can move; all others are estimates.
pub fn summary(facts: &RunFacts, rows: &[SummaryRow], exact: &[ExactFigures]) -> Value {
    let mut object = json!({
        "schema_version": SCHEMA_VERSION,
        "status": facts.status,
        "out": facts.out,
        "paths": facts.paths,
        "seconds": facts.seconds,
        "paths_per_second": facts.paths as f64 / facts.seconds,
        "summary": rows,
        "exact": exact,
    });
    if let Some(precision) = facts.precision {
        object["precision"] = precision.clone();
    }
    if let Some((count, first)) = facts.failed {
        object["non_finite"] = json!({ "count": count, "first": first });
    }
    object
}

/// The object of a study: its sentences, and each table under its name as a list with one object per row.
pub fn answer(facts: &RunFacts, answer: &Answer) -> Value {
    let tables: Map<String, Value> =
        answer.tables.iter().map(|table| (table.name.to_string(), Value::Array(rows(table)))).collect();
    let mut object = json!({
        "schema_version": SCHEMA_VERSION,
        "study": answer.study,
        "status": facts.status,
        "out": facts.out,
        "paths": facts.paths,
        "seconds": facts.seconds,
        "title": answer.title,
        "warnings": answer.warnings,
        "answer": answer.sentences,
        "tables": tables,
    });
    if let Some(precision) = facts.precision {
        object["precision"] = precision.clone();
    }
    object
}

/// Writes the complete answer of a study, charts included, for the results folder.
///
/// # Errors
/// What `out` reports.
pub fn keep(answer: &Answer, mut out: impl io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut out, answer)?;
    out.write_all(b"\n")
}

/// Reads an answer that [`keep`] wrote.
///
/// # Errors
/// If the bytes are not such an answer.
pub fn kept(bytes: &[u8]) -> io::Result<Answer> {
    Ok(serde_json::from_slice(bytes)?)
}

fn rows(table: &Table) -> Vec<Value> {
    let cell = |value: &answer::Value| match value {
        answer::Value::Text(text) => json!(text),
        answer::Value::Whole(number) => json!(number),
        answer::Value::Number(number) => json!(number),
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
        let facts = RunFacts {
            status: "complete",
            out: "output/=x",
            paths: 1_000,
            seconds: 0.5,
            precision: None,
            failed: None,
        };
        let value = summary(&facts, &[], &[]);
        assert_eq!(
            value.to_string(),
            r#"{"schema_version":2,"status":"complete","out":"output/=x","paths":1000,"seconds":0.5,"#
                .to_owned()
                + r#""paths_per_second":2000.0,"summary":[],"exact":[]}"#
        );
        let failed = RunFacts { status: "failed", failed: Some((2, &[7, 9])), ..facts };
        let value = summary(&failed, &[], &[]).to_string();
        assert!(
            value.ends_with(r#","summary":[],"exact":[],"non_finite":{"count":2,"first":[7,9]}}"#),
            "{value}"
        );
    }

    #[test]
    fn an_answer_reads_back_as_it_was_written() {
        use crate::config::Unit;
        use answer::{Axis, Bar, Chart, Column, Curve, Mark, Point, Role, Shown, Table, Value};
        let point = |x: f64, std_error: f64| Point { x, y: x / 3.0, std_error };
        let whole = Answer {
            study: "sweep".into(),
            title: "=a \"title\"".into(),
            warnings: vec!["Careful.".into()],
            sentences: vec![],
            tables: vec![Table {
                name: "sweep".into(),
                title: "T".into(),
                columns: vec![
                    Column::key("key"),
                    Column::quantity("x", Unit::UsdPerShare).as_role(Role::Low),
                ],
                rows: vec![
                    vec![Value::Whole(20), Value::Number(20.0)],
                    vec!["20".into(), (0.1 + 0.2).into()],
                ],
                shown: Shown::FirstOfEach { rows: 3, alike: 1 },
            }],
            charts: vec![
                Chart::Curves {
                    title: "C".into(),
                    x: Axis::calendar(),
                    y: Axis::new("share", Unit::PerSqrtYear),
                    curves: vec![Curve {
                        name: "mean".into(),
                        points: vec![point(1.0, 0.0), point(2.0, 0.25)],
                    }],
                    marks: vec![Mark { x: 1.5, text: "here".into() }],
                },
                Chart::Bars {
                    title: "B".into(),
                    x: Axis::new("take", None),
                    centre: 1e-300,
                    ends: ["a".into(), "b".into()],
                    bars: vec![Bar { label: "i".into(), low: -1.0, high: 2.0 }],
                },
                Chart::Waterfall {
                    title: "W".into(),
                    x: Axis::new("take", Unit::UsdBn),
                    from: Some(Bar { label: "old".into(), low: 0.0, high: 5.0 }),
                    steps: vec![Bar { label: "cap".into(), low: 5.0, high: 3.5 }],
                    to: Bar { label: "new".into(), low: 0.0, high: 3.5 },
                },
            ],
            screen: Vec::new(),
        };
        let read = |answer: &Answer| {
            let mut bytes = Vec::new();
            keep(answer, &mut bytes).unwrap();
            kept(&bytes).unwrap()
        };
        assert_eq!(read(&whole), whole);
        // What is none stays none.
        let mut gaps = whole.clone();
        gaps.tables[0].rows[0][1] = f64::NAN.into();
        gaps.charts = vec![Chart::Heat {
            title: "H".into(),
            x: Axis::new("a", None),
            y: Axis::new("b", None),
            z: Axis::new("c", None),
            columns: vec!["1".into()],
            rows: vec!["2".into()],
            cells: vec![vec![f64::NAN]],
        }];
        let back = read(&gaps);
        assert!(matches!(back.tables[0].rows[0][1], Value::Number(number) if number.is_nan()));
        assert!(matches!(&back.charts[0], Chart::Heat { cells, .. } if cells[0][0].is_nan()));
        assert!(kept(b"{\"study\": 1}").is_err());
    }
}
