//! What a page asks: changes and the level of the answer, as bounded JSON.

use serde_json::Value;

use super::subject::LEVELS;

/// The most changes at once.
const MOST_CHANGES: usize = 200;

/// The most characters of the name that a page gives itself.
const MOST_OF_NAME: usize = 40;

/// A question about a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The changes, each `KEY=VALUE`.
    pub set: Vec<String>,
    /// Which of the levels.
    pub level: usize,
    /// The turn that an earlier level gave; `None` for a new change.
    pub turn: Option<u64>,
    /// The page that asks, by the name that it gave itself; empty of one without.
    pub page: String,
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
    let page = value.get("page").map_or(Some(""), Value::as_str);
    let is_name =
        |page: &&str| page.len() <= MOST_OF_NAME && page.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let page = page.filter(is_name).ok_or("`page` is at most 40 letters and digits")?.to_owned();
    Ok(Asked { set, level, turn: value.get("turn").and_then(Value::as_u64), page })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_and_bounded() {
        assert_eq!(
            asked(br#"{"set": ["a.b=1"], "level": 2, "turn": 7, "page": "p1"}"#),
            Ok(Asked { set: vec!["a.b=1".to_owned()], level: 2, turn: Some(7), page: "p1".to_owned() })
        );
        let plain = Asked { set: Vec::new(), level: 0, turn: None, page: String::new() };
        assert_eq!(asked(br#"{"set": []}"#), Ok(plain));
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
            r#"{"set": [], "page": 7}"#,
            r#"{"set": [], "page": "a b"}"#,
            r#"{"set": [], "page": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
        ] {
            assert!(asked(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let many = serde_json::json!({"set": vec!["a=1"; 201]}).to_string();
        assert!(asked(many.as_bytes()).is_err());
    }
}
