//! The tables of `run --full`: a few lines for each deal and each difference of deals.

use crate::glossary::short_label;
use crate::sketch::Sketch;
use capstake::kernel::metric::Metric;
use capstake::model::PartyNames;
use capstake::report::date_axis::period_label;
use capstake::report::digits::{
    Estimate, NONE, Seen, condition, is_decided_by_few, probability_in_words, quantile,
};
use capstake::report::tables::summary_row;
use capstake::run::Event;
use capstake::study::valuation::{MetricAnswer, Subject, Valuation, Who};

/// Metrics shown, in order; all are in billions of US dollars.
const METRICS: [Metric; 7] = [
    Metric::MicrosoftTakePv,
    Metric::SharePv,
    Metric::StakePv,
    Metric::CapSavingPv,
    Metric::MicrosoftTotalPv,
    Metric::OpenaiRetainedPv,
    Metric::RevenueKeptPv,
];

/// Quantiles shown.
const QUANTILES: [f64; 3] = [0.05, 0.50, 0.95];

/// A section about one deal, or about the difference between two.
#[derive(Clone, Debug)]
pub struct Section {
    /// Name of the deal or difference.
    pub title: String,
    /// One line per metric.
    pub lines: Vec<Line>,
    /// Events and when they happen: label and text.
    pub facts: Vec<(String, String)>,
}

/// One metric of a section.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its label.
    pub label: String,
    /// How strongly it is emphasised.
    pub weight: Weight,
    /// Its mean with standard error.
    pub mean: Estimate,
    /// Whether so few paths decide the mean that its error is itself little known; marked with †.
    pub few: bool,
    /// p5, p50 and p95, with the digits that their errors support.
    pub quantiles: [String; 3],
    /// Small histogram of its values; `None` where all values are equal.
    pub sketch: Option<Sketch>,
}

/// Emphasis of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The line that holds the answer.
    Main,
    /// Any other line.
    Plain,
}

/// Builds the sections: one per deal, then one per difference; none without paths.
pub fn sections(valuation: &Valuation) -> Vec<Section> {
    let subjects: &[Subject] = if valuation.result.paths == 0 { &[] } else { &valuation.subjects };
    subjects.iter().map(|subject| section(valuation, subject)).collect()
}

/// The mean of a metric with what is known of it.
fn mean(answer: &MetricAnswer) -> Estimate {
    let s = &answer.statistics;
    Estimate::new(s.mean, s.std_error).over(s.paths).exact_if(answer.exact)
}

fn section(valuation: &Valuation, subject: &Subject) -> Section {
    let lines = METRICS
        .iter()
        .filter_map(|&metric| subject.metric(metric))
        .filter(|a| is_shown(valuation, subject, a));
    Section {
        title: match subject.who {
            Who::Deal(_) => subject.name.clone(),
            Who::Difference(later) => format!(
                "{} minus {}, path by path on the same draws",
                valuation.deal(later).name,
                valuation.deal(0).name
            ),
        },
        lines: lines.clone().map(|answer| line(valuation, subject, answer)).collect(),
        facts: {
            let mut facts = match subject.who {
                Who::Deal(deal) => deal_facts(valuation, deal),
                Who::Difference(later) => difference_facts(valuation, subject, later),
            };
            facts.extend(conditions(lines.clone(), &valuation.plan.model().names));
            if lines.clone().any(|answer| line(valuation, subject, answer).few) {
                facts.push((
                    "†".to_owned(),
                    "few paths decide this mean: its ± is itself uncertain".to_owned(),
                ));
            }
            facts
        },
    }
}

/// The metrics that have no value on some paths, with how many.
fn conditions<'a>(
    lines: impl Iterator<Item = &'a MetricAnswer>,
    names: &PartyNames,
) -> Vec<(String, String)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for answer in lines {
        let s = &answer.statistics;
        let Some(condition) = condition(s.paths, s.undefined) else { continue };
        match found.iter_mut().find(|(known, _)| *known == condition) {
            Some((_, metrics)) => metrics.push(short_label(answer.metric, names)),
            None => found.push((condition, vec![short_label(answer.metric, names)])),
        }
    }
    found
        .into_iter()
        .map(|(condition, metrics)| ("partly".to_owned(), format!("{}: {condition}", metrics.join(", "))))
        .collect()
}

