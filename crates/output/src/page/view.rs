//! Results indexed for a page: deals, differences, and rows by deal and metric.

use super::wording::{self, measure};
use capstake::report::date_axis::{date, period_label};
use capstake::report::digits::{
    Estimate, Seen, condition, is_decided_by_few, probability_in_words, quantile,
};
use capstake::report::results::Results;
use capstake::report::tables::{AnnualRow, EventRow, HistogramRow, QuantileRow, SummaryRow};
use capstake::study::valuation::median_period;
use std::collections::HashMap;

/// Separator of the two names of a difference.
const MINUS: &str = " - ";

/// Results indexed by deal and metric.
pub struct View<'a> {
    /// The results.
    pub results: &'a Results,
    /// Names of the deals, in order.
    pub deals: Vec<&'a str>,
    /// Differences of each later deal from the first.
    pub differences: Vec<Difference<'a>>,
    summary: HashMap<(&'a str, &'a str), &'a SummaryRow>,
    histogram: HashMap<(&'a str, &'a str), Vec<&'a HistogramRow>>,
    quantiles: HashMap<(&'a str, &'a str), Vec<&'a QuantileRow>>,
    annual: HashMap<(&'a str, &'a str), Vec<&'a AnnualRow>>,
    events: HashMap<(&'a str, &'a str), Vec<&'a EventRow>>,
}

/// The difference of a later deal from the first.
#[derive(Clone, Copy, Debug)]
pub struct Difference<'a> {
    /// Its name in the tables.
    pub name: &'a str,
    /// The later deal's name.
    pub later: &'a str,
}

/// Probability of an event by the horizon, and its most likely year.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    /// The probability.
    pub probability: f64,
    /// Its standard error.
    pub std_error: f64,
    /// Degrees of freedom of an error that comes from replicates; NaN where paths are independent.
    pub error_df: f64,
    /// Whether no draw can move it.
    pub exact: bool,
    /// The calendar year in which it happens most often.
    pub year: Option<i32>,
}

impl<'a> View<'a> {
    /// Indexes the rows.
    pub fn new(results: &'a Results) -> View<'a> {
        let tables = &results.tables;
        let mut view = View {
            results,
            deals: Vec::new(),
            differences: Vec::new(),
            summary: HashMap::new(),
            histogram: HashMap::new(),
            quantiles: HashMap::new(),
            annual: HashMap::new(),
            events: HashMap::new(),
        };
        for row in &tables.summary {
            let name = row.deal.as_str();
            match name.split_once(MINUS) {
                None if !view.deals.contains(&name) => view.deals.push(name),
                Some((later, _)) if view.differences.iter().all(|known| known.name != name) => {
                    view.differences.push(Difference { name, later });
                }
                _ => {}
            }
            view.summary.insert((name, &row.metric), row);
        }
        for row in &tables.histogram {
            view.histogram.entry((&row.deal, &row.metric)).or_default().push(row);
        }
        for row in &tables.quantiles {
            view.quantiles.entry((&row.deal, &row.metric)).or_default().push(row);
        }
        for row in &tables.annual {
            view.annual.entry((&row.deal, &row.series)).or_default().push(row);
        }
        for row in &tables.events {
            view.events.entry((&row.deal, &row.event)).or_default().push(row);
        }
        view
    }

    /// One of the program's own texts with the names of the company and its partner in it.
    pub fn tell(&self, text: &str) -> String {
        self.results.facts.names.tell(text)
    }

    /// The label of a metric by its name in the tables.
    pub fn metric_label(&self, name: &str) -> String {
        wording::metric(name, &self.results.facts.names)
    }

    /// The label of a series by its name in the tables.
    pub fn series_label(&self, name: &str) -> String {
        wording::series(name, &self.results.facts.names)
    }

    /// The statistics of a metric; `None` if it has no value on any path.
    pub fn summary(&self, deal: &str, metric: &str) -> Option<&'a SummaryRow> {
        self.summary.get(&(deal, metric)).copied().filter(|row| row.mean.is_finite())
    }

