//! The catalogue of every key: reference page, JSON Schema, `explain`, and where a key belongs.

use serde_json::{Value as Json, json};

use super::Config;
use super::leaf::Choice;
use super::number::{Family, NumberTable};
use super::section::{EntryKey, KeySpec, Kind, Presence, Section, SectionSpec, join};
use super::spelling::nearest;
use super::unit::Domain;

/// A key of the format.
#[derive(Clone, Debug)]
pub struct Row {
    /// The full key, with NAME, DATE, YEAR and N for the names of entries: `segment.NAME.growth_now`.
    pub pattern: String,
    /// The table it stands in, as written: `[[segment]]`; empty at the top of the file.
    pub table: String,
    /// Kind, unit, domain, default and meaning.
    pub spec: &'static KeySpec,
}

impl Row {
    /// The meaning as running text.
    pub fn meaning(&self) -> String {
        running(self.spec.doc)
    }

    /// What holds without the key, in words.
    pub fn default_words(&self) -> String {
        match self.spec.presence {
            Presence::Required => "required".to_owned(),
            Presence::RequiredIf(condition) => format!("required: {condition}"),
            Presence::Default(default) => default.to_owned(),
            Presence::Absent => "absent".to_owned(),
        }
    }

    /// The unit of a number that has one.
    pub fn unit_words(&self) -> &'static str {
        self.spec.unit.map_or("", |unit| unit.name())
    }
}

/// A table of the format with its rows.
struct Table {
    /// `segment.NAME`.
    pattern: String,
    /// `[[segment]]`.
    header: String,
    spec: &'static SectionSpec,
}

/// Every key, in the order of the reference.
pub fn catalogue() -> Vec<Row> {
    tables().iter().flat_map(rows_of).collect()
}

fn rows_of(table: &Table) -> Vec<Row> {
    table
        .spec
        .all()
        .map(|spec| Row { pattern: pattern_of(&table.pattern, spec), table: table.header.clone(), spec })
        .collect()
}

/// The pattern of a key; the numbers in maps go by the names in them.
fn pattern_of(table: &str, spec: &KeySpec) -> String {
    let pattern = join(table, spec.key);
    match spec.kind {
        Kind::Loadings => join(&pattern, "NAME"),
        Kind::Years => join(&pattern, "YEAR"),
        _ => pattern,
    }
}

fn tables() -> Vec<Table> {
    let mut tables = vec![Table { pattern: String::new(), header: String::new(), spec: Config::SPEC }];
    add_tables(&mut tables, Config::SPEC, "", "");
    tables
}

/// The tables below a section, each before its own.
fn add_tables(tables: &mut Vec<Table>, spec: &'static SectionSpec, pattern: &str, path: &str) {
    for key in spec.all() {
        let (inner, list) = match key.kind {
            Kind::Table(inner) => (inner, false),
            Kind::List(inner) | Kind::Steps(inner) => (inner, true),
            _ => continue,
        };
        let path = join(path, key.key);
        let entry = match inner.entry_key {
            EntryKey::Single => "",
            EntryKey::Named(_) | EntryKey::NamedOrDated(..) => "NAME",
            EntryKey::Dated(_) => "DATE",
            EntryKey::Numbered => "N",
        };
        let below = join(pattern, key.key);
        let below = if list && !entry.is_empty() { join(&below, entry) } else { below };
        let header = if list { format!("[[{path}]]") } else { format!("[{path}]") };
        tables.push(Table { pattern: below.clone(), header, spec: inner });
        add_tables(tables, inner, &below, &path);
    }
}

/// The tables that have a key of this name, as written in the scenario: `[[deal]]`, `[costs]`.
pub(crate) fn tables_with(key: &str) -> Vec<String> {
    tables()
        .into_iter()
        .filter(|table| !table.header.is_empty() && table.spec.find(key).is_some())
        .map(|table| table.header)
        .collect()
}

/// The name that stands in the brackets of the table at `path`: its key without the names of entries.
pub(crate) fn header(path: &str) -> String {
    let pattern =
        catalogue().into_iter().map(|row| row.pattern).find(|pattern| matches_pattern(pattern, path));
    let pattern = pattern.unwrap_or_else(|| path.to_owned());
    let parts = pattern.split('.').filter(|part| !["NAME", "DATE", "YEAR", "N"].contains(part));
    parts.collect::<Vec<_>>().join(".")
}

