//! `--with KEY=VALUE…` and `--pair A=B` of `compare`: further scenarios that are changes of the first, and deals side by side.

use clap::{Arg, ArgAction, ArgMatches, Command, FromArgMatches};

/// The sets of changes that are compared with the unchanged scenario, each with its label if it has one.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Changes of each further scenario, as for `--set`.
    pub sets: Vec<Vec<String>>,
    /// Labels of the first of them.
    pub labels: Vec<String>,
}

// By hand, since a derived option forgets which values came together.
impl clap::Args for Changes {
    fn augment_args(command: Command) -> Command {
        let with = Arg::new("with")
            .long("with")
            .value_name("KEY=VALUE")
            .num_args(1..)
            .action(ArgAction::Append)
            .value_parser(change_argument)
            .help("Compare the first scenario with itself under these changes, as for --set; may be repeated")
            .long_help(
                "Compare the first scenario with itself under these changes, as for --set; may be repeated\n\n\
                 Each --with is one more scenario, on the same draws: --with deal.a.cap_usd_bn=60 --with 'deal.a.rate=0.1' 'deal.a.cap_usd_bn=60'",
            );
        let label = Arg::new("with_label")
            .long("with-label")
            .value_name("TEXT")
            .action(ArgAction::Append)
            .value_parser(clap::builder::NonEmptyStringValueParser::new())
            .requires("with")
            .help("Name of the scenario that a --with makes: the first label is that of the first --with");
        command.arg(with).arg(label)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Changes::augment_args(command)
    }
}

impl FromArgMatches for Changes {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Changes, clap::Error> {
        let sets = matches.get_occurrences::<String>("with").into_iter().flatten();
        let labels = matches.get_many::<String>("with_label").into_iter().flatten();
        Ok(Changes {
            sets: sets.map(|set| set.cloned().collect()).collect(),
            labels: labels.cloned().collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Changes::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Changes {
    /// The label of each set: its own, else its changes in few words, else, where two would be the same, in full.
    pub fn labels(&self) -> Vec<String> {
        let short: Vec<String> = self.sets.iter().map(|set| in_few_words(set)).collect();
        let label = |at: usize| match self.labels.get(at) {
            Some(label) => label.clone(),
            None if short.iter().filter(|other| **other == short[at]).count() > 1 => self.sets[at].join(", "),
            None => short[at].clone(),
        };
        (0..self.sets.len()).map(label).collect()
    }
}

/// `cap_usd_bn = 60, rate = 0.1`: the last parts of the keys, with their values.
fn in_few_words(set: &[String]) -> String {
    let words = set.iter().map(|change| {
        let (key, value) = change.split_once('=').unwrap_or((change, ""));
        let key = key.trim();
        format!("{} = {}", key.rsplit('.').next().unwrap_or(key), value.trim())
    });
    words.collect::<Vec<_>>().join(", ")
}

fn change_argument(text: &str) -> Result<String, String> {
    match text.contains('=') {
        true => Ok(text.to_owned()),
        false => Err("it is not of the form KEY=VALUE; scenario files come before --with".to_owned()),
    }
}

/// Parses `--pair`: a deal of the first scenario and the deal of the others that stands beside it.
pub fn pair_argument(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((first, other)) if !first.trim().is_empty() && !other.trim().is_empty() => {
            Ok((first.trim().to_owned(), other.trim().to_owned()))
        }
        _ => Err("write two deals: the first scenario's, an equals sign, that of the others: a=b".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(sets: &[&[&str]], labels: &[&str]) -> Changes {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Changes { sets: sets.iter().map(|set| owned(set)).collect(), labels: owned(labels) }
    }

    #[test]
    fn labels_are_given_short_or_full() {
        let sets: [&[&str]; 3] = [
            &["deal.a.cap_usd_bn=60"],
            &["deal.b.cap_usd_bn=60"],
            &["deal.a.rate=0.1", "deal.a.stake = 0.2"],
        ];
        assert_eq!(
            changes(&sets, &[]).labels(),
            ["deal.a.cap_usd_bn=60", "deal.b.cap_usd_bn=60", "rate = 0.1, stake = 0.2"]
        );
        assert_eq!(changes(&sets[1..], &["cap 60"]).labels(), ["cap 60", "rate = 0.1, stake = 0.2"]);
    }

    #[test]
    fn pairs_have_two_names() {
        assert_eq!(pair_argument("a = b"), Ok(("a".to_owned(), "b".to_owned())));
        for bad in ["a", "=b", "a=", ""] {
            assert!(pair_argument(bad).is_err(), "{bad}");
        }
    }
}
