//! The first screen of a run: the answer in sentences, then a few lines for each deal and each difference of
//! deals.

use crate::page::wording::MONTHS;
use crate::sketch::Sketch;
use capstake::kernel::metric::Metric;
use capstake::report::date_axis::period_label;
use capstake::report::digits::{
    Estimate, NONE, Precision, condition, is_decided_by_few, percent_in_passing, probability_in_words,
    quantile, thousands,
};
use capstake::report::tables::summary_row;
use capstake::run::Event;
use capstake::study::valuation::{MetricAnswer, Subject, Valuation, Who, proportion};

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

/// The first screen of a run.
#[derive(Clone, Debug)]
pub struct Headline {
    /// Scenario, number of paths, seed and valuation date in one line.
    pub title: String,
    /// Reasons for caution: a run that was stopped early, paths that are not finite.
    pub warnings: Vec<String>,
    /// The answer in sentences, most important first.
    pub answer: Vec<String>,
    /// Unit of all numbers in the sections' lines.
    pub unit: &'static str,
    /// One section per deal, then one per difference.
    pub sections: Vec<Section>,
}

/// A section about one deal, or about the difference between two.
#[derive(Clone, Debug)]
pub struct Section {
    /// Name of the deal or difference.
    pub title: String,
    /// One line per metric.
    pub lines: Vec<Line>,
    /// Events and when they happen: label and text.
    pub facts: Vec<(&'static str, String)>,
}

/// One metric of a section.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its key, as in the tables.
    pub metric: &'static str,
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

/// Builds the first screen.
pub fn headline(valuation: &Valuation) -> Headline {
    // Without paths there are no results to show.
    let subjects: &[Subject] = if valuation.result.paths == 0 { &[] } else { &valuation.subjects };
    Headline {
        title: title(valuation),
        warnings: warnings(valuation),
        answer: answer(valuation, subjects),
        unit: "$bn",
        sections: subjects.iter().map(|subject| section(valuation, subject)).collect(),
    }
}

fn title(valuation: &Valuation) -> String {
    let (model, paths) = (&valuation.plan.model(), valuation.result.paths);
    format!(
        "{} · {} · seed {} · valued at {}",
        model.name,
        paths_in_words(paths),
        valuation.plan.seed(),
        model.timeline.valuation_date()
    )
}

fn paths_in_words(paths: u64) -> String {
    if paths == 1 { "1 path".into() } else { format!("{} paths", thousands(paths)) }
}

fn warnings(valuation: &Valuation) -> Vec<String> {
    let result = valuation.result;
    let mut warnings = Vec::new();
    if result.interrupted {
        let asked = thousands(result.asked);
        warnings.push(match result.paths {
            0 => format!("PARTIAL: stopped before the first of {asked} paths was kept."),
            done => format!("PARTIAL: {} of {asked} paths; all below is over those.", thousands(done)),
        });
    }
    if result.non_finite.count > 0 {
        let first: Vec<String> = result.non_finite.first.iter().take(3).map(u64::to_string).collect();
        warnings.push(format!(
            "{} not finite and in no figure below; the first: {}.",
            if result.non_finite.count == 1 {
                "1 path is".into()
            } else {
                thousands(result.non_finite.count) + " paths are"
            },
            first.join(", ")
        ));
    }
    if result.paths == 1 {
        warnings.push("One path tells nothing of the error.".into());
    }
    warnings
}

fn answer(valuation: &Valuation, subjects: &[Subject]) -> Vec<String> {
    let names = &valuation.plan.model().names;
    let mut sentences = Vec::new();
    for (i, subject) in subjects.iter().enumerate() {
        let Some(take) = subject.metric(Metric::MicrosoftTakePv) else { continue };
        let mean = mean(take);
        let only = condition(take.statistics.paths, take.statistics.undefined)
            .map_or(String::new(), |condition| format!(", {condition}"));
        match subject.who {
            Who::Deal(deal) if i == 0 => {
                let staked = subject.metric(Metric::StakePv).is_some();
                let parts = if staked { "payments and stake" } else { "the payments; no stake" };
                let cap = cap_clause(valuation, deal).map_or(String::new(), |clause| format!("; {clause}"));
                sentences.push(format!(
                    "{} takes {} under {} (present value of {parts}{only}){cap}.",
                    names.partner,
                    dollars(&mean),
                    subject.name
                ));
                if let Some(retained) = subject.metric(Metric::OpenaiRetainedPv) {
                    let s = &retained.statistics;
                    let only =
                        condition(s.paths, s.undefined).map_or(String::new(), |words| format!(", {words}"));
                    sentences.push(format!(
                        "Today's other holders of {} keep {}{only}.",
                        names.company,
                        dollars(&self::mean(retained))
                    ));
                }
            }
            Who::Deal(_) => {}
            Who::Difference(later) => {
                let name = &valuation.deal(later).name;
                let s = &take.statistics;
                sentences.push(if s.mean == 0.0 && s.std_error == 0.0 {
                    match take.exact {
                        true => format!("Under {name} it takes the same on every path."),
                        false => {
                            format!("Under {name} it takes the same on all {}.", paths_in_words(s.paths))
                        }
                    }
                } else if s.mean.abs() <= 2.0 * s.std_error {
                    format!(
                        "Under {name} it takes about the same: the difference is {}{only}.",
                        dollars(&mean)
                    )
                } else {
                    let side = if s.mean > 0.0 { "more" } else { "less" };
                    let size = Estimate::new(s.mean.abs(), s.std_error).over(s.paths).exact_if(take.exact);
                    format!("Under {name}, on the same draws, it takes {} {side}{only}.", dollars(&size))
                });
            }
        }
    }
    sentences
}

/// `$187.32 ± 0.11 bn`
fn dollars(estimate: &Estimate) -> String {
    let amount = match estimate.value.strip_prefix('-') {
        Some(size) => format!("-${size}"),
        None => format!("${}", estimate.value),
    };
    match &estimate.precision {
        Precision::Error(error) => format!("{amount} ± {error} bn"),
        Precision::Unknown => format!("{amount} bn"),
        other => format!("{amount} bn ({})", other.words()),
    }
}

/// The mean of a metric with what is known of it.
fn mean(answer: &MetricAnswer) -> Estimate {
    let s = &answer.statistics;
    Estimate::new(s.mean, s.std_error).over(s.paths).exact_if(answer.exact)
}

/// Whether and when the cap of a deal binds, as a clause; `None` for a deal without a cap.
fn cap_clause(valuation: &Valuation, deal: usize) -> Option<String> {
    valuation.plan.model().deals[deal].cap?;
    let paths = valuation.result.paths;
    let (count, exact) = valuation.happens(deal, Event::CapReached);
    if count == 0 {
        return Some(match exact {
            true => "the cap never binds".into(),
            false => format!("the cap binds in {} of futures", probability_in_words(count, paths, exact)),
        });
    }
    let year = valuation.likeliest_year(deal, Event::CapReached);
    let when = match year {
        Some(year) if valuation.is_deterministic() => return Some(format!("the cap binds in {year}")),
        Some(year) => format!(", most often in {year}"),
        None => String::new(),
    };
    let (p, std_error) = proportion(count, paths);
    let part = match count {
        all if all == paths && exact => "all".into(),
        all if all == paths => probability_in_words(count, paths, exact) + " of",
        _ => percent_in_passing(p, std_error) + " of",
    };
    Some(format!("the cap binds in {part} futures{when}"))
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
                Who::Deal(deal) => deal_facts(valuation, subject, deal),
                Who::Difference(later) => difference_facts(valuation, subject, later),
            };
            facts.extend(conditions(lines.clone()));
            if lines.clone().any(|answer| line(valuation, subject, answer).few) {
                facts.push(("†", "few paths decide this mean: its ± is itself uncertain".to_owned()));
            }
            facts
        },
    }
}

