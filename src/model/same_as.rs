//! Resolves `same_as`: which number's draw another number uses.

use std::collections::HashMap;

use crate::config::section::Section;
use crate::config::{Code, Located, Number, NumberContent, Problem, Problems};

/// The key that a number is `same_as`.
pub(super) fn link(number: &Number) -> Option<&Located<String>> {
    match &number.content {
        NumberContent::Table(table) => table.same_as.as_ref(),
        NumberContent::Constant(_) => None,
    }
}

/// The end of each chain of `same_as` that was followed, by the keys on it; `None` if it has none.
pub(super) type Ends<'a> = HashMap<&'a str, Option<&'a str>>;

/// The key of the number whose draw `number` uses, following chains of `same_as`. Fails with the problem, or
/// with `None` if another number of the chain reports it.
pub(super) fn target<'a>(
    number: &'a Number,
    first: &'a Located<String>,
    by_key: &HashMap<&'a str, &'a Number>,
    ends: &mut Ends<'a>,
    problems: &Problems,
) -> Result<&'a str, Option<Box<Problem>>> {
    let mut chain = vec![number.key.as_str()];
    let mut at: HashMap<&str, usize> = HashMap::from([(chain[0], 0)]);
    let mut next = first;
    let end = loop {
        let key = next.value.as_str();
        if let Some(end) = ends.get(key) {
            break end.ok_or(None);
        }
        if let Some(&start) = at.get(key) {
            let mut members = chain[start..].to_vec();
            members.push(key);
            break Err(Some(Box::new(circle(if start == 0 { first } else { next }, &members))));
        }
        let Some(found) = by_key.get(key) else {
            let is_first = chain.len() == 1;
            break Err(is_first.then(|| Box::new(unknown(number, next, by_key, problems))));
        };
        match link(found) {
            Some(further) => {
                at.insert(key, chain.len());
                chain.push(key);
                next = further;
            }
            None => break Ok(key),
        }
    };
    ends.extend(chain.into_iter().map(|key| (key, end.as_ref().ok().copied())));
    end
}

fn circle(link: &Located<String>, members: &[&str]) -> Problem {
    const SHOWN: usize = 20;
    let circle = match members {
        [start @ .., last] if members.len() > SHOWN => {
            format!("{} -> … -> {last}", start[..SHOWN].join(" -> "))
        }
        _ => members.join(" -> "),
    };
    Problem::error(Code::SameAsCycle, link.place, format!("`same_as` goes in a circle: {circle}"))
        .found(link.value.clone())
        .help("give one of them a value or a distribution")
}

fn unknown(
    number: &Number,
    link: &Located<String>,
    by_key: &HashMap<&str, &Number>,
    problems: &Problems,
) -> Problem {
    let key = link.value.as_str();
    let problem = Problem::error(
        Code::UnknownSameAs,
        link.place,
        format!("`{}` is to be the same as `{key}`, which is no number of this scenario", number.key),
    )
    .found(key)
    .allowed("the key of a number that is written in this scenario");
    match problems.nearest(key, by_key.keys().copied().filter(|other| *other != number.key)) {
        Some(near) => problem.help(format!("did you mean `{near}`?")),
        None => problem.help(
            "keys are written in full, entries by their names: deal.NAME.eligible, segment.NAME.growth_now",
        ),
    }
}

/// Reports keys that cannot be combined with `same_as`.
pub(super) fn check_keys(number: &Number, problems: &mut Problems) {
    let NumberContent::Table(table) = &number.content else { return };
    for (name, place) in table.written() {
        if ["same_as", "source", "informed_by", "note"].contains(&name) {
            continue;
        }
        let help = match name {
            "basis" => {
                "take `basis` out: `same_as` takes the rate of the other number as the model uses it; `basis` belongs there"
            }
            _ => {
                "a number that is the same draw as another has no distribution of its own: only `source`, `informed_by` and `note` beside `same_as`"
            }
        };
        problems.push(
            Problem::error(
                Code::KeysExclusive,
                place,
                format!("`{}` has both `same_as` and `{name}`", number.key),
            )
            .help(help),
        );
    }
}
