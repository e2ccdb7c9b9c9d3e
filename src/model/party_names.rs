//! What the company and its partner are called: judged once, then put into the texts of results.

use crate::config::obeyed::is_obeyed;
use crate::config::{self, Code, Config, Located, Place, Problem};

/// Largest number of characters of a name.
const LONGEST: usize = 40;
/// What a name may be, in words.
const FORM: &str = "1 to 40 characters on one line, a letter or digit among them, no control characters, no spaces at its ends";

/// The names of the company and its partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyNames {
    /// The company, which grows and pays the revenue share.
    pub company: String,
    /// Its partner, which receives the revenue share.
    pub partner: String,
}

impl Default for PartyNames {
    fn default() -> PartyNames {
        PartyNames { company: "OpenAI".to_owned(), partner: "Microsoft".to_owned() }
    }
}

impl PartyNames {
    /// The names that a scenario gives, with a default for each that it leaves out, and what is wrong with them.
    pub fn of(config: &Config) -> (PartyNames, Vec<Problem>) {
        let mut names = PartyNames::default();
        let mut problems = Vec::new();
        let Some(table) = &config.names else { return (names, problems) };
        let parties = [
            ("company", &table.company, &mut names.company),
            ("partner", &table.partner, &mut names.partner),
        ];
        for (key, written, name) in parties {
            let Some(written) = written else { continue };
            problems.extend(fault(&written.value).map(|what| unusable(key, written, &what)));
            name.clone_from(&written.value);
        }
        if problems.is_empty() && names.company == names.partner {
            problems.push(same(table, &names.company));
        }
        (names, problems)
    }

    /// One of the program's own texts with the names in it, which stand there as `{company}` and `{partner}`, or `{company's}`,
    /// `{partner's}` and the like with the apostrophe ’ that pages have.
    ///
    /// The possessive of a name that ends in s is an apostrophe alone: `Atlas'`, `OpenAI's`.
    pub fn tell(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 16);
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (word, behind) = after.split_once('}').unwrap_or((after, ""));
            let party = word.strip_suffix('s').unwrap_or(word).trim_end_matches(['\'', '’']);
            let name = if party == "company" { &self.company } else { &self.partner };
            debug_assert!(matches!(party, "company" | "partner"), "{text}");
            out.push_str(name);
            if let Some(ending) = word.strip_prefix(party) {
                out.push_str(if name.ends_with(['s', 'S']) { ending.trim_end_matches('s') } else { ending });
            }
            rest = behind;
        }
        out + rest
    }
}

/// Why a text cannot be a name.
fn fault(name: &str) -> Option<String> {
    let length = name.chars().count();
    if name.trim().is_empty() {
        Some("is empty".to_owned())
    } else if name.chars().any(is_obeyed) {
        Some("has a line break, a mark of writing direction or another control character in it".to_owned())
    } else if !name.chars().any(char::is_alphanumeric) {
        Some("has no letter and no digit in it".to_owned())
    } else if name.trim() != name {
        Some("begins or ends with a space".to_owned())
    } else {
        (length > LONGEST).then(|| format!("has {length} characters, more than {LONGEST}"))
    }
}

fn unusable(key: &str, written: &Located<String>, what: &str) -> Problem {
    let shorter = shortened(&written.value);
    let help = match fault(&shorter) {
        None => format!("write a name like this: {key} = {shorter:?}"),
        Some(_) => {
            format!("write the name that readers know the {key} by, for example {key} = \"Acme Robotics\"")
        }
    };
    Problem::error(Code::PartyName, written.place, format!("`names.{key}` {what}"))
        .found(format!("{:?}", written.value))
        .allowed(FORM)
        .help(help)
}

/// The words of a text that fit into a name, on one line.
fn shortened(text: &str) -> String {
    let text: String = text.chars().filter(|c| c.is_whitespace() || !is_obeyed(*c)).collect();
    let mut name = String::new();
    for word in text.split_whitespace() {
        let gap = usize::from(!name.is_empty());
        if name.chars().count() + gap + word.chars().count() > LONGEST {
            break;
        }
        name.extend(std::iter::repeat_n(' ', gap));
        name.push_str(word);
    }
    name
}

/// Company and partner have one name.
fn same(table: &config::PartyNames, name: &str) -> Problem {
    let place = |written: &Option<Located<String>>| written.as_ref().map(|name| name.place);
    let (company, partner) = (place(&table.company), place(&table.partner));
    let problem = |place: Option<Place>| {
        let message = format!("company and partner are both called {name:?}");
        Problem::error(Code::PartyName, place.unwrap_or(table.place), message).allowed("two different names")
    };
    match (company, partner) {
        (Some(company), Some(_)) => {
            problem(partner).also(company, "the company").help("give one of them another name")
        }
        (Some(_), None) => problem(company)
            .found(format!("no `partner`, which is {name:?} unless it is written"))
            .help("add the partner's name to [names], for example partner = \"Acme Robotics\""),
        _ => problem(partner)
            .found(format!("no `company`, which is {name:?} unless it is written"))
            .help("add the company's name to [names], for example company = \"Acme Robotics\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(company: &str, partner: &str) -> PartyNames {
        PartyNames { company: company.to_owned(), partner: partner.to_owned() }
    }

    #[test]
    fn texts_have_the_names_in_them() {
        let text = "{partner’s} part of {company's} sales: {partner} and {company}.";
        assert_eq!(
            PartyNames::default().tell(text),
            "Microsoft’s part of OpenAI's sales: Microsoft and OpenAI."
        );
        assert_eq!(called("Atlas", "AWS").tell(text), "AWS’ part of Atlas' sales: AWS and Atlas.");
        // What a name holds is no text of the program.
        assert_eq!(called("{partner}", "{").tell("{company} pays {partner}"), "{partner} pays {");
        assert_eq!(called("a", "b").tell("no names"), "no names");
    }

    #[test]
    fn a_name_is_a_short_line_with_a_letter_or_digit() {
        for fine in ["OpenAI", "=1+1", "<b>", "3M", "Jungheinrich & Söhne", "東京電機", &"x".repeat(40)]
        {
            assert_eq!(fault(fine), None, "{fine:?}");
        }
        let far = "x".repeat(41);
        for bad in [
            "",
            "  ",
            "\u{3000}",
            "a\nb",
            "a\u{1b}[31m",
            "a\u{2028}b",
            "\u{202e}Atlas",
            "Atlas\u{200f}",
            "…",
            " Atlas",
            "Atlas ",
            &far,
        ] {
            assert!(fault(bad).is_some(), "{bad:?}");
        }
        assert_eq!(shortened(" \u{202e}Atlas\n\tRobotics "), "Atlas Robotics");
        let long = "Atlas Robotics and Automation of North America";
        assert_eq!(shortened(long), "Atlas Robotics and Automation of North");
    }
}