/// The metrics that have no value on some paths, with how many.
fn conditions<'a>(lines: impl Iterator<Item = &'a MetricAnswer>) -> Vec<(&'static str, String)> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for answer in lines {
        let s = &answer.statistics;
        let Some(condition) = condition(s.paths, s.undefined) else { continue };
        match found.iter_mut().find(|(known, _)| *known == condition) {
            Some((_, metrics)) => metrics.push(answer.metric.key()),
            None => found.push((condition, vec![answer.metric.key()])),
        }
    }
    found
        .into_iter()
        .map(|(condition, metrics)| ("partly", format!("{}: {condition}", metrics.join(", "))))
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
        metric: answer.metric.key(),
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

fn deal_facts(valuation: &Valuation, subject: &Subject, deal: usize) -> Vec<(&'static str, String)> {
    let model = &valuation.plan.model();
    let mut facts = Vec::new();
    facts.push(match model.deals[deal].cap {
        None => ("cap", "none".into()),
        Some(_) => ("cap hit", timing(valuation, subject, deal, Event::CapReached, Some(Metric::CapHitTime))),
    });
    if model.ipo.is_some() {
        facts.push(("IPO", timing(valuation, subject, deal, Event::Listed, Some(Metric::IpoTime))));
    }
    if model.cash.is_some() {
        facts.push(("failure", timing(valuation, subject, deal, Event::Failed, None)));
    }
    facts
}

