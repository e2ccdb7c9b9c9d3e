//! Generates the JSON Schema of the scenario format, for editors.

use serde_json::{Value as Json, json};

use super::choice::Choice;
use super::extend::EXTENDS;
use super::family::Family;
use super::number::NumberTable;
use super::scenario::Config;
use super::section::Section;
use super::spec::{KeySpec, Presence, SectionSpec, ValueKind};
use super::unit::Domain;

/// The JSON Schema (2020-12) of the format. It cannot express conditions across keys; `capstake check` tests
/// those.
pub fn json_schema() -> Json {
    let mut root = section_schema(Config::SPEC);
    // What a scenario must have, one that extends another may leave to that other.
    root["anyOf"] = json!([{ "required": [EXTENDS] }, requirements(Config::SPEC)]);
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

/// The parameters that a family requires: one of its forms, each parameter in one of its spellings.
fn required_sets(dist: Family) -> Json {
    let spelt = |key: &'static str| {
        let also = NumberTable::SPEC.find(key).and_then(|spec| spec.also);
        std::iter::once(key).chain(also).map(|key| json!({ "required": [key] })).collect::<Vec<_>>()
    };
    let set = |form: &&[&'static str]| {
        let (two, one): (Vec<_>, Vec<_>) = form.iter().copied().partition(|key| spelt(key).len() > 1);
        let mut schema = json!({ "required": one });
        if let [key] = two[..] {
            schema["oneOf"] = Json::Array(spelt(key));
        }
        schema
    };
    match dist.forms() {
        [form] => set(form),
        forms => json!({ "oneOf": forms.iter().map(set).collect::<Vec<_>>() }),
    }
}

fn section_schema(spec: &'static SectionSpec) -> Json {
    let properties: serde_json::Map<String, Json> = spec.all().flat_map(spellings).collect();
    json!({
        "type": "object",
        "description": spec.meaning(),
        "properties": properties,
        "additionalProperties": false,
    })
}

/// The keys that a table and the tables in it must have.
fn requirements(spec: &'static SectionSpec) -> Json {
    let required: Vec<&str> =
        spec.all().filter(|row| row.presence == Presence::Required).map(|row| row.key).collect();
    let mut below = serde_json::Map::new();
    for row in spec.all() {
        match row.kind {
            ValueKind::Table(inner) => below.insert(row.key.to_owned(), requirements(inner)),
            ValueKind::List(inner) => {
                below.insert(row.key.to_owned(), json!({ "items": requirements(inner) }))
            }
            _ => None,
        };
    }
    json!({ "required": required, "properties": below })
}

/// The schema of a key, under each of its spellings.
fn spellings(row: &'static KeySpec) -> impl Iterator<Item = (String, Json)> {
    std::iter::once(row.key).chain(row.also).map(move |key| (key.to_owned(), key_schema(row)))
}

fn key_schema(row: &'static KeySpec) -> Json {
    let mut schema = match row.kind {
        ValueKind::Text => json!({ "type": "string" }),
        ValueKind::Name => json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$" }),
        ValueKind::Date => json!({ "type": "string", "format": "date" }),
        ValueKind::Integer => json!({ "type": "integer", "minimum": 0 }),
        ValueKind::Flag => json!({ "type": "boolean" }),
        ValueKind::Choice(words) => json!({ "enum": words.iter().map(|word| word.word).collect::<Vec<_>>() }),
        ValueKind::Real => json!({ "type": "number" }),
        ValueKind::Reals => json!({ "type": "array", "items": { "type": "number" } }),
        ValueKind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        ValueKind::Pair => {
            json!({ "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 })
        }
        ValueKind::Number => number_schema(row.domain),
        ValueKind::Steps(inner) => json!({
            "anyOf": [
                constant_schema(row.domain),
                { "$ref": "#/$defs/number_table" },
                { "type": "array", "items": section_schema(inner) },
            ]
        }),
        ValueKind::Loadings => json!({ "type": "object", "additionalProperties": number_schema(row.domain) }),
        ValueKind::Years => json!({
            "type": "object",
            "patternProperties": { "^[0-9]{4}$": number_schema(row.domain) },
            "additionalProperties": false,
        }),
        ValueKind::Table(inner) => section_schema(inner),
        ValueKind::List(inner) => json!({ "type": "array", "items": section_schema(inner) }),
    };
    let mut description = row.meaning();
    if let Some(unit) = row.unit {
        description.push_str(&format!(" Unit: {unit}."));
    }
    if let Some(usual) = row.usual {
        description.push_str(&format!(" Usual: {}.", usual.words()));
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
    let families: Vec<Json> = Family::all()
        .map(|dist| {
            json!({
                "if": { "properties": { "dist": { "const": dist.word() } }, "required": ["dist"] },
                "then": required_sets(dist),
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
    fn the_schema_describes_every_key_and_refuses_others() {
        let schema = json_schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        let [extends, whole] = [&schema["anyOf"][0], &schema["anyOf"][1]];
        assert_eq!(extends["required"], json!(["extends"]));
        assert_eq!(whole["required"], json!(["timeline", "segment", "deal"]));
        assert_eq!(whole["properties"]["segment"]["items"]["required"], json!(["name", "process"]));
        let deal = &schema["properties"]["deal"]["items"];
        assert_eq!(deal["properties"]["stake"]["anyOf"][0]["maximum"], 1.0);
        assert!(deal["properties"]["rate"]["anyOf"][2]["items"]["properties"]["from"].is_object());
        let number = &schema["$defs"]["number_table"];
        assert_eq!(number["allOf"].as_array().unwrap().len(), Family::WORDS.len());
        // One set of parameters of each family, with a key under either of its spellings.
        let of = |word: &str| {
            let all = number["allOf"].as_array().unwrap();
            all.iter().find(|family| family["if"]["properties"]["dist"]["const"] == word).unwrap()["then"]
                .clone()
        };
        assert_eq!(of("normal"), json!({ "required": ["mean", "sd"] }));
        assert_eq!(of("lognormal")["oneOf"][1], json!({ "required": ["mean", "sd"] }));
        let p05 = &of("quantiles")["oneOf"][1];
        assert_eq!(p05["required"], json!(["p50", "p95"]));
        assert_eq!(p05["oneOf"], json!([{ "required": ["p05"] }, { "required": ["p5"] }]));
        assert!(number["properties"]["p5"].is_object());
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
        let equity = &schema["properties"]["discount"]["properties"]["equity"]["description"];
        assert!(equity.as_str().unwrap().contains(" Usual: -0.05 to 1."), "{equity}");
    }
}
