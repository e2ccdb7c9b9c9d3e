//! The answer of `solve`: the value found, its interval, and every trial.

use super::answer::{Answer, Axis, Chart, Column, Curve, Mark, Point, Role, Shown, Table, Value};
use super::digits::{Estimate, at_place, in_words, place_of_error, significant, thousands};
use crate::config::Unit;
use crate::study::solve::{Outcome, Root, Trial};
use crate::study::target::Target;

/// A search and its outcome.
pub struct Question<'a> {
    /// Name of the scenario.
    pub scenario: &'a str,
    /// The seed.
    pub seed: u64,
    /// Paths of each run.
    pub paths: u64,
    /// The key that was varied.
    pub key: &'a str,
    /// Unit of the key.
    pub key_unit: Option<Unit>,
    /// Lower end of the interval searched.
    pub low: f64,
    /// Upper end of the interval searched.
    pub high: f64,
    /// The condition to meet.
    pub target: &'a Target,
    /// Unit of the statistic.
    pub unit: Unit,
    /// The statistic with the scenario's own value.
    pub as_it_stands: Option<Trial>,
    /// Trials, in order.
    pub tried: &'a [Trial],
    /// Its result; `None` if it was stopped early.
    pub outcome: Option<&'a Outcome>,
}

impl Question<'_> {
    /// The trial at a value of the key.
    pub fn at(&self, x: f64) -> Option<&Trial> {
        self.tried.iter().find(|trial| trial.x == x)
    }

    /// In which direction to look for a root outside the interval.
    pub fn hint(&self, low: &Trial, high: &Trial) -> String {
        let distance = |trial: &Trial| (trial.statistic - self.target.value).abs();
        match (distance(low), distance(high)) {
            (a, b) if a < b => {
                format!("search below {}, where it comes nearer to {}", self.low, self.target.value)
            }
            (a, b) if a > b => {
                format!("search above {}, where it comes nearer to {}", self.high, self.target.value)
            }
            _ => "search another interval, or ask for another value".to_owned(),
        }
    }
}

/// The statistic of a trial with its error: `$205.6 ± 0.5 bn`, `$12.1 bn (95%: 12.0 to 12.3)`.
pub fn statistic_words(question: &Question<'_>, trial: &Trial) -> String {
    if trial.statistic_error.is_nan() && trial.low95.is_finite() && trial.high95 > trial.low95 {
        let place = place_of_error((trial.high95 - trial.low95) / 2.0);
        let [middle, low, high] = [trial.statistic, trial.low95, trial.high95].map(|x| at_place(x, place));
        let middle = match question.unit {
            Unit::UsdBn => format!("${middle} bn"),
            unit => format!("{middle} ({unit})"),
        };
        return format!("{middle} (95% interval {low} to {high})");
    }
    // A quantile has an interval instead of an error; if that is a single point, all paths agree.
    let alike = trial.low95 == trial.high95;
    let error = if trial.statistic_error.is_nan() && alike { 0.0 } else { trial.statistic_error };
    in_words(trial.statistic, error, trial.exact, question.unit)
}

/// Builds the answer.
pub fn solve(question: &Question<'_>) -> Answer {
    let mut tables = Vec::new();
    if let Some(Outcome::Found(root)) = question.outcome {
        tables.push(root_table(question, root));
    }
    tables.push(tried_table(question));
    Answer {
        study: "solve".into(),
        title: format!(
            "{} · {} paths a value, seed {}, on common draws",
            question.scenario,
            thousands(question.paths),
            question.seed
        ),
        warnings: warnings(question),
        sentences: sentences(question),
        tables,
        charts: vec![chart(question)],
    }
}

fn warnings(question: &Question<'_>) -> Vec<String> {
    let mut warnings = Vec::new();
    if question.outcome.is_none() {
        warnings.push("PARTIAL: stopped before an answer; below is what was tried.".to_owned());
    }
    if let Some(Outcome::Found(root)) = question.outcome {
        for (low, high) in &root.others {
            warnings.push(format!(
                "There is another answer between {} and {}: search there with --vary {}={low}:{high}.",
                significant(*low, 6),
                significant(*high, 6),
                question.key
            ));
        }
    }
    warnings
}

fn sentences(question: &Question<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    let target = format!("{} = {}", question.target.text, significant(question.target.value, 12));
    if let Some(Outcome::Found(root)) = question.outcome {
        sentences.push(format!("{target} at {} = {}", question.key, root_words(root)));
        if let Some(sentence) = slope_words(question, root) {
            sentences.push(sentence);
        }
    }
    if let (Some(low), Some(high)) = (question.at(question.low), question.at(question.high)) {
        let mut ends = format!(
            "At {} it is {}, at {} it is {}",
            significant(question.low, 12),
            statistic_words(question, low),
            significant(question.high, 12),
            statistic_words(question, high)
        );
        if let Some(base) = &question.as_it_stands {
            ends.push_str(&format!("; as the scenario stands it is {}", statistic_words(question, base)));
        }
        sentences.push(ends + ".");
    }
    sentences
}

