//! `[names]`: what the company and its partner are called in results.

use super::place::Located;
use super::section::section;

section! {
    /// What the company and its partner are called in every sentence, label and chart of results.
    PartyNames by Single;
    /// The company that grows, pays the revenue share and may be listed.
    company: Option<Located<String>> = plain().or("\"OpenAI\"");
    /// Its partner, which receives the revenue share, may hold a stake and runs the home cloud.
    partner: Option<Located<String>> = plain().or("\"Microsoft\"");
}
