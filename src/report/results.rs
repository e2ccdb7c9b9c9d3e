//! A finished run for readers: facts from the manifest and all tables, from the run itself or read from its
//! folder.

use super::digits::thousands;
use super::tables::Tables;
use crate::config::Date;
use crate::model::PartyNames;

/// The results from which workbook and page are made; equal whether taken from the run or read from its
/// folder.
#[derive(Clone, Debug)]
pub struct Results {
    /// Facts about a run and the program that made it.
    pub facts: Facts,
    /// All tables.
    pub tables: Tables,
}

/// Facts about a run and the program that made it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Name of the scenario.
    pub scenario: String,
    /// What the company and its partner are called.
    pub names: PartyNames,
    /// The file as named on the command line.
    pub file: String,
    /// Further scenario files of a study with several, as named.
    pub further_files: Vec<String>,
    /// The command with the arguments that define its question: `run`; `sweep`, `--vary`, …
    pub command: Vec<String>,
    /// The `--set` flags, as given.
    pub overrides: Vec<String>,
    /// The scenario after overrides, as TOML that can be run.
    pub resolved: String,
    /// The text of its file, with comments, if it extends no other.
    pub written: Option<String>,
    /// CSV files of `empirical` inputs: as written, blake3 digest, absolute path.
    pub empirical: Vec<(String, String, String)>,
    /// Digest of the scenario in hexadecimal.
    pub digest: String,
    /// Valuation date in ISO format.
    pub valuation_date: String,
    /// Last day of the timeline in ISO format.
    pub horizon: String,
    /// Calendar months of a whole period.
    pub period_months: u32,
    /// Sources to which the scenario's numbers refer.
    pub sources: Vec<SourceFacts>,
    /// Seed as text.
    pub seed: String,
    /// Number of replicates of Sobol points; `None` under plain sampling.
    pub replicates: Option<u64>,
    /// The sampling, where the scenario by itself would have the other.
    pub sampling: Option<&'static str>,
    /// The precision asked for and what was reached of it, in words; `None` without `--precision`.
    pub precision: Option<String>,
    /// Paths simulated.
    pub paths: u64,
    /// Number of paths requested.
    pub paths_asked: u64,
    /// Whether the run was stopped early.
    pub partial: bool,
    /// Start time, RFC 3339 in UTC.
    pub started: String,
    /// Wall-clock time of the simulation in seconds.
    pub seconds: f64,
    /// Number of worker threads.
    pub threads: usize,
    /// Version of the program.
    pub version: String,
    /// Commit from which the program was built.
    pub revision: String,
    /// Target triple.
    pub target: String,
    /// Version of the mapping from seeds to draws.
    pub stream_version: u32,
}

/// A source of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFacts {
    /// Key by which numbers refer to it.
    pub key: String,
    /// Title; empty if there is none.
    pub title: String,
    /// Web address; empty if there is none.
    pub url: String,
    /// Date in ISO format; empty if there is none.
    pub date: String,
}

/// Paths that are dealt to one replicate of Sobol points together.
const BLOCK: u64 = 64;

/// Changes that a title holds; more are counted.
const CHANGES_IN_TITLE: usize = 3;

/// Longest value in a title, in characters.
const VALUE_IN_TITLE: usize = 24;

impl Facts {
    /// What the run is called wherever it is shown: the scenario's name, with what `--set` changed (`base, cap_usd_bn = 60`) or how
    /// many changes there are (`base, 5 changes`).
    pub fn title(&self) -> String {
        let changes = self.changes();
        if changes.len() > CHANGES_IN_TITLE {
            return format!("{}, {} changes", self.scenario, changes.len());
        }
        let mut title = self.scenario.clone();
        for (key, value) in &changes {
            let value: String = match value.chars().count() {
                long if long > VALUE_IN_TITLE => {
                    value.chars().take(VALUE_IN_TITLE - 1).chain(['…']).collect()
                }
                _ => (*value).to_owned(),
            };
            title += &format!(", {} = {value}", short_key(key, &changes));
        }
        title
    }

    /// The changes that the title only counts, each with its full key: `changed: discount.share = 0.1; …`. `None` where it names
    /// them.
    pub fn changes_listed(&self) -> Option<String> {
        let changes = self.changes();
        let listed: Vec<String> = changes.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        (changes.len() > CHANGES_IN_TITLE).then(|| format!("changed: {}", listed.join("; ")))
    }

