//! The tables of a run: one row type per file, with columns in the order of the file.

use super::row::row;
use super::what_if::WhatIfRow;
use crate::kernel::exact::Movable;
use crate::kernel::metric::Metric;
use crate::kernel::plan::Plan;
use crate::model::Model;
use crate::run::{Event, RunResult};
use crate::study::bridge::{Bridge, Clause, ClauseWorth, MetricBridge};
use crate::study::sensitivity::origins::{Origins, Part};
use crate::study::valuation::{InputAnswer, InputKind, MetricAnswer, Valuation, unsampled_inputs};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::Arc;

row! {
    /// Statistics of a metric; one row per deal and metric.
    #[allow(missing_docs)]
    SummaryRow in "summary" {
        deal: String,
        metric: String,
        unit: String,
        mean: f64,
        std_error: f64,
        std_dev: f64,
        min: f64,
        p01: f64,
        p05: f64,
        p10: f64,
        p25: f64,
        p50: f64,
        p75: f64,
        p90: f64,
        p95: f64,
        p99: f64,
        max: f64,
        es05: f64,
        es95: f64,
        paths: u64,
        undefined: u64,
        low95: f64,
        high95: f64,
        error_df: f64,
    }
}

row! {
    /// One row per deal, metric and quantile.
    #[allow(missing_docs)]
    QuantileRow in "quantiles" {
        deal: String,
        metric: String,
        unit: String,
        q: f64,
        value: f64,
        low95: f64,
        high95: f64,
    }
}

row! {
    /// One row per deal, calendar year and series; `paths` is the number of paths behind the quantiles.
    #[allow(missing_docs)]
    AnnualRow in "annual" {
        deal: String,
        year: i32,
        series: String,
        unit: String,
        mean: f64,
        std_error: f64,
        p05: f64,
        p25: f64,
        p50: f64,
        p75: f64,
        p95: f64,
        paths: u64,
        low95: f64,
        high95: f64,
        error_df: f64,
    }
}

row! {
    /// One row per deal, metric and bin [low, high).
    #[allow(missing_docs)]
    HistogramRow in "histogram" {
        deal: String,
        metric: String,
        unit: String,
        low: f64,
        high: f64,
        count: u64,
    }
}

/// What stands in place of the source of an input that no source states.
pub const UNSOURCED: &str = "assumption";
/// Beginning of the distribution of an input that is the same draw as another.
pub const SAME_AS: &str = "same_as ";

row! {
    /// An input of the scenario: its distribution, its source, and statistics of its draws.
    #[allow(missing_docs)]
    InputRow in "inputs" {
        key: String,
        unit: String,
        distribution: String,
        mean: f64,
        std_dev: f64,
        p05: f64,
        p50: f64,
        p95: f64,
        source: String,
        source_date: String,
        note: String,
        sampled_mean: f64,
        sampled_std_dev: f64,
        informed_by: String,
    }
}

row! {
    /// A correlated pair of standard normals.
    #[allow(missing_docs)]
    CorrelationRow in "correlations" {
        a: String,
        b: String,
        target: f64,
        repaired: f64,
        sampled: f64,
    }
}

row! {
    /// Probability of an event by a date; one row per deal, event and period end.
    #[allow(missing_docs)]
    EventRow in "events" {
        deal: String,
        event: String,
        date: String,
        probability: f64,
        std_error: f64,
        low95: f64,
        high95: f64,
        error_df: f64,
    }
}

row! {
    /// One row per path, deal, series and period end.
    #[allow(missing_docs)]
    SamplePathRow in "sample_paths" {
        path: u64,
        deal: Arc<str>,
        period_end: Arc<str>,
        series: Arc<str>,
        value: f64,
    }
}

/// The figures of a deal or difference that no draw can move, by the structure of the scenario: the only ones that may be called
/// exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExactFigures {
    /// The deal or difference.
    pub deal: String,
    /// Names of its metrics, yearly series and events.
    pub figures: Vec<String>,
}