/// The lines of a doc comment as one.
fn running(doc: &str) -> String {
    doc.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

// ---- the reference page

const REFERENCE_HEAD: &str = "\
# Scenarios

| file | what it is |
|---|---|
| `minimal.toml` | the smallest scenario that runs: one business, one deal |
| `base.toml` | OpenAI and Microsoft after the agreement of April 2026, beside the agreement of October 2025 |
| `company-plan.toml` | the company's own plan taken as certain: the deal's arithmetic against the press |
| `capped-share.toml` | a capped share of geometric Brownian revenue, whose value is known |
| `schwartz-moon-2000.toml` | Amazon at the end of 1999, the case of the paper behind the growth model |

Run one with `capstake run configs/base.toml`, change a key for one run with `--set deal.amended-2026.cap_usd_bn=60`, start
your own with `capstake init`.

# Reference of the format

This page is generated from the declarations in `src/config`; a test keeps it true.

A scenario is TOML. Money is in billions of US dollars, time in years from the valuation date unless a key says months, rates
and growth per year (growth is continuous, discount rates are annual-effective), shares are fractions of 1. End dates are
included. Keys that are not listed here are errors.

The first column below is the key in its table. Its full key, for `--set`, `same_as`, correlations and `inputs.csv`, has the
table before it, and entries of lists by name (`segment.business.growth_now`), those without a name by date
(`history.period.2026-01-01.fcf_usd_bn`), correlations by position from 1.

";

const NUMBER_HEAD: &str = "\
## Numbers

Where the type is *number*, the value may be uncertain. It is a plain number, or a table with `value`, or with `dist` and the
parameters of that family, or with `same_as = \"KEY\"` (the same draw as another number). Each table may have `source` (the
`key` of a `[[source]]`), `note`, and `min` and `max`, which condition the law on an interval. `inf` is a half-life without
end.

";

/// The reference page of the format, `configs/README.md`.
pub fn reference_markdown() -> String {
    let mut out = REFERENCE_HEAD.to_owned();
    out.push_str(NUMBER_HEAD);
    out.push_str("| `dist` | parameters | what it is | what must hold |\n|---|---|---|---|\n");
    for dist in families() {
        out.push_str(&format!(
            "| `{}` | {} | {} | {} |\n",
            dist.word(),
            parameters(dist),
            family_doc(dist),
            dist.notes().0
        ));
    }
    for table in tables() {
        let title = if table.header.is_empty() { "Top of the file" } else { &table.header };
        out.push_str(&format!("\n## {}\n\n{}\n\n", title.replace('[', "\\["), running(table.spec.doc)));
        out.push_str("| key | type | unit | allowed | without it | meaning |\n|---|---|---|---|---|---|\n");
        for row in rows_of(&table) {
            out.push_str(&format!(
                "| `{}` | {} | {} | {} | {} | {} |\n",
                row.spec.key,
                type_word(&row.spec.kind),
                row.unit_words(),
                allowed(row.spec),
                row.default_words(),
                row.meaning()
            ));
        }
    }
    out
}

/// The type of a key in one or two words.
fn type_word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Name => "name",
        Kind::Date => "date",
        Kind::Integer => "whole number",
        Kind::Flag => "flag",
        Kind::Choice(_) => "word",
        Kind::Number => "number",
        Kind::Real => "plain number",
        Kind::Reals => "list of plain numbers",
        Kind::Steps(_) => "number, or list of steps",
        Kind::Loadings => "numbers by name",
        Kind::Years => "numbers by year",
        Kind::Pair => "two texts",
        Kind::Table(_) => "table",
        Kind::List(_) => "list of tables",
    }
}

/// What a key takes, in words.
fn allowed(spec: &KeySpec) -> String {
    match spec.kind {
        Kind::Choice(words) => {
            words.iter().map(|word| format!("\"{}\"", word.word)).collect::<Vec<_>>().join(", ")
        }
        Kind::Number | Kind::Steps(_) | Kind::Loadings | Kind::Years => spec.domain.words().to_owned(),
        Kind::Flag => "true, false".to_owned(),
        _ => String::new(),
    }
}

fn families() -> impl Iterator<Item = Family> {
    Family::WORDS.iter().filter_map(|word| Family::from_word(word.word))
}

fn family_doc(dist: Family) -> String {
    let word = Family::WORDS.iter().find(|word| word.word == dist.word());
    word.map_or(String::new(), |word| running(word.doc))
}