/// Whether a metric is shown: the saving from a cap only where there is a cap.
fn is_shown(valuation: &Valuation, subject: &Subject, answer: &MetricAnswer) -> bool {
    let capped = |deal: usize| valuation.plan.model().deals[deal].cap.is_some();
    answer.metric != Metric::CapSavingPv
        || match subject.who {
            Who::Deal(deal) => capped(deal),
            Who::Difference(later) => capped(later) || capped(0),
        }
}

fn line(valuation: &Valuation, subject: &Subject, answer: &MetricAnswer) -> Line {
    let main = answer.metric == Metric::MicrosoftTakePv;
    Line {
        label: short_label(answer.metric, &valuation.plan.model().names),
        weight: if main { Weight::Main } else { Weight::Plain },
        mean: mean(answer),
        few: is_decided_by_few(&summary_row(&subject.name, valuation.plan.model().run.mix_year, answer)),
        quantiles: quantiles(answer),
        sketch: valuation.ranked(subject.who, answer.metric).and_then(|ranked| Sketch::of(&ranked)),
    }
}

/// The quantiles of a line, rounded to the first digit of their error because the error itself is not
/// printed.
fn quantiles(answer: &MetricAnswer) -> [String; 3] {
    QUANTILES.map(|q| match answer.quantiles.iter().find(|quantile| quantile.q == q) {
        None => NONE.into(),
        Some(found) => quantile(found.value, found.low95, found.high95),
    })
}

fn deal_facts(valuation: &Valuation, deal: usize) -> Vec<(String, String)> {
    let model = valuation.plan.model();
    let mut facts = Vec::new();
    let mut fact = |metric, text| facts.push((short_label(metric, &model.names), text));
    fact(
        Metric::CapHit,
        match model.deals[deal].cap {
            None => "no cap".to_owned(),
            Some(_) => timing(valuation, deal, Event::CapReached),
        },
    );
    if model.ipo.is_some() {
        fact(Metric::Ipo, timing(valuation, deal, Event::Listed));
    }
    if model.cash.is_some() {
        fact(Metric::Failed, timing(valuation, deal, Event::Failed));
    }
    facts
}

/// Probability of an event by the horizon, its most likely year, and the period by which half of the paths on which it happens
/// have it.
fn timing(valuation: &Valuation, deal: usize, event: Event) -> String {
    let (count, exact) = valuation.happens(deal, event);
    let timeline = &valuation.plan.model().timeline;
    let period = valuation
        .median_period(deal, event)
        .map(|period| period_label(&period.last_day.to_string(), timeline.period_length().months()));
    if valuation.is_deterministic() {
        return period.map_or("never (exact)".to_owned(), |period| format!("{period} (exact)"));
    }
    let last = valuation.plan.steps().periods.len() - 1;
    let error = valuation.result.event_error(deal, event, last);
    let seen = Seen::new(count, valuation.result.paths, exact).with_error(error.std_error, error.df);
    let part = format!("{} of paths", probability_in_words(seen));
    let year = valuation.likeliest_year(deal, event);
    let year = year.map_or(String::new(), |year| format!(", most often in {year}"));
    part + &year + &period.map_or(String::new(), |period| format!(", median date {period}"))
}

/// How much more or less often events happen under the later deal, for events that both deals can have.
fn difference_facts(valuation: &Valuation, subject: &Subject, later: usize) -> Vec<(String, String)> {
    let deals = &valuation.plan.model().deals;
    let both_capped = deals[later].cap.is_some() && deals[0].cap.is_some();
    [Metric::CapHit, Metric::Ipo, Metric::Failed]
        .into_iter()
        .filter(|&metric| metric != Metric::CapHit || both_capped)
        .filter_map(|metric| {
            let s = &subject.metric(metric)?.statistics;
            if s.mean == 0.0 || s.mean.is_nan() {
                return None;
            }
            let points = Estimate::new(100.0 * s.mean.abs(), 100.0 * s.std_error).words();
            let side = if s.mean > 0.0 { "more" } else { "less" };
            let label = short_label(metric, &valuation.plan.model().names);
            Some((label, format!("{points} percentage points {side} often")))
        })
        .collect()
}
