//! `[[source]]`: publications that numbers are taken from.

use super::date::Date;
use super::place::Located;
use super::section::section;

section! {
    /// Where numbers come from.
    Source by Named("key");
    /// What `source = "…"` names.
    key: Option<Located<String>> = name();
    /// Title, with author or paper.
    title: Option<Located<String>> = required();
    /// Address.
    url: Option<Located<String>> = plain();
    /// Day of publication, or of the state described.
    date: Option<Located<Date>> = plain();
}