/// The exact figures of a plan.
pub fn exact_figures(plan: &Plan) -> Vec<ExactFigures> {
    let mix_year = plan.model().run.mix_year;
    let clouds = plan.cloud_names();
    let deals = plan.deals().iter().enumerate().map(|(d, deal)| {
        let movable = Movable::of(plan, d);
        let metrics = deal
            .metrics
            .iter()
            .filter(|&&metric| movable.is_exact(metric))
            .map(|metric| metric.name(mix_year));
        let series = deal.series.iter().filter(|&&series| movable.is_exact_series(series));
        let events = Event::ALL.iter().filter(|event| movable.is_exact_series(event.series()));
        let mut figures: Vec<String> = metrics.collect();
        // A metric, a series and an event of one name are of one fact.
        for name in
            series.map(|series| series.name(&clouds)).chain(events.map(|event| event.name().to_owned()))
        {
            if !figures.contains(&name) {
                figures.push(name);
            }
        }
        figures
    });
    let differences = plan.differences().iter().map(|difference| {
        let exact = |metric: &Metric| plan.is_exact_difference(difference.later, 0, *metric);
        let metrics = difference.metrics.iter().map(|(metric, ..)| metric);
        metrics.filter(|metric| exact(metric)).map(|metric| metric.name(mix_year)).collect()
    });
    deals
        .chain(differences)
        .enumerate()
        .map(|(subject, figures)| ExactFigures { deal: plan.subject_name(subject), figures })
        .filter(|exact| !exact.figures.is_empty())
        .collect()
}

row! {
    /// What a clause of the change from the second deal to the first is worth to a metric, with the standard errors.
    #[allow(missing_docs)]
    BridgeRow in "bridge" {
        metric: String,
        clause: String,
        alone_first: f64,
        alone_first_error: f64,
        alone_last: f64,
        alone_last_error: f64,
        in_order: f64,
        in_order_error: f64,
        shapley: f64,
        shapley_error: f64,
    }
}

/// The rows of a bridge.
pub fn bridge(bridge: &Bridge) -> Vec<BridgeRow> {
    let of_metric = |metric: &MetricBridge| {
        let row = |(clause, worth): (&Clause, &ClauseWorth)| BridgeRow {
            metric: metric.metric.clone(),
            clause: clause.name.clone(),
            alone_first: worth.alone_first.mean,
            alone_first_error: worth.alone_first.std_error,
            alone_last: worth.alone_last.mean,
            alone_last_error: worth.alone_last.std_error,
            in_order: worth.in_order.mean,
            in_order_error: worth.in_order.std_error,
            shapley: worth.shapley.mean,
            shapley_error: worth.shapley.std_error,
        };
        bridge.clauses.iter().zip(&metric.clauses).map(row).collect::<Vec<_>>()
    };
    bridge.metrics.iter().flat_map(of_metric).collect()
}

row! {
    /// How much of the variance of the first deal's take comes from uncertain numbers of one kind of origin.
    #[allow(missing_docs)]
    OriginRow in "origins" {
        deal: String,
        metric: String,
        kind: String,
        inputs: u64,
        share_of_variance: f64,
        std_error: f64,
    }
}

/// The rows of what a take rests on.
pub fn origins(plan: &Plan, origins: &Origins) -> Vec<OriginRow> {
    let row = |part: &Part| OriginRow {
        deal: origins.quantity.of.name(plan),
        metric: origins.quantity.metric.name(plan.model().run.mix_year),
        kind: part.kind.name().to_owned(),
        inputs: part.inputs as u64,
        share_of_variance: part.share,
        std_error: part.std_error,
    };
    origins.parts.iter().map(row).collect()
}

impl Tables {
    /// Whether no draw can move a metric, yearly series or event of a deal or difference.
    pub fn is_exact(&self, deal: &str, figure: &str) -> bool {
        let of = |exact: &&ExactFigures| exact.deal == deal;
        self.exact.iter().find(of).is_some_and(|exact| exact.figures.iter().any(|name| name == figure))
    }
}

/// All tables of a run.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs)] // each is described at its row
pub struct Tables {
    pub summary: Vec<SummaryRow>,
    pub quantiles: Vec<QuantileRow>,
    pub annual: Vec<AnnualRow>,
    pub histogram: Vec<HistogramRow>,
    pub inputs: Vec<InputRow>,
    pub correlations: Vec<CorrelationRow>,
    pub events: Vec<EventRow>,
    pub sample_paths: Vec<SamplePathRow>,
    /// Empty unless the first two deals differ in two to six clauses.
    pub bridge: Vec<BridgeRow>,
    /// Empty where nothing is uncertain, or the paths are too few.
    pub origins: Vec<OriginRow>,
    /// Nodes of the sliders; empty where the run has none.
    pub what_if: Vec<WhatIfRow>,
    /// The figures that no draw can move.
    pub exact: Vec<ExactFigures>,
}