/// Probability of an event by the horizon, its most likely year, and the median date among paths where it
/// happens.
fn timing(
    valuation: &Valuation,
    subject: &Subject,
    deal: usize,
    event: Event,
    time: Option<Metric>,
) -> String {
    let (count, exact) = valuation.happens(deal, event);
    let year = valuation.likeliest_year(deal, event);
    let median = time.and_then(|metric| subject.metric(metric)).map(|answer| answer.statistics.p50);
    if valuation.is_deterministic() {
        let month = median.filter(|years| years.is_finite()).map(|years| {
            let (year, month) = valuation.month(years);
            format!("{} {year}", MONTHS[month as usize - 1])
        });
        return match month.or(year.map(|year| year.to_string())) {
            Some(when) if count > 0 => format!("{when} (exact)"),
            _ => "never (exact)".into(),
        };
    }
    let part = format!("{} of paths", probability_in_words(count, valuation.result.paths, exact));
    if count == 0 {
        return part;
    }
    let year = year.map_or(String::new(), |year| format!(", most often in {year}"));
    let timeline = &valuation.plan.model().timeline;
    let half = time.and_then(|_| valuation.median_period(deal, event)).map_or(String::new(), |period| {
        let label = period_label(&period.last_day.to_string(), timeline.period_length().months());
        format!(", half of these by {label}")
    });
    part + &year + &half
}

/// How much more or less often events happen under the later deal, for events that both deals can have.
fn difference_facts(valuation: &Valuation, subject: &Subject, later: usize) -> Vec<(&'static str, String)> {
    let deals = &valuation.plan.model().deals;
    let both_capped = deals[later].cap.is_some() && deals[0].cap.is_some();
    [("cap hit", Metric::CapHit), ("IPO", Metric::Ipo), ("failure", Metric::Failed)]
        .into_iter()
        .filter(|&(_, metric)| metric != Metric::CapHit || both_capped)
        .filter_map(|(word, metric)| {
            let s = &subject.metric(metric)?.statistics;
            if s.mean == 0.0 || s.mean.is_nan() {
                return None;
            }
            let points = Estimate::new(100.0 * s.mean.abs(), 100.0 * s.std_error).words();
            let side = if s.mean > 0.0 { "more" } else { "less" };
            Some((word, format!("{points} percentage points {side} often")))
        })
        .collect()
}
