//! The object that `run --json` prints.

use crate::report::tables::SummaryRow;
use serde_json::{Value, json};

/// What is said of a run besides its results.
#[derive(Clone, Copy, Debug)]
pub struct RunFacts<'a> {
    /// `complete` or `partial`.
    pub status: &'a str,
    /// The results folder.
    pub out: &'a str,
    /// Paths simulated.
    pub paths: u64,
    /// Wall time, seconds.
    pub seconds: f64,
}

/// The object: texts as they are, null for what is not a number.
pub fn summary(facts: &RunFacts, rows: &[SummaryRow]) -> Value {
    json!({
        "schema_version": 1,
        "status": facts.status,
        "out": facts.out,
        "paths": facts.paths,
        "seconds": facts.seconds,
        "paths_per_second": facts.paths as f64 / facts.seconds,
        "summary": rows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_object() {
        let facts = RunFacts { status: "complete", out: "output/=x", paths: 1_000, seconds: 0.5 };
        let value = summary(&facts, &[]);
        assert_eq!(
            value.to_string(),
            r#"{"schema_version":1,"status":"complete","out":"output/=x","paths":1000,"seconds":0.5,"#
                .to_owned()
                + r#""paths_per_second":2000.0,"summary":[]}"#
        );
    }
}