/// `low`, `high`, (`weight`).
fn parameters(dist: Family) -> String {
    let required = dist.required().iter().map(|key| format!("`{key}`"));
    let optional = dist.optional().iter().map(|key| format!("(`{key}`)"));
    required.chain(optional).collect::<Vec<_>>().join(", ")
}

// ---- explain

/// The long text of a key (full, as a pattern, or its last part), a table, a family of distributions or a word that some key
/// takes. Nothing where the format has no such word.
pub fn explain_key(word: &str) -> Option<String> {
    let word = word.trim();
    if let Some(dist) = Family::from_word(word) {
        return Some(explain_family(dist));
    }
    let tables = tables();
    let bare = word.trim_matches(|c| c == '[' || c == ']');
    if let Some(table) = tables
        .iter()
        .find(|table| !table.header.is_empty() && table.header.trim_matches(|c| c == '[' || c == ']') == bare)
    {
        return Some(explain_table(table));
    }
    let rows: Vec<Row> = tables.iter().flat_map(rows_of).collect();
    let by_pattern: Vec<&Row> = rows.iter().filter(|row| matches_pattern(&row.pattern, word)).collect();
    let found = if by_pattern.is_empty() {
        rows.iter().filter(|row| row.spec.key == word).collect()
    } else {
        by_pattern
    };
    if !found.is_empty() {
        return Some(found.into_iter().map(explain_row).collect::<Vec<_>>().join("\n"));
    }
    if let Some(spec) = NumberTable::SPEC.find(word) {
        let of: Vec<&str> = families()
            .filter(|dist| dist.required().contains(&word) || dist.optional().contains(&word))
            .map(Choice::word)
            .collect();
        let of = if of.is_empty() {
            "any number".to_owned()
        } else {
            format!("a number with dist {}", of.join(", "))
        };
        return Some(format!("{word}: a key of {of}\n\n  {}\n", running(spec.doc)));
    }
    rows.iter().find_map(|row| match row.spec.kind {
        Kind::Choice(words) if words.iter().any(|choice| choice.word == word) => Some(explain_row(row)),
        _ => None,
    })
}

/// The word of the format nearest to one that it does not have.
pub fn nearest_word(word: &str) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    for table in tables() {
        words.extend(table.spec.all().map(|spec| spec.key.to_owned()));
        words.push(table.header.trim_matches(|c| c == '[' || c == ']').to_owned());
        words.extend(table.spec.all().flat_map(|spec| match spec.kind {
            Kind::Choice(choices) => choices.iter().map(|choice| choice.word.to_owned()).collect(),
            _ => Vec::new(),
        }));
    }
    words.extend(NumberTable::SPEC.all().map(|spec| spec.key.to_owned()));
    words.extend(Family::WORDS.iter().map(|word| word.word.to_owned()));
    nearest(word, words.iter().map(String::as_str)).map(str::to_owned)
}

/// Whether `key` is a key of the pattern: `segment.business.growth_now` is one of `segment.NAME.growth_now`.
fn matches_pattern(pattern: &str, key: &str) -> bool {
    if pattern == key {
        return true;
    }
    let (mut parts, mut given) = (pattern.split('.').peekable(), key.split('.').peekable());
    while let Some(part) = parts.next() {
        let Some(text) = given.next() else { return false };
        let fits = match part {
            "NAME" if parts.peek().is_none() && text == "equity" => {
                // The only name with a point in it.
                return given.eq(["multiple"]) || key.ends_with(".equity");
            }
            "NAME" => !text.is_empty(),
            "DATE" => super::leaf::Date::parse(text).is_some(),
            "YEAR" => text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()),
            "N" => text.parse::<usize>().is_ok(),
            _ => text == part,
        };
        if !fits {
            return false;
        }
    }
    given.next().is_none()
}

fn explain_family(dist: Family) -> String {
    let (must, example) = dist.notes();
    let mut out = format!("{}: a family of distributions\n\n  {}\n\n", dist.word(), family_doc(dist));
    for key in dist.required().iter().chain(dist.optional()) {
        let doc = NumberTable::SPEC.find(key).map_or(String::new(), |spec| running(spec.doc));
        let may = if dist.optional().contains(key) { " (may be left out)" } else { "" };
        out.push_str(&format!("  {key:<8} {doc}{may}\n"));
    }
    out.push_str(&format!(
        "\n  It must hold: {must}.\n  min and max condition it on an interval.\n\n    {example}\n"
    ));
    out
}

