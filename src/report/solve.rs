//! The answer of `solve`: the value found, its interval, and every trial.

use super::answer::{Answer, Axis, Chart, Column, Curve, Mark, Point, Role, Shown, Table, Value};
use super::digits::{Estimate, at_place, in_words, place_of_error, significant, thousands};
use super::label;
use super::panel::Panel;
use super::sweep::{amount, cell_words, shown_in, subject, unit_words};
use crate::config::Unit;
use crate::model::PartyNames;
use crate::study::solve::{Outcome, Root, Trial};
use crate::study::sweep::Named;
use crate::study::target::{Side, Statistic, Target};

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
    /// The quantity of the condition by its names.
    pub quantity: Named,
    /// What the company and its partner are called.
    pub names: &'a PartyNames,
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

    /// The statistic in words: `mean of Microsoft’s take under amended-2026`.
    fn statistic_label(&self) -> String {
        let of = subject(&self.quantity, self.names);
        match self.target.statistic {
            Statistic::Mean if self.quantity.unit == Unit::Flag => {
                of.strip_prefix("the ").unwrap_or(&of).to_owned()
            }
            Statistic::Mean => format!("mean of {of}"),
            Statistic::Quantile(q) => format!("p{} of {of}", significant(100.0 * q, 4)),
            // Of a flag its name says it all: the probability that the cap binds.
            Statistic::Probability { side: Side::Above, threshold }
                if self.quantity.unit == Unit::Flag && (0.0..1.0).contains(&threshold) =>
            {
                of.strip_prefix("the ").unwrap_or(&of).to_owned()
            }
            Statistic::Probability { side, threshold } => {
                let side = if side == Side::Above { "above" } else { "at most" };
                let threshold = amount(&significant(threshold, 6), Some(self.quantity.unit));
                format!("probability that {of} is {side} {threshold}")
            }
        }
    }

    /// The key in words.
    fn key_label(&self) -> String {
        label::of_key(self.key, self.names)
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
            "{} · {} {} per value · seed {}",
            question.scenario,
            thousands(question.paths),
            if question.paths == 1 { "path" } else { "paths" },
            question.seed
        ),
        warnings: warnings(question),
        sentences: sentences(question),
        tables,
        charts: vec![chart(question)],
        screen: vec![tried_panel(question)],
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
    let target = amount(&significant(percent(question.target.value, question.unit), 12), Some(question.unit));
    let target = if is_percent(question.unit) { format!("{target}%") } else { target };
    if let Some(Outcome::Found(root)) = question.outcome {
        sentences.push(format!(
            "The {} is {target} when {} is {}",
            question.statistic_label(),
            question.key_label(),
            root_words(root, question.key_unit)
        ));
        if let Some(sentence) = slope_words(question, root) {
            sentences.push(sentence);
        }
    }
    if let (Some(low), Some(high)) = (question.at(question.low), question.at(question.high)) {
        let mut ends = format!(
            "At {} it is {}, at {} it is {}",
            amount(&significant(question.low, 12), question.key_unit),
            statistic_words(question, low),
            amount(&significant(question.high, 12), question.key_unit),
            statistic_words(question, high)
        );
        if let Some(base) = &question.as_it_stands {
            ends.push_str(&format!("; as the scenario stands, {}", statistic_words(question, base)));
        }
        sentences.push(ends + ".");
    }
    sentences
}

fn is_percent(unit: Unit) -> bool {
    matches!(unit, Unit::Fraction | Unit::Probability | Unit::Flag)
}

/// A value in the units of sentences, where parts are percentages.
fn percent(value: f64, unit: Unit) -> f64 {
    if is_percent(unit) { 100.0 * value } else { value }
}

/// The result as text: `$38.3 ± 0.4 bn; 95% interval for the simulation error: 37.5 to 39.1.`
fn root_words(root: &Root, unit: Option<Unit>) -> String {
    let bare = amount(&significant(root.at.x, 10), unit);
    if root.std_error.is_nan() {
        return format!("{bare} on one path, which says nothing about the error.");
    }
    if root.std_error == 0.0 {
        let why = match root.at.exact {
            true => "exact: no draw can move the figure",
            false => "all paths agree",
        };
        return format!("{bare} ({why}).");
    }
    let place = place_of_error(root.std_error);
    let value = match unit.filter(|&unit| !is_percent(unit)) {
        Some(unit) => in_words(root.at.x, root.std_error, false, unit),
        None => Estimate::new(root.at.x, root.std_error).words(),
    };
    let end = |x: f64, open: bool, beyond: &str| match open {
        true => format!("{} or {beyond}", at_place(x, place)),
        false => at_place(x, place),
    };
    format!(
        "{value}; 95% interval for the simulation error: {} to {}.",
        end(root.low95, root.open.0, "less"),
        end(root.high95, root.open.1, "more")
    )
}

fn slope_words(question: &Question<'_>, root: &Root) -> Option<String> {
    let is_mean = matches!(question.target.statistic, crate::study::target::Statistic::Mean);
    if !is_mean || !root.slope.is_finite() {
        return None;
    }
    let slope = in_words(root.slope, root.slope_error, false, question.unit);
    let unit = match question.key_unit {
        Some(Unit::UsdBn) => "$1 bn",
        Some(Unit::Years) => "year",
        Some(Unit::Months) => "month",
        _ => "unit",
    };
    Some(format!("Around there it changes by {slope} for each {unit} of {}.", question.key_label()))
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
        title: format!("What was tried: {}", question.statistic_label()),
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

/// What was tried, the nearest to the target first.
fn tried_panel(question: &Question<'_>) -> Panel {
    let key_unit = question.key_unit.map_or(String::new(), unit_words);
    let key = format!("{}{key_unit}", question.key_label());
    let (factor, unit) = shown_in(question.unit);
    let mut panel = Panel::new(&[&key, &format!("found{unit}"), "95% interval"], "tried.csv")
        .titled(format!("Tried: {}", question.statistic_label()));
    panel.least = 4;
    let mut trials = ascending(question);
    let distance = |trial: &Trial| (trial.statistic - question.target.value).abs();
    trials.sort_by(|a, b| distance(a).total_cmp(&distance(b)));
    panel.rows.extend(trials.iter().map(|trial| {
        let error = factor * (trial.high95 - trial.low95) / 4.0;
        let end = |x: f64| match error > 0.0 {
            true => at_place(factor * x, place_of_error(error)),
            false => significant(factor * x, 6),
        };
        let found = match trial.statistic_error.is_nan() {
            true => end(trial.statistic),
            false => cell_words(trial.statistic, trial.statistic_error, trial.exact, question.unit),
        };
        let interval = match trial.high95 > trial.low95 {
            true => format!("{} to {}", end(trial.low95), end(trial.high95)),
            false => "–".to_owned(),
        };
        vec![significant(trial.x, 6), found, interval]
    }));
    panel
}

fn chart(question: &Question<'_>) -> Chart {
    let point = |trial: &Trial| Point { x: trial.x, y: trial.statistic, std_error: trial.statistic_error };
    let marks = match question.outcome {
        Some(Outcome::Found(root)) => vec![Mark { x: root.at.x, text: significant(root.at.x, 4) }],
        _ => Vec::new(),
    };
    Chart::Curves {
        title: label::capital(&question.statistic_label()),
        x: Axis { name: question.key_label(), unit: question.key_unit },
        y: Axis { name: question.statistic_label(), unit: Some(question.unit) },
        curves: vec![Curve {
            name: question.statistic_label(),
            points: ascending(question).iter().map(point).collect(),
        }],
        marks,
    }
}
