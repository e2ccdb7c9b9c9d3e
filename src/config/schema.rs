//! Generates the JSON Schema of the scenario format, for editors.

use serde_json::{Value as Json, json};

use super::choice::Choice;
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
        "description": spec.meaning(),
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
        ValueKind::Text => json!({ "type": "string" }),
        ValueKind::Name => json!({ "type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$" }),
        ValueKind::Date => json!({ "type": "string", "format": "date" }),
        ValueKind::Integer => json!({ "type": "integer", "minimum": 0 }),
        ValueKind::Flag => json!({ "type": "boolean" }),
        ValueKind::Choice(words) => json!({ "enum": words.iter().map(|word| word.word).collect::<Vec<_>>() }),
        ValueKind::Real => json!({ "type": "number" }),
        ValueKind::Reals => json!({ "type": "array", "items": { "type": "number" } }),
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
        let equity = &schema["properties"]["discount"]["properties"]["equity"]["description"];
        assert!(equity.as_str().unwrap().contains(" Usual: -0.05 to 1."), "{equity}");
    }
}