/// The result as text: `38.3 ± 0.4, 95% interval 37.5 to 39.1 (Monte Carlo error only).`
fn root_words(root: &Root) -> String {
    if root.std_error.is_nan() {
        return format!("{} on one path, which tells no Monte Carlo error.", significant(root.at.x, 10));
    }
    if root.std_error == 0.0 {
        let why = match root.at.exact {
            true => "exact: no draw can move the figure",
            false => "all paths agree",
        };
        return format!("{} ({why}).", significant(root.at.x, 10));
    }
    let estimate = Estimate::new(root.at.x, root.std_error);
    let place = place_of_error(root.std_error);
    let end = |x: f64, open: bool, beyond: &str| match open {
        true => format!("{} or {beyond}", at_place(x, place)),
        false => at_place(x, place),
    };
    format!(
        "{}; 95% interval {} to {} for the Monte Carlo error.",
        estimate.words(),
        end(root.low95, root.open.0, "less"),
        end(root.high95, root.open.1, "more")
    )
}

fn slope_words(question: &Question<'_>, root: &Root) -> Option<String> {
    let is_mean = matches!(question.target.statistic, crate::study::target::Statistic::Mean);
    if !is_mean || !root.slope.is_finite() {
        return None;
    }
    let slope = Estimate::new(root.slope, root.slope_error).words();
    Some(format!("Around there it changes by {slope} for each unit of the key, on common draws."))
}

fn root_table(question: &Question<'_>, root: &Root) -> Table {
    let unit = question.key_unit;
    let flag = |open: bool| Value::Whole(u64::from(open));
    Table {
        name: "root".into(),
        title: "The value found".to_owned(),
        columns: vec![
            Column::key("key"),
            Column::quantity("value", unit),
            Column::error("std_error", unit),
            Column::quantity("low95", unit).as_role(Role::Low),
            Column::quantity("high95", unit).as_role(Role::High),
            Column::quantity("low_open", None).as_role(Role::Detail),
            Column::quantity("high_open", None).as_role(Role::Detail),
            Column::key("target").as_role(Role::Detail),
            Column::quantity("target_value", question.unit).as_role(Role::Detail),
            Column::quantity("statistic", question.unit).as_role(Role::Detail),
            Column::error("statistic_std_error", question.unit).as_role(Role::Detail),
            Column::quantity("level_slope", None).as_role(Role::Detail),
            Column::error("level_slope_std_error", None).as_role(Role::Detail),
        ],
        rows: vec![vec![
            question.key.into(),
            root.at.x.into(),
            root.std_error.into(),
            root.low95.into(),
            root.high95.into(),
            flag(root.open.0),
            flag(root.open.1),
            question.target.text.clone().into(),
            question.target.value.into(),
            root.at.statistic.into(),
            root.at.statistic_error.into(),
            root.slope.into(),
            root.slope_error.into(),
        ]],
        shown: Shown::All,
    }
}

/// Trials in rising order of the key, one per value.
fn ascending(question: &Question<'_>) -> Vec<Trial> {
    let mut trials = question.tried.to_vec();
    trials.sort_by(|a, b| a.x.total_cmp(&b.x));
    trials.dedup_by(|a, b| a.x == b.x);
    trials
}

fn tried_table(question: &Question<'_>) -> Table {
    let unit = question.unit;
    let row = |trial: &Trial| {
        vec![
            trial.x.into(),
            trial.statistic.into(),
            trial.statistic_error.into(),
            trial.low95.into(),
            trial.high95.into(),
        ]
    };
    Table {
        name: "tried".into(),
        title: format!("What was tried: {}", question.target.text),
        columns: vec![
            Column { unit: question.key_unit, ..Column::key(question.key) },
            Column::quantity("statistic", unit),
            Column::error("std_error", unit),
            Column::quantity("low95", unit).as_role(Role::Low),
            Column::quantity("high95", unit).as_role(Role::High),
        ],
        rows: ascending(question).iter().map(row).collect(),
        shown: Shown::All,
    }
}

fn chart(question: &Question<'_>) -> Chart {
    let point = |trial: &Trial| Point { x: trial.x, y: trial.statistic, std_error: trial.statistic_error };
    let marks = match question.outcome {
        Some(Outcome::Found(root)) => vec![Mark { x: root.at.x, text: significant(root.at.x, 4) }],
        _ => Vec::new(),
    };
    Chart::Curves {
        title: question.target.text.clone(),
        x: Axis { name: question.key.to_owned(), unit: question.key_unit },
        y: Axis { name: question.target.text.clone(), unit: Some(question.unit) },
        curves: vec![Curve {
            name: question.target.text.clone(),
            points: ascending(question).iter().map(point).collect(),
        }],
        marks,
    }
}