/// Builds all tables of a run.
pub fn tables(valuation: &Valuation) -> Tables {
    Tables { sample_paths: sample_paths(valuation.plan, valuation.result), ..all_but_sample_paths(valuation) }
}

/// Builds the tables without the sample paths, which make up most rows and need no statistics.
pub fn all_but_sample_paths(valuation: &Valuation) -> Tables {
    let mix_year = valuation.plan.model().run.mix_year;
    let mut tables = Tables {
        summary: Vec::new(),
        quantiles: Vec::new(),
        annual: annual(valuation),
        histogram: Vec::new(),
        inputs: inputs(&valuation.inputs),
        correlations: correlations(valuation),
        events: events(valuation),
        sample_paths: Vec::new(),
        bridge: Vec::new(),
        origins: Vec::new(),
        what_if: Vec::new(),
        exact: exact_figures(valuation.plan),
    };
    for subject in &valuation.subjects {
        for answer in &subject.metrics {
            tables.summary.push(summary_row(&subject.name, mix_year, answer));
            tables.quantiles.extend(quantile_rows(&subject.name, mix_year, answer));
            tables.histogram.extend(histogram_rows(&subject.name, mix_year, answer));
        }
    }
    tables
}

/// The row of a metric.
pub fn summary_row(deal: &str, mix_year: i32, answer: &MetricAnswer) -> SummaryRow {
    let s = &answer.statistics;
    SummaryRow {
        deal: deal.into(),
        metric: answer.metric.name(mix_year),
        unit: answer.metric.unit().name().into(),
        mean: s.mean,
        std_error: s.std_error,
        std_dev: s.std_dev,
        min: s.min,
        p01: s.p01,
        p05: s.p05,
        p10: s.p10,
        p25: s.p25,
        p50: s.p50,
        p75: s.p75,
        p90: s.p90,
        p95: s.p95,
        p99: s.p99,
        max: s.max,
        es05: s.es05,
        es95: s.es95,
        paths: s.paths,
        undefined: s.undefined,
        low95: answer.interval.0,
        high95: answer.interval.1,
        error_df: answer.interval_df,
    }
}

#[cfg(test)]
impl SummaryRow {
    /// A row for tests, of 100 paths of a plain run.
    pub(crate) fn sample(deal: &str, metric: &str, unit: &str) -> SummaryRow {
        SummaryRow {
            deal: deal.into(),
            metric: metric.into(),
            unit: unit.into(),
            mean: 1.0,
            std_error: 0.1,
            std_dev: 1.0,
            min: 0.0,
            p01: 0.0,
            p05: 0.0,
            p10: 0.0,
            p25: 0.0,
            p50: 1.0,
            p75: 1.0,
            p90: 1.0,
            p95: 1.0,
            p99: 1.0,
            max: 1.0,
            es05: 0.0,
            es95: 1.0,
            paths: 100,
            undefined: 0,
            low95: 0.8,
            high95: 1.2,
            error_df: f64::NAN,
        }
    }
}

fn quantile_rows(deal: &str, mix_year: i32, answer: &MetricAnswer) -> impl Iterator<Item = QuantileRow> {
    answer.quantiles.iter().map(move |quantile| QuantileRow {
        deal: deal.into(),
        metric: answer.metric.name(mix_year),
        unit: answer.metric.unit().name().into(),
        q: quantile.q,
        value: quantile.value,
        low95: quantile.low95,
        high95: quantile.high95,
    })
}

fn histogram_rows(deal: &str, mix_year: i32, answer: &MetricAnswer) -> impl Iterator<Item = HistogramRow> {
    answer.histogram.bins().map(move |bin| HistogramRow {
        deal: deal.into(),
        metric: answer.metric.name(mix_year),
        unit: answer.metric.unit().name().into(),
        low: bin.low,
        high: bin.high,
        count: bin.count,
    })
}

fn annual(valuation: &Valuation) -> Vec<AnnualRow> {
    let clouds = valuation.plan.cloud_names();
    let row = |answer: &crate::study::valuation::YearAnswer| {
        let [p05, p25, p50, p75, p95] = answer.quantiles;
        AnnualRow {
            deal: valuation.plan.subject_name(answer.deal),
            year: answer.year,
            series: answer.series.name(&clouds),
            unit: answer.series.unit().name().into(),
            mean: answer.mean,
            std_error: answer.std_error,
            p05,
            p25,
            p50,
            p75,
            p95,
            paths: answer.quantile_paths,
            low95: answer.interval.0,
            high95: answer.interval.1,
            error_df: answer.interval_df,
        }
    };
    valuation.years.iter().map(row).collect()
}

