//! What a page asks: changes and the level of the answer, as bounded JSON.

use serde_json::Value;

use super::subject::LEVELS;

/// The most bytes of a request.
pub const MOST_BYTES: usize = 64 << 10;
/// The most changes at once.
const MOST_CHANGES: usize = 200;

/// A question about a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The changes, each `KEY=VALUE`.
    pub set: Vec<String>,
    /// Which of the levels.
    pub level: usize,
    /// The turn that an earlier level gave; `None` for a new change.
    pub turn: Option<u64>,
}

/// Reads a question.
///
/// # Errors
/// What it should have been.
pub fn asked(bytes: &[u8]) -> Result<Asked, &'static str> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_| "not JSON")?;
    let list = value.get("set").and_then(Value::as_array).ok_or("`set` is a list of KEY=VALUE")?;
    let set: Option<Vec<String>> = list.iter().map(|text| text.as_str().map(str::to_owned)).collect();
    let set = set.filter(|set| set.len() <= MOST_CHANGES && set.iter().all(|text| text.contains('=')));
    let set = set.ok_or("`set` is a list of at most 200 KEY=VALUE")?;
    let level = match value.get("level") {
        None => 0,
        Some(level) => level.as_u64().and_then(|level| usize::try_from(level).ok()).unwrap_or(usize::MAX),
    };
    if level >= LEVELS.len() {
        return Err("`level` is 0, 1 or 2");
    }
    Ok(Asked { set, level, turn: value.get("turn").and_then(Value::as_u64) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_and_bounded() {
        assert_eq!(
            asked(br#"{"set": ["a.b=1"], "level": 2, "turn": 7}"#),
            Ok(Asked { set: vec!["a.b=1".to_owned()], level: 2, turn: Some(7) })
        );
        assert_eq!(asked(br#"{"set": []}"#), Ok(Asked { set: Vec::new(), level: 0, turn: None }));
        for wrong in [
            "",
            "7",
            "{}",
            r#"{"set": "a=1"}"#,
            r#"{"set": [1]}"#,
            r#"{"set": ["a"]}"#,
            r#"{"set": [], "level": 3}"#,
            r#"{"set": [], "level": -1}"#,
            r#"{"set": [], "level": 0.5}"#,
        ] {
            assert!(asked(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let many = serde_json::json!({"set": vec!["a=1"; 201]}).to_string();
        assert!(asked(many.as_bytes()).is_err());
    }
}