fn explain_table(table: &Table) -> String {
    let mut out = format!("{}\n\n  {}\n\n", table.header, running(table.spec.doc));
    for row in rows_of(table) {
        out.push_str(&format!("  {:<32} {} ({})\n", row.spec.key, row.meaning(), row.default_words()));
    }
    out
}

fn explain_row(row: &Row) -> String {
    let mut out = format!("{}\n\n  {}\n\n", row.pattern, row.meaning());
    if !row.table.is_empty() {
        out.push_str(&format!("  table       {}\n", row.table));
    }
    out.push_str(&format!("  type        {}\n", type_word(&row.spec.kind)));
    if !row.unit_words().is_empty() {
        out.push_str(&format!("  unit        {}\n", row.unit_words()));
    }
    if let Kind::Choice(words) = row.spec.kind {
        for word in words {
            out.push_str(&format!("  {:<28}{}\n", format!("\"{}\"", word.word), running(word.doc)));
        }
    } else if !allowed(row.spec).is_empty() {
        out.push_str(&format!("  allowed     {}\n", allowed(row.spec)));
    }
    out.push_str(&format!("  without it  {}\n", row.default_words()));
    out
}

// ---- JSON Schema

/// The JSON Schema (2020-12) of the format. Conditions across keys are the program's own to judge: `capstake check`.
pub fn json_schema() -> Json {
    let mut root = section_schema(Config::SPEC);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "capstake scenario",
    });
    if let (Json::Object(root), Json::Object(mut head)) = (&mut root, head) {
        head.append(root);
        head.insert("$defs".to_owned(), json!({ "number_table": number_table_schema() }));
        return Json::Object(head);
    }
    root
}