    /// The histogram of a metric.
    pub fn histogram<'s>(&'s self, deal: &'s str, metric: &'s str) -> &'s [&'a HistogramRow] {
        self.histogram.get(&(deal, metric)).map_or(&[], Vec::as_slice)
    }

    /// A series by calendar year, without years in which it has no value.
    pub fn annual(&self, deal: &str, series: &str) -> Vec<&'a AnnualRow> {
        let rows = self.annual.get(&(deal, series)).map_or(&[][..], Vec::as_slice);
        rows.iter().copied().filter(|row| row.mean.is_finite()).collect()
    }

    /// Whether a deal has a series.
    pub fn has_series(&self, deal: &str, series: &str) -> bool {
        !self.annual(deal, series).is_empty()
    }

    /// Suffixes of a deal's series whose names begin with `prefix`, in the order of the table.
    pub fn series_after(&self, deal: &str, beginning: &str) -> Vec<&'a str> {
        let mut found: Vec<&str> = Vec::new();
        for row in self.results.tables.annual.iter().filter(|row| row.deal == deal) {
            if let Some(rest) = row.series.strip_prefix(beginning)
                && !found.contains(&rest)
            {
                found.push(rest);
            }
        }
        found
    }

    /// The probability of an event by period end.
    pub fn events<'s>(&'s self, deal: &'s str, event: &'s str) -> &'s [&'a EventRow] {
        self.events.get(&(deal, event)).map_or(&[], Vec::as_slice)
    }

    /// Whether the scenario has a part such as `ipo`, that is, sets any of its numbers.
    pub fn has_part(&self, part: &str) -> bool {
        let inputs = &self.results.tables.inputs;
        inputs.iter().any(|row| row.key.strip_prefix(part).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Whether the deal has a cap.
    pub fn is_capped(&self, deal: &str) -> bool {
        self.has_series(deal, "cap_left")
    }

    /// Whether both deals of a difference have a cap.
    pub fn are_both_capped(&self, difference: &str) -> bool {
        let later = self.differences.iter().find(|known| known.name == difference);
        later.is_some_and(|difference| self.is_capped(self.deals[0]) && self.is_capped(difference.later))
    }

    /// The probability of an event by the horizon, and its most likely year.
    pub fn chance(&self, deal: &str, event: &str) -> Chance {
        let rows = self.events(deal, event);
        let Some(last) = rows.last() else {
            let unknown = f64::NAN;
            return Chance {
                probability: unknown,
                std_error: unknown,
                error_df: unknown,
                exact: false,
                year: None,
            };
        };
        let mut best: Option<(i32, f64)> = None;
        for (year, probability) in self.by_year(deal, event) {
            if probability > best.map_or(0.0, |(_, most)| most) {
                best = Some((year, probability));
            }
        }
        Chance {
            probability: last.probability,
            std_error: last.std_error,
            error_df: last.error_df,
            exact: self.results.tables.is_exact(deal, event),
            year: best.map(|(year, _)| year),
        }
    }

    /// The probability of an event in each calendar year.
    pub fn by_year(&self, deal: &str, event: &str) -> Vec<(i32, f64)> {
        let mut years: Vec<(i32, f64)> = Vec::new();
        let mut before = 0.0;
        for row in self.events(deal, event) {
            let (year, ..) = date(&row.date);
            let inside = row.probability - before;
            before = row.probability;
            match years.last_mut() {
                Some((last, sum)) if *last == year => *sum += inside,
                _ => years.push((year, inside)),
            }
        }
        years
    }

    /// A mean with what is known of it, times a factor.
    pub fn estimate(&self, row: &SummaryRow, factor: f64) -> Estimate {
        let exact = self.results.tables.is_exact(&row.deal, &row.metric);
        Estimate::new(factor * row.mean, (factor * row.std_error).abs()).over(row.paths).exact_if(exact)
    }

    /// A mean with what is known of it, as text: `$205.53 ± 0.10 bn`, `0.30% (95%: 0.10–0.88%)`, with a † where so few paths
    /// decide it that its error is itself little known.
    pub fn mean(&self, row: &SummaryRow) -> String {
        let few = if is_decided_by_few(row) { " †" } else { "" };
        match (row.unit.as_str(), row.deal.contains(MINUS)) {
            ("flag", false) => {
                let exact = self.results.tables.is_exact(&row.deal, &row.metric);
                let seen = Seen::new(count(row.mean, row.paths), row.paths, exact);
                probability_in_words(seen.with_error(row.std_error, row.error_df))
            }
            _ => {
                let scale = measure(&row.unit);
                scale.written(self.estimate(row, scale.factor)) + few
            }
        }
    }

    /// The same, saying of a mean over some of the paths that it is one.
    pub fn mean_in_full(&self, row: &SummaryRow) -> String {
        match condition(row.paths, row.undefined) {
            Some(condition) => format!("{}, {condition}", self.mean(row)),
            None => self.mean(row),
        }
    }

    /// The mean of a series in a year, as text.
    pub fn mean_of_year(&self, row: &AnnualRow) -> String {
        let exact = self.results.tables.is_exact(&row.deal, &row.series);
        let paths = self.results.facts.paths;
        match row.unit.as_str() {
            "flag" => {
                let seen = Seen::new(count(row.mean, paths), paths, exact);
                probability_in_words(seen.with_error(row.std_error, row.error_df))
            }
            unit => {
                let scale = measure(unit);
                let estimate = Estimate::new(scale.factor * row.mean, scale.factor * row.std_error);
                scale.written(estimate.over(paths).exact_if(exact))
            }
        }
    }

    /// The probability of an event of a deal by a date, as text.
    pub fn by_then(&self, row: &EventRow) -> String {
        let paths = self.results.facts.paths;
        let exact = self.results.tables.is_exact(&row.deal, &row.event);
        let seen = Seen::new(count(row.probability, paths), paths, exact);
        probability_in_words(seen.with_error(row.std_error, row.error_df))
    }

    /// A chance, as text.
    pub fn ever(&self, chance: &Chance) -> String {
        probability_in_words(self.seen(chance))
    }

    /// A probability of an event of a deal within a year, as text. Its error is that of independent paths, an upper bound under Sobol
    /// sampling: tables have errors of what has happened by a date.
    pub fn within_a_year(&self, deal: &str, event: &str, probability: f64) -> String {
        let paths = self.results.facts.paths;
        let exact = self.results.tables.is_exact(deal, event);
        probability_in_words(Seen::new(count(probability, paths), paths, exact))
    }

    /// A chance, as the paths show it.
    pub fn seen(&self, chance: &Chance) -> Seen {
        let paths = self.results.facts.paths;
        let seen = Seen::new(count(chance.probability, paths), paths, chance.exact);
        seen.with_error(chance.std_error, chance.error_df)
    }

    /// A quantile with the digits that its error supports.
    pub fn quantile(&self, deal: &str, metric: &str, q: f64) -> Option<String> {
        let rows = self.quantiles.get(&(deal, metric))?;
        let row = rows.iter().find(|row| row.q == q)?;
        Some(quantile(row.value, row.low95, row.high95))
    }

    /// The period by whose end half of the paths on which an event ever happens have it: `Q2 2027`.
    pub fn median_period(&self, deal: &str, event: &str) -> Option<String> {
        let facts = &self.results.facts;
        let rows = self.events(deal, event);
        let count = |row: &&EventRow| (row.probability * facts.paths as f64).round() as u64;
        let place = median_period(&rows.iter().map(count).collect::<Vec<u64>>())?;
        Some(period_label(&rows[place].date, facts.period_months))
    }

    /// Whether no draw can move any metric.
    pub fn is_certain(&self) -> bool {
        let tables = &self.results.tables;
        tables.summary.iter().all(|row| tables.is_exact(&row.deal, &row.metric))
    }
}

/// The number of paths behind a share of them.
fn count(share: f64, paths: u64) -> u64 {
    (share.clamp(0.0, 1.0) * paths as f64).round() as u64
}