    /// Whether `--set` changed a number: it, a part of it, or what it is part of.
    pub fn is_changed(&self, key: &str) -> bool {
        let within = |part: &str, whole: &str| {
            part.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        // A deal that is like another has been added as a whole.
        let changed = |(set, _): (&str, &str)| set.strip_suffix(".like").unwrap_or(set).to_owned();
        self.changes().into_iter().map(changed).any(|set| within(key, &set) || within(&set, key))
    }

    /// What `--set` changed, as key and value; of several values for one key the last.
    fn changes(&self) -> Vec<(&str, &str)> {
        let mut changes: Vec<(&str, &str)> = Vec::new();
        for (key, value) in self.overrides.iter().filter_map(|flag| flag.split_once('=')) {
            changes.retain(|(known, _)| *known != key.trim());
            changes.push((key.trim(), value.trim()));
        }
        changes
    }

    /// How the errors of the figures came about, where they do not come from independent paths: `standard errors and t intervals over
    /// 32 replicates of 4,096 points`.
    pub fn errors(&self) -> Option<String> {
        let replicates = self.replicates.filter(|&replicates| replicates > 0)?;
        // Blocks of 64 paths are dealt to the replicates in turn; a short run leaves some without any.
        let begun = self.paths.div_ceil(BLOCK);
        if begun < 2 {
            return Some("standard errors are not known: all paths are of one replicate".to_owned());
        }
        if begun < replicates {
            return Some(format!(
                "standard errors and t intervals over {begun} of {replicates} replicates of up to {BLOCK} points"
            ));
        }
        let (points, rest) = (self.paths / replicates, self.paths % replicates);
        let about = if rest == 0 { "" } else { "about " };
        let points = thousands(points);
        Some(format!(
            "standard errors and t intervals over {replicates} replicates of {about}{points} points"
        ))
    }

    /// The label of a calendar year's results: `2027`, but `2026 H2` or `2026-09-15 to 2026-12-31` of a year that the valuation
    /// date or the horizon cuts. Every screen, page and workbook writes years so.
    pub fn year_label(&self, year: i32) -> String {
        let within = |text: &str| Date::parse(text).filter(|date| date.year() == year);
        let (first, last) = (Date::new(year, 1, 1), Date::new(year, 12, 31));
        let (begins, ends) = (within(&self.valuation_date).or(first), within(&self.horizon).or(last));
        let (Some(begins), Some(ends)) = (begins, ends) else { return year.to_string() };
        match ((begins.month(), begins.day()), (ends.month(), ends.day())) {
            ((1, 1), (12, 31)) => year.to_string(),
            ((1, 1), (6, 30)) => format!("{year} H1"),
            ((7, 1), (12, 31)) => format!("{year} H2"),
            _ => format!("{begins} to {ends}"),
        }
    }

    /// Whether the timeline has all days of a calendar year.
    pub fn is_whole_year(&self, year: i32) -> bool {
        self.year_label(year) == year.to_string()
    }
}

/// The end of a key that tells it from the other keys: its last word, preceded by as many as that takes, or by the one before a
/// word that says little alone (`discount.share`).
fn short_key<'a>(key: &'a str, changes: &[(&str, &str)]) -> &'a str {
    let ends = key.rmatch_indices('.').map(|(at, _)| &key[at + 1..]);
    let is_alone = |end: &&str| {
        let others = changes.iter().filter(|(other, _)| *other != key);
        end.contains(['_', '.'])
            && !others.clone().any(|(other, _)| format!(".{other}").ends_with(&format!(".{end}")))
    };
    ends.clone().find(is_alone).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(flags: &[&str]) -> Facts {
        let overrides = flags.iter().map(|flag| (*flag).to_owned()).collect();
        Facts { scenario: "base".to_owned(), overrides, ..Facts::default() }
    }

    #[test]
    fn a_changed_run_is_titled_so() {
        let title = |flags: &[&str]| changed(flags).title();
        assert_eq!(title(&[]), "base");
        assert_eq!(title(&["deal.amended-2026.cap_usd_bn=60"]), "base, cap_usd_bn = 60");
        assert_eq!(title(&["discount.share=0.1"]), "base, discount.share = 0.1");
        assert_eq!(title(&["segment.business.growth_now.p50 = 0.5"]), "base, growth_now.p50 = 0.5");
        assert_eq!(
            title(&["deal.a.cap_usd_bn=60", "deal.b.cap_usd_bn=none"]),
            "base, a.cap_usd_bn = 60, b.cap_usd_bn = none"
        );
        // Of one key the last value counts.
        assert_eq!(title(&["deal.a.cap_usd_bn=60", "deal.a.cap_usd_bn=80"]), "base, cap_usd_bn = 80");
        let law = r#"discount.share={ dist = "uniform", low = 0.08, high = 0.12 }"#;
        assert_eq!(title(&[law]), r#"base, discount.share = { dist = "uniform", low…"#);
        let many = ["deal.a.rate=0.1", "deal.b.rate=0.1", "ipo.horizon_years=3", "cash.now_usd_bn=4"];
        assert_eq!(title(&many), "base, 4 changes");
        let listed = changed(&many).changes_listed().expect("they are listed");
        assert!(listed.starts_with("changed: deal.a.rate = 0.1; deal.b.rate = 0.1; "), "{listed}");
        assert_eq!(changed(&many[..3]).changes_listed(), None);
    }

    #[test]
    fn errors_say_how_they_came_about() {
        let errors = |replicates, paths| Facts { replicates, paths, ..Facts::default() }.errors();
        assert_eq!(errors(None, 131_072), None);
        let whole = errors(Some(32), 131_072).expect("replicates");
        assert_eq!(whole, "standard errors and t intervals over 32 replicates of 4,096 points");
        assert!(
            errors(Some(8), 1_001).expect("replicates").ends_with("over 8 replicates of about 125 points")
        );
        // A run that is too short for all replicates does not count those without a path.
        let ends = |paths, words| errors(Some(32), paths).expect("replicates").ends_with(words);
        assert!(ends(65, "over 2 of 32 replicates of up to 64 points"));
        assert!(ends(64, "are not known: all paths are of one replicate"));
        assert!(ends(31 * 64 + 1, "over 32 replicates of about 62 points"));
    }

    #[test]
    fn changed_numbers_are_known() {
        let facts = changed(&[
            "deal.a.cap_usd_bn=60",
            "segment.s.growth_now.p50=0.5",
            r#"deal.mine.like="a""#,
            "ipo=none",
        ]);
        for key in ["deal.a.cap_usd_bn", "segment.s.growth_now", "deal.mine.rate", "ipo.discount"] {
            assert!(facts.is_changed(key), "{key}");
        }
        for key in ["deal.a.cap_usd", "deal.a.rate", "segment.s.growth_now_x", "deal.mineral.rate", "ipo_x"] {
            assert!(!facts.is_changed(key), "{key}");
        }
    }

    #[test]
    fn a_year_that_is_cut_says_so() {
        let label = |valuation_date: &str, horizon: &str, year| {
            let facts = Facts {
                valuation_date: valuation_date.to_owned(),
                horizon: horizon.to_owned(),
                ..Facts::default()
            };
            assert_eq!(facts.is_whole_year(year), facts.year_label(year).len() == 4);
            facts.year_label(year)
        };
        assert_eq!(label("2026-07-01", "2035-12-31", 2026), "2026 H2");
        assert_eq!(label("2026-07-01", "2035-12-31", 2027), "2027");
        assert_eq!(label("2026-07-01", "2035-12-31", 2035), "2035");
        assert_eq!(label("2026-01-01", "2035-06-30", 2026), "2026");
        assert_eq!(label("2026-01-01", "2035-06-30", 2035), "2035 H1");
        assert_eq!(label("2026-05-12", "2035-12-31", 2026), "2026-05-12 to 2026-12-31");
        assert_eq!(label("2026-07-01", "2035-03-31", 2035), "2035-01-01 to 2035-03-31");
        assert_eq!(label("2026-07-01", "2026-09-30", 2026), "2026-07-01 to 2026-09-30");
        // A manifest that does not say.
        assert_eq!(label("", "", 2026), "2026");
    }
}
