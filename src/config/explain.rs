//! The texts that `explain` prints for keys, tables, distribution families and choice words.

use super::choice::{Choice, Word};
use super::family::Family;
use super::number::NumberTable;
use super::scenario::Config;
use super::section::Section;
use super::spec::{KeySpec, ValueKind};
use super::spelling::nearest;
use super::tables::{Row, TableSpec, matches_pattern, tables};

/// Explains a key (full path, pattern or last part), a table, a distribution family or a choice word. `None`
/// if the format has no such word.
pub fn explain_key(word: &str) -> Option<String> {
    let word = word.trim();
    if let Some(dist) = Family::from_word(word) {
        return Some(explain_family(dist));
    }
    let tables = tables(Config::SPEC);
    let bare = word.trim_matches(|c| c == '[' || c == ']');
    if let Some(table) = tables
        .iter()
        .find(|table| !table.header.is_empty() && table.header.trim_matches(|c| c == '[' || c == ']') == bare)
    {
        return Some(explain_table(table));
    }
    let rows: Vec<Row> = tables.iter().flat_map(TableSpec::rows).collect();
    let by_pattern: Vec<&Row> = rows.iter().filter(|row| matches_pattern(&row.pattern, word)).collect();
    let found = if by_pattern.is_empty() {
        rows.iter().filter(|row| row.spec.key == word).collect()
    } else {
        by_pattern
    };
    if !found.is_empty() {
        return Some(found.into_iter().map(explain_row).collect::<Vec<_>>().join("\n"));
    }
    let by_word =
        || NumberTable::SPEC.all().find(|spec| choices_of(spec).iter().any(|choice| choice.word == word));
    if let Some(spec) = NumberTable::SPEC.find(word).or_else(by_word) {
        let of: Vec<&str> = Family::all().filter(|dist| dist.takes(spec.key)).map(Choice::word).collect();
        let of = if of.is_empty() {
            if spec.key == "basis" { "a growth rate" } else { "any number" }.to_owned()
        } else {
            format!("a number with dist {}", of.join(", "))
        };
        let choices = choices_of(spec).iter().map(word_line).collect::<String>();
        let also = spec.also.map_or(String::new(), |also| format!(", also written {also}"));
        let goes_with = goes_with(spec.key);
        return Some(format!(
            "{}: a key of {of}{also}\n\n  {}\n{choices}{goes_with}",
            spec.key,
            spec.meaning()
        ));
    }
    rows.iter().find_map(|row| match row.spec.kind {
        ValueKind::Choice(words) if words.iter().any(|choice| choice.word == word) => Some(explain_row(row)),
        _ => None,
    })
}

/// The word of the format that is most similar to an unknown one.
pub fn nearest_word(word: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    for table in tables(Config::SPEC) {
        words.extend(table.spec.all().map(|spec| spec.key.to_owned()));
        words.push(table.header.trim_matches(|c| c == '[' || c == ']').to_owned());
        words.extend(table.spec.all().flat_map(|spec| match spec.kind {
            ValueKind::Choice(choices) => choices.iter().map(|choice| choice.word.to_owned()).collect(),
            _ => Vec::new(),
        }));
    }
    words.extend(NumberTable::SPEC.all().map(|spec| spec.key.to_owned()));
    words.extend(Family::WORDS.iter().map(|word| word.word.to_owned()));
    nearest(word, words.iter().map(String::as_str)).map(str::to_owned)
}

fn explain_family(dist: Family) -> String {
    let (must, example) = dist.notes();
    let mut out = format!("{}: a family of distributions\n\n  {}\n\n", dist.word(), dist.meaning());
    for key in dist.parameters() {
        let doc = NumberTable::SPEC.find(key).map_or(String::new(), |spec| spec.meaning());
        let may = if dist.optional().contains(&key) { " (may be left out)" } else { "" };
        out.push_str(&format!("  {key:<8} {doc}{may}\n"));
    }
    if dist.forms().len() > 1 {
        out.push_str(&format!("\n  Give one set of them: {}.\n", dist.forms_in_words(str::to_owned)));
    }
    out.push_str(&format!(
        "\n  It must hold: {must}.\n  min and max restrict it to an interval.\n\n    {example}\n"
    ));
    out
}

