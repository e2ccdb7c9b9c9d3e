//! `[[source]]`: where numbers come from.

use super::leaf::{Date, Leaf};
use super::noun::noun;

noun! {
    /// Where numbers come from.
    Source by Named("key");
    /// What `source = "…"` names.
    key: Option<Leaf<String>> = name();
    /// Title, with author or paper.
    title: Option<Leaf<String>> = required();
    /// Address.
    url: Option<Leaf<String>> = plain();
    /// Day of publication, or of the state described.
    date: Option<Leaf<Date>> = plain();
}
