//! The publications that numbers are taken from.

use crate::config::{self, Config};

use super::table::{Table, entry_path};
use super::validator::Validator;

/// A publication that numbers are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Key by which numbers refer to it.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its web address; empty if there is none.
    pub url: String,
    /// Its date in ISO format; empty if there is none.
    pub date: String,
}

/// Validates `[[source]]`.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Vec<Source> {
    let keys =
        validator.names("source", "key", config.source.iter().map(|source| (&source.key, source.place)));
    let text = |written: &Option<config::Located<String>>| {
        written.as_ref().map_or(String::new(), |located| located.value.clone())
    };
    let mut sources = Vec::new();
    for (source, key) in config.source.iter().zip(keys) {
        let table = Table::new::<config::Source>(entry_path("source", &key), source.place);
        if source.title.is_none() {
            validator.missing(&table, "title");
        }
        sources.push(Source {
            key,
            title: text(&source.title),
            url: text(&source.url),
            date: source.date.as_ref().map_or(String::new(), |date| date.value.to_string()),
        });
    }
    sources
}