/// For a parameter of a family that takes one of several sets: what it is given with.
fn goes_with(key: &str) -> String {
    let several = Family::all().filter(|dist| dist.forms().len() > 1);
    let lines = several.filter_map(|dist| {
        let own = dist.forms().iter().any(|form| form.contains(&key));
        let words = || dist.forms_in_words(str::to_owned);
        own.then(|| format!("\n  {} takes one set of parameters: {}.\n", dist.word(), words()))
    });
    lines.collect()
}

fn explain_table(table: &TableSpec) -> String {
    let mut out = format!("{}\n\n  {}\n\n", table.header, table.spec.meaning());
    for row in table.rows() {
        out.push_str(&format!(
            "  {:<32} {} ({})\n",
            row.spec.key,
            row.spec.meaning(),
            row.spec.default_words()
        ));
    }
    out
}

/// The words that a key takes; none if it takes something else.
fn choices_of(spec: &KeySpec) -> &'static [Word] {
    match spec.kind {
        ValueKind::Choice(words) => words,
        _ => &[],
    }
}

/// A word of a choice with its meaning, on a line.
fn word_line(word: &Word) -> String {
    format!("  {:<28}{}\n", format!("\"{}\"", word.word), word.meaning())
}

fn explain_row(row: &Row) -> String {
    let mut out = format!("{}\n\n  {}\n\n", row.pattern, row.spec.meaning());
    if !row.table.is_empty() {
        out.push_str(&format!("  table       {}\n", row.table));
    }
    out.push_str(&format!("  type        {}\n", row.spec.type_word()));
    if !row.spec.unit_words().is_empty() {
        out.push_str(&format!("  unit        {}\n", row.spec.unit_words()));
    }
    if let ValueKind::Choice(words) = row.spec.kind {
        out.extend(words.iter().map(word_line));
    } else if !row.spec.allowed_words().is_empty() {
        out.push_str(&format!("  allowed     {}\n", row.spec.allowed_words()));
    }
    if !row.spec.usual_words().is_empty() {
        out.push_str(&format!("  usual       {}\n", row.spec.usual_words()));
    }
    out.push_str(&format!("  without it  {}\n", row.spec.default_words()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explain_knows_keys_tables_families_and_words() {
        let one = explain_key("segment.business.growth_now").unwrap();
        assert!(one.contains("segment.NAME.growth_now") && one.contains("per_year"), "{one}");
        assert!(!one.contains("microsoft.ai") && one.contains("usual       -1 to 3"), "{one}");
        assert!(explain_key("growth_now").unwrap().contains("microsoft.ai.growth_now"));
        assert!(explain_key("deal").unwrap().contains("cap_usd_bn"));
        assert!(explain_key("[ipo.gate]").unwrap().contains("largest_cloud_share"));
        assert!(explain_key("pert").unwrap().contains("weight"));
        assert!(explain_key("gbm").unwrap().contains("Brownian"));
        assert!(explain_key("shock.leap.loading.equity.multiple").unwrap().contains("loading"));
        assert!(explain_key("p90").unwrap().contains("quantiles"));
        let p05 = explain_key("p05").unwrap();
        assert!(
            p05.contains("also written p5") && p05.contains("p10, p50, p90; or p05, p50, p95; or"),
            "{p05}"
        );
        assert_eq!(explain_key("p5"), Some(p05));
        assert!(explain_key("lognormal").unwrap().contains("one set of them: median, sigma; or mean, sd"));
        assert!(explain_key("annual").unwrap().starts_with("basis: a key of a growth rate"));
        let dialect = explain_key("excel-eu").unwrap();
        assert!(
            dialect.starts_with("dialect: a key of a number with dist empirical")
                && dialect.contains("\"comma\"")
        );
        assert_eq!(explain_key("dialect"), Some(dialect));
        assert_eq!(explain_key("no-such-word"), None);
        assert_eq!(nearest_word("triangle").as_deref(), Some("triangular"));
        assert_eq!(nearest_word("cap_usd").as_deref(), Some("cap_usd_bn"));
    }
}