fn section_schema(spec: &'static SectionSpec) -> Json {
    let properties: serde_json::Map<String, Json> =
        spec.all().map(|row| (row.key.to_owned(), key_schema(row))).collect();
    let required: Vec<&str> =
        spec.all().filter(|row| row.presence == Presence::Required).map(|row| row.key).collect();
    let mut schema = json!({
        "type": "object",
        "description": running(spec.doc),
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn key_schema(row: &'static KeySpec) -> Json {
    let mut schema = match row.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Name => json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Integer => json!({ "type": "integer", "minimum": 0 }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Choice(words) => json!({ "enum": words.iter().map(|word| word.word).collect::<Vec<_>>() }),
        Kind::Real => json!({ "type": "number" }),
        Kind::Reals => json!({ "type": "array", "items": { "type": "number" } }),
        Kind::Pair => {
            json!({ "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 })
        }
        Kind::Number => number_schema(row.domain),
        Kind::Steps(inner) => json!({
            "anyOf": [
                constant_schema(row.domain),
                { "$ref": "#/$defs/number_table" },
                { "type": "array", "items": section_schema(inner) },
            ]
        }),
        Kind::Loadings => json!({ "type": "object", "additionalProperties": number_schema(row.domain) }),
        Kind::Years => json!({
            "type": "object",
            "patternProperties": { "^[0-9]{4}$": number_schema(row.domain) },
            "additionalProperties": false,
        }),
        Kind::Table(inner) => section_schema(inner),
        Kind::List(inner) => json!({ "type": "array", "items": section_schema(inner) }),
    };
    let mut description = running(row.doc);
    if let Some(unit) = row.unit {
        description.push_str(&format!(" Unit: {unit}."));
    }
    match row.presence {
        Presence::Default(default) => description.push_str(&format!(" Without it: {default}.")),
        Presence::RequiredIf(condition) => description.push_str(&format!(" Required: {condition}.")),
        Presence::Required | Presence::Absent => {}
    }
    schema["description"] = Json::String(description);
    schema
}

fn number_schema(domain: Domain) -> Json {
    json!({ "anyOf": [constant_schema(domain), { "$ref": "#/$defs/number_table" }] })
}

fn constant_schema(domain: Domain) -> Json {
    let mut schema = json!({ "type": "number" });
    let (low, high) = domain.bounds();
    if low.is_finite() {
        let key = if domain.low_is_open() { "exclusiveMinimum" } else { "minimum" };
        schema[key] = json!(low);
    }
    if high.is_finite() {
        schema["maximum"] = json!(high);
    }
    schema
}

fn number_table_schema() -> Json {
    let mut schema = section_schema(NumberTable::SPEC);
    schema["anyOf"] =
        json!([{ "required": ["value"] }, { "required": ["dist"] }, { "required": ["same_as"] }]);
    let families: Vec<Json> = families()
        .map(|dist| {
            json!({
                "if": { "properties": { "dist": { "const": dist.word() } }, "required": ["dist"] },
                "then": { "required": dist.required() },
            })
        })
        .collect();
    schema["allOf"] = Json::Array(families);
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_page_is_the_generated_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/configs/README.md");
        let page = reference_markdown();
        if std::env::var_os("CAPSTAKE_WRITE_REFERENCE").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(stored == page, "configs/README.md is stale: run the tests with CAPSTAKE_WRITE_REFERENCE=1");
    }

    #[test]
    fn every_key_is_in_the_catalogue_once_with_a_meaning() {
        let rows = catalogue();
        assert!(rows.len() > 150, "{}", rows.len());
        let mut patterns: Vec<&str> = rows.iter().map(|row| row.pattern.as_str()).collect();
        patterns.sort_unstable();
        patterns.dedup();
        assert_eq!(patterns.len(), rows.len());
        for row in &rows {
            assert!(row.meaning().ends_with('.') && row.meaning().len() >= 8, "{}", row.pattern);
            let number =
                matches!(row.spec.kind, Kind::Number | Kind::Steps(_) | Kind::Loadings | Kind::Years);
            assert_eq!(row.spec.unit.is_some(), number, "{}", row.pattern);
        }
        for pattern in [
            "segment.NAME.growth_now",
            "segment.NAME.plan.DATE.rate_usd_bn",
            "segment.NAME.annual_totals.YEAR",
            "deal.NAME.rate.DATE.rate",
            "history.period.DATE.fcf_usd_bn",
            "shock.NAME.loading.NAME",
            "microsoft.ai.growth_now",
            "ipo.gate.growth",
            "correlation.N.value",
            "cash.yield",
        ] {
            assert!(patterns.binary_search(&pattern).is_ok(), "{pattern}");
        }
    }

    #[test]
    fn explain_knows_keys_tables_families_and_words() {
        let one = explain_key("segment.business.growth_now").unwrap();
        assert!(one.contains("segment.NAME.growth_now") && one.contains("per_year"), "{one}");
        assert!(!one.contains("microsoft.ai"));
        assert!(explain_key("growth_now").unwrap().contains("microsoft.ai.growth_now"));
        assert!(explain_key("deal").unwrap().contains("cap_usd_bn"));
        assert!(explain_key("[ipo.gate]").unwrap().contains("largest_cloud_share"));
        assert!(explain_key("pert").unwrap().contains("weight"));
        assert!(explain_key("gbm").unwrap().contains("Brownian"));
        assert!(explain_key("shock.leap.loading.equity.multiple").unwrap().contains("loading"));
        assert!(explain_key("p90").unwrap().contains("quantiles"));
        assert_eq!(explain_key("no-such-word"), None);
        assert_eq!(nearest_word("triangle").as_deref(), Some("triangular"));
        assert_eq!(nearest_word("cap_usd").as_deref(), Some("cap_usd_bn"));
    }

    #[test]
    fn the_schema_describes_every_key_and_refuses_others() {
        let schema = json_schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["required"], json!(["timeline", "segment", "deal"]));
        let deal = &schema["properties"]["deal"]["items"];
        assert_eq!(deal["properties"]["stake"]["anyOf"][0]["maximum"], 1.0);
        assert!(deal["properties"]["rate"]["anyOf"][2]["items"]["properties"]["from"].is_object());
        let number = &schema["$defs"]["number_table"];
        assert_eq!(number["allOf"].as_array().unwrap().len(), Family::WORDS.len());
        fn described(section: &Json) {
            for (key, schema) in section["properties"].as_object().unwrap() {
                assert!(schema["description"].as_str().is_some_and(|text| text.len() >= 8), "{key}");
                for inner in [schema, &schema["items"]] {
                    if inner["properties"].is_object() {
                        described(inner);
                    }
                }
            }
        }
        described(&schema);
    }

    #[test]
    fn every_parameter_of_a_family_is_a_key_of_the_number_table() {
        for dist in families() {
            for key in dist.required().iter().chain(dist.optional()) {
                assert!(NumberTable::SPEC.find(key).is_some(), "{key}");
            }
            let (_, result) =
                super::super::parse("x", &format!("[discount]\nshare = {}", dist.notes().1), &[]);
            assert!(result.is_ok(), "{}", dist.word());
        }
    }
}