/// The table of the inputs of a scenario that is not run, so without statistics of draws.
pub fn inputs_of(model: &Model) -> Vec<InputRow> {
    inputs(&unsampled_inputs(model))
}

fn inputs(inputs: &[InputAnswer<'_>]) -> Vec<InputRow> {
    let row = |answer: &InputAnswer<'_>| {
        let [p05, p50, p95] = answer.quantiles;
        InputRow {
            key: answer.key.into(),
            unit: answer.unit.name().into(),
            distribution: match answer.kind {
                InputKind::Constant => "constant".into(),
                InputKind::Distribution(wording) => wording.into(),
                InputKind::SameAs(key) => format!("{SAME_AS}{key}"),
            },
            mean: answer.mean,
            std_dev: answer.std_dev,
            p05,
            p50,
            p95,
            source: answer.source.map_or(UNSOURCED, |source| &source.key).into(),
            source_date: answer.source.map_or("", |source| &source.date).into(),
            note: answer.note.unwrap_or_default().into(),
            sampled_mean: answer.sampled.map_or(f64::NAN, |moments| moments.mean()),
            sampled_std_dev: answer.sampled.map_or(f64::NAN, |moments| moments.std_dev()),
            informed_by: answer.informed_by.map_or("", |source| &source.key).into(),
        }
    };
    inputs.iter().map(row).collect()
}

fn correlations(valuation: &Valuation) -> Vec<CorrelationRow> {
    let row = |answer: &crate::study::valuation::PairAnswer| CorrelationRow {
        a: answer.pair.a.clone(),
        b: answer.pair.b.clone(),
        target: answer.pair.target.unwrap_or(f64::NAN),
        repaired: answer.pair.repaired.unwrap_or(f64::NAN),
        sampled: answer.sampled.unwrap_or(f64::NAN),
    };
    valuation.pairs.iter().map(row).collect()
}

fn events(valuation: &Valuation) -> Vec<EventRow> {
    let row = |answer: &crate::study::valuation::EventAnswer| EventRow {
        deal: valuation.plan.subject_name(answer.deal),
        event: answer.event.name().into(),
        date: answer.date.to_string(),
        probability: answer.probability,
        std_error: answer.std_error,
        low95: answer.interval.0,
        high95: answer.interval.1,
        error_df: answer.interval_df,
    };
    valuation.events.iter().map(row).collect()
}

/// Builds the table of sample paths.
pub fn sample_paths(plan: &Plan, result: &RunResult) -> Vec<SamplePathRow> {
    let mut rows = Vec::new();
    let all: Result<(), Infallible> = each_sample_path(plan, result, |row| {
        rows.push(row.clone());
        Ok(())
    });
    all.map_or_else(|never| match never {}, |()| rows)
}

/// Passes the rows of the sample paths to `take` one by one, without holding them in memory.
///
/// # Errors
/// The first error of `take`, which ends the iteration.
pub fn each_sample_path<E>(
    plan: &Plan,
    result: &RunResult,
    mut take: impl FnMut(&SamplePathRow) -> Result<(), E>,
) -> Result<(), E> {
    let clouds = plan.cloud_names();
    // Many rows of few words: they share them.
    let ends: Vec<Arc<str>> =
        plan.steps().periods.iter().map(|period| period.last_day.to_string().into()).collect();
    let deals: Vec<Arc<str>> = (0..plan.deals().len()).map(|d| plan.subject_name(d).into()).collect();
    let named = |d: usize| plan.deals()[d].series.iter().map(|series| series.name(&clouds).into()).collect();
    let names: Vec<Vec<Arc<str>>> = (0..plan.deals().len()).map(named).collect();
    for (path, samples) in result.samples.iter().enumerate() {
        for (d, periods) in samples.iter().enumerate() {
            let series = plan.deals()[d].series.iter().enumerate();
            // Of the first year's remainder and its past: no period has such a figure.
            for (s, _) in series.filter(|(_, series)| !series.is_full_year()) {
                let mut row = SamplePathRow {
                    path: path as u64,
                    deal: deals[d].clone(),
                    period_end: ends[0].clone(),
                    series: names[d][s].clone(),
                    value: 0.0,
                };
                for (end, values) in ends.iter().zip(periods) {
                    row.period_end = end.clone();
                    row.value = values[s];
                    take(&row)?;
                }
            }
        }
    }
    Ok(())
}
