//! The answer of `ipo`: calendar of readiness, gates, the day of the offer, dilution, listing standards.

mod screen;
mod standards;

use super::answer::{Answer, Axis, Chart, Column, Curve, Mark, Point, Role, Shown, Table, Value};
use super::date_axis::{on_axis, period_label};
use super::digits::{
    at_place, exponent, grouped, in_words, percent_in_passing, place_of_error, significant, thousands,
};
use super::label;
use super::tables::inputs_of;
use crate::config::Unit;
use crate::kernel::plan::Plan;
use crate::math::binomial::{order_statistic_interval, probability_interval};
use crate::stats::summary::Statistics;
use crate::study::ipo::gather::{DealReadiness, GateCounts, IpoReadiness};
use crate::study::ipo::offer::OfferMetric;
use crate::study::valuation::{median_period, proportion};

/// Quarters of the calendar that a terminal shows per deal.
const SHOWN: usize = 12;
/// Coverage of confidence intervals.
const LEVEL: f64 = 0.95;

/// Everything that the answer is built from.
struct Page<'a> {
    plan: &'a Plan,
    readied: &'a IpoReadiness,
}

/// Builds the answer.
pub fn ipo(plan: &Plan, readied: &IpoReadiness, asked: u64) -> Answer {
    let page = Page { plan, readied };
    let mut warnings = Vec::new();
    if readied.paths < asked {
        warnings.push(format!(
            "PARTIAL: stopped early; all below is over {} of {} paths.",
            thousands(readied.paths),
            thousands(asked)
        ));
    }
    Answer {
        study: "ipo".into(),
        title: format!("{} · {} paths · seed {}", plan.model().name, thousands(readied.paths), plan.seed()),
        warnings,
        sentences: (0..plan.deals().len()).flat_map(|deal| page.sentences(deal)).collect(),
        tables: vec![
            page.times(),
            page.readiness(),
            page.gates(),
            page.day(),
            page.dilution(),
            page.standards(),
            page.calendar(),
            page.standards_calendar(),
        ],
        charts: (0..plan.deals().len()).flat_map(|deal| page.curves(deal)).filter(Chart::is_drawn).collect(),
        screen: page.screen(),
    }
}

/// Cumulative sums.
fn so_far(counts: &[u64]) -> Vec<u64> {
    let mut sum = 0;
    counts
        .iter()
        .map(|count| {
            sum += count;
            sum
        })
        .collect()
}

fn total(counts: &[u64]) -> u64 {
    counts.iter().sum()
}

/// Columns of a probability, the last three with a prefix: value, standard error and the ends of its 95% interval, which a terminal shows where the error alone
/// would mislead.
fn probability_columns(name: &str, prefix: &str, unit: Option<Unit>) -> [Column; 4] {
    [
        Column::quantity(name, unit),
        Column::error(format!("{prefix}std_error"), unit),
        Column::quantity(format!("{prefix}low95"), unit).as_role(Role::Detail),
        Column::quantity(format!("{prefix}high95"), unit).as_role(Role::Detail),
    ]
}

impl Page<'_> {
    /// Values of a probability's columns, given how it is read of a deal's counts and the number of paths: those that count, and those
    /// of which. Wilson's interval, under Sobol sampling one over replicates, and the one-sided bound of an event that happened on none
    /// or all of the paths.
    fn probability_values(
        &self,
        deal: usize,
        of: impl Fn(&DealReadiness, u64) -> (u64, u64) + Copy,
    ) -> [Value; 4] {
        let (count, paths) = of(&self.readied.deals[deal], self.readied.paths);
        let (p, _) = proportion(count, paths);
        let error = self.readied.error(deal, of);
        let (low, high) = error.probability_interval(p).unwrap_or_else(|| probability_interval(count, paths));
        [p, error.std_error, low, high].map(Value::from)
    }

    /// The ranks, among the `n` paths on which an event happens, between which the median date lies with 95%. Under Sobol sampling by
    /// sectioning at the period that holds it.
    fn median_ranks(&self, deal: usize, n: u64, counts: fn(&DealReadiness) -> &Vec<u64>) -> (u64, u64) {
        let median = median_period(&so_far(counts(&self.readied.deals[deal])));
        let (Some(median), Some(_)) = (median, self.readied.replicates) else {
            return order_statistic_interval(n, 0.5, LEVEL);
        };
        let by_then = |of: &DealReadiness, _| (total(&counts(of)[..=median]), total(counts(of)));
        match self.readied.error(deal, by_then).half_width() {
            half if half.is_nan() => (0, n + 1),
            half => (((0.5 - half) * n as f64).max(0.0) as u64, ((0.5 + half) * n as f64) as u64 + 1),
        }
    }

    fn deals(&self) -> impl Iterator<Item = (String, &DealReadiness)> {
        let names = self.plan.model().deals.iter().map(|deal| deal.name.clone());
        names.zip(&self.readied.deals)
    }

    fn gate_keys(&self) -> Vec<&'static str> {
        let gates = self.plan.model().ipo.as_ref().map_or(&[][..], |ipo| &ipo.gates);
        gates.iter().map(|(kind, _)| kind.key()).collect()
    }

    /// The gates with their thresholds.
    fn gate_labels(&self) -> Vec<String> {
        let model = self.plan.model();
        let inputs = inputs_of(model);
        let gates = model.ipo.as_ref().map_or(&[][..], |ipo| &ipo.gates);
        let label = |&(kind, id): &(_, _)| {
            let key = &model.parameters.entry(id).key;
            let median = inputs.iter().find(|row| row.key == key.as_str()).map_or(f64::NAN, |row| row.p50);
            let certain = model.parameters.constant(id);
            label::gate_at(kind, certain.unwrap_or(median), certain.is_some())
        };
        gates.iter().map(label).collect()
    }

    fn date(&self, period: usize) -> String {
        self.plan.steps().periods[period].last_day.to_string()
    }

    /// The end of the period by which a fraction `q` of `of` paths is reached; `None` if it never is.
    fn by(&self, counts: &[u64], q: f64, of: u64) -> Option<String> {
        let wanted = ((q * of as f64).ceil() as u64).max(1);
        let period = so_far(counts).iter().position(|&sum| sum >= wanted)?;
        Some(self.date(period))
    }

    /// The end of the period by which half of the paths on which an event ever happens have it.
    fn median(&self, counts: &[u64]) -> Option<String> {
        median_period(&so_far(counts)).map(|period| self.date(period))
    }

    /// A share of paths in passing: `93%`.
    fn part(&self, count: u64, of: u64) -> String {
        let (p, std_error) = proportion(count, of);
        percent_in_passing(p, std_error)
    }

    /// The first period at whose end gates are tested.
    fn first_test(&self) -> Option<usize> {
        self.plan.schedule.tested.iter().position(|&tested| tested)
    }

    fn sentences(&self, deal: usize) -> Vec<String> {
        let of = &self.readied.deals[deal];
        let listed = total(&of.listed);
        let mut sentences = vec![self.ready_and_listed(deal)];
        sentences.extend(self.hurdle(deal));
        if listed > 0 {
            let day = |day: OfferMetric| of.day[day as usize].statistics();
            let (with, without) = (day(OfferMetric::PaymentsAfter), day(OfferMetric::PaymentsAfterUncapped));
            if self.plan.model().deals[deal].cap.is_some() {
                let amount = |s: &Statistics| {
                    // Two decimal places at most: the spread is what matters here.
                    let place = place_of_error(s.std_error.max(f64::MIN_POSITIVE)).max(exponent(s.mean) - 2);
                    (at_place(s.mean, place), at_place(s.std_dev, place))
                };
                let ((mean, spread), (uncapped, uncapped_spread)) = (amount(&with), amount(&without));
                sentences.push(format!(
                    "At listing, the remaining revenue share is worth ${mean} bn undiscounted (± {spread} across futures); uncapped it \
                     would be ${uncapped} bn (± {uncapped_spread})."
                ));
            }
        }
        sentences
    }

    /// How many futures meet every gate at once, and which gate usually opens last.
    fn hurdle(&self, deal: usize) -> Option<String> {
        let of = &self.readied.deals[deal];
        let first = self.first_test()?;
        let gates = &self.plan.model().ipo.as_ref()?.gates;
        let all = self.part(of.all[first], self.readied.paths);
        let meet = match deal {
            0 => format!("{all} of futures meet every gate at the first test"),
            _ => format!(
                "Under {} {all} meet every gate at the first test",
                self.plan.model().deals[deal].name
            ),
        };
        let most = (0..gates.len()).max_by_key(|&gate| of.gates[gate].last)?;
        if of.gates[most].last == 0 {
            return Some(meet + ".");
        }
        let without = self.part(total(&of.gates[most].ready_without), self.readied.paths);
        let hurdle = label::gate(gates[most].0);
        Some(format!("{meet}; {hurdle} is the usual last hurdle (without it {without} would become ready)."))
    }

    /// How many futures become ready and list, when, and at what value.
    fn ready_and_listed(&self, deal: usize) -> String {
        let of = &self.readied.deals[deal];
        let (paths, listed) = (self.readied.paths, total(&of.listed));
        let mut sentence = format!(
            "Under {} {} become ready and {} list",
            self.plan.model().deals[deal].name,
            self.part(total(&of.first_ready), paths),
            self.part(listed, paths)
        );
        if listed == 0 {
            return sentence + ".";
        }
        let months = self.plan.model().timeline.period_length().months();
        if let Some(last_day) = self.median(&of.listed) {
            sentence += &format!(", median date {}", period_label(&last_day, months));
        }
        let day = |day: OfferMetric| of.day[day as usize].statistics();
        let money = |s: &Statistics| in_words(s.mean, s.std_error, false, Unit::UsdBn);
        let (equity, proceeds) = (day(OfferMetric::PreMoney), day(OfferMetric::GrossProceeds));
        sentence += &format!(
            "; the offer values the company at {} (nine in ten: ${}–{} bn) and raises {}.",
            money(&equity),
            grouped(&significant(equity.p05, 3)),
            grouped(&significant(equity.p95, 3)),
            money(&proceeds)
        );
        sentence
    }

    fn times(&self) -> Table {
        let mut columns = vec![Column::key("deal"), Column::key("event")];
        let p = Some(Unit::Probability);
        columns.extend(probability_columns("probability", "probability_", p));
        columns.extend(["p05", "p25", "p50", "p75", "p95"].map(Column::key));
        columns.extend(["p50_low95", "p50_high95"].map(|name| Column::key(name).as_role(Role::Detail)));
        let mut rows = Vec::new();
        type Counts = fn(&DealReadiness) -> &Vec<u64>;
        let events: [(&str, Counts); 2] = [("ready", |of| &of.first_ready), ("listed", |of| &of.listed)];
        for (index, (deal, of)) in self.deals().enumerate() {
            for (event, counts_of) in events {
                let counts = counts_of(of);
                let happened = total(counts);
                let mut row: Vec<Value> = vec![deal.clone().into(), event.into()];
                row.extend(self.probability_values(index, |of, paths| (total(counts_of(of)), paths)));
                let text = |date: Option<String>| Value::Text(date.unwrap_or_default());
                let at = |q: f64| text((happened > 0).then(|| self.by(counts, q, happened)).flatten());
                row.extend([0.05, 0.25, 0.5, 0.75, 0.95].map(at));
                let ends = match happened {
                    0 => [Value::from(""), Value::from("")],
                    n => {
                        let (low, high) = self.median_ranks(index, n, counts_of);
                        [low, high].map(|rank| {
                            let period = so_far(counts).iter().position(|&sum| sum >= rank.clamp(1, n));
                            text(period.map(|period| self.date(period)))
                        })
                    }
                };
                row.extend(ends);
                rows.push(row);
            }
        }
        Table {
            name: "times".into(),
            title: "When: last days of periods, over the futures where it happens".to_owned(),
            columns,
            rows,
            shown: Shown::All,
        }
    }

    /// The calendar for readers: one row per quarter, one column per gate.
    fn readiness(&self) -> Table {
        let mut columns = vec![Column::key("deal"), Column::key("period_end")];
        let names = ["all", "ready", "ready_by", "listed_by"];
        columns.extend(names.map(|name| Column::quantity(name, None)));
        columns.extend(self.gate_keys().into_iter().map(|key| Column::quantity(key, None)));
        let mut rows = Vec::new();
        for (deal, of) in self.deals() {
            let (ready_by, listed_by) = (so_far(&of.first_ready), so_far(&of.listed));
            for period in 0..of.all.len() {
                let mut row: Vec<Value> = vec![deal.clone().into(), self.date(period).into()];
                let counts = [of.all[period], of.ready[period], ready_by[period], listed_by[period]];
                let part = |count: u64| Value::Number(proportion(count, self.readied.paths).0);
                row.extend(counts.map(part));
                row.extend(of.gates.iter().map(|gate| part(gate.met[period])));
                rows.push(row);
            }
        }
        Table {
            name: "readiness".into(),
            title: "Readiness calendar: part of all futures where all gates are met, where the company is ready, has been ready, has \
                    been listed, and where each gate is met (errors in calendar.csv)"
                .to_owned(),
            columns,
            rows,
            shown: Shown::FirstOfEach { rows: SHOWN, alike: 1 },
        }
    }

    fn calendar(&self) -> Table {
        let mut columns = vec![Column::key("deal"), Column::key("period_end"), Column::key("gate")];
        for (name, prefix) in [("probability", ""), ("shut_alone", "shut_alone_")] {
            columns.extend(probability_columns(name, prefix, Some(Unit::Probability)));
        }
        let keys = self.gate_keys();
        let mut rows = Vec::new();
        for (at, (deal, of)) in self.deals().enumerate() {
            for period in 0..of.all.len() {
                let begin = |gate: &str| -> Vec<Value> {
                    vec![deal.clone().into(), self.date(period).into(), gate.into()]
                };
                for (gate, key) in keys.iter().enumerate() {
                    let mut row = begin(key);
                    row.extend(self.probability_values(at, |of, paths| (of.gates[gate].met[period], paths)));
                    row.extend(
                        self.probability_values(at, |of, paths| (of.gates[gate].alone[period], paths)),
                    );
                    rows.push(row);
                }
                let mut push = |name: &str, values: [Value; 4]| {
                    let mut row = begin(name);
                    row.extend(values);
                    row.extend([f64::NAN; 4].map(Value::from));
                    rows.push(row);
                };
                push("all", self.probability_values(at, |of, paths| (of.all[period], paths)));
                push("ready", self.probability_values(at, |of, paths| (of.ready[period], paths)));
                push(
                    "ready_by",
                    self.probability_values(at, |of, paths| (total(&of.first_ready[..=period]), paths)),
                );
                push(
                    "listed_by",
                    self.probability_values(at, |of, paths| (total(&of.listed[..=period]), paths)),
                );
            }
        }
        Table {
            name: "calendar".into(),
            title: "Readiness calendar with errors".to_owned(),
            columns,
            rows,
            shown: Shown::None,
        }
    }

    fn gates(&self) -> Table {
        let mut columns = vec![Column::key("deal"), Column::key("gate")];
        // In the order of `counts` below.
        for name in
            ["ready_without", "last_to_open", "closes_again", "last_alone", "more_ready", "more_listed"]
        {
            columns.extend(probability_columns(name, &format!("{name}_"), None));
        }
        columns.push(Column::key("ready_p50_without").as_role(Role::Detail));
        columns.push(Column::key("listed_p50_without").as_role(Role::Detail));
        let mut rows = Vec::new();
        let keys = self.gate_keys();
        type Fraction = fn(&DealReadiness, &GateCounts, u64) -> (u64, u64);
        // Without a gate no path is ready later, so the difference is itself a count.
        let fractions: [Fraction; 6] = [
            |_, gate, paths| (total(&gate.ready_without), paths),
            |of, gate, _| (gate.last, total(&of.first_ready)),
            |_, gate, paths| (gate.closed, paths),
            |of, gate, _| (gate.last_alone, total(&of.first_ready)),
            |of, gate, paths| (total(&gate.ready_without) - total(&of.first_ready), paths),
            |of, gate, paths| (total(&gate.listed_without) - total(&of.listed), paths),
        ];
        for (at, (deal, of)) in self.deals().enumerate() {
            for (i, (key, gate)) in keys.iter().zip(&of.gates).enumerate() {
                let mut row: Vec<Value> = vec![deal.clone().into(), (*key).into()];
                for fraction in fractions {
                    row.extend(self.probability_values(at, |of, paths| fraction(of, &of.gates[i], paths)));
                }
                for counts in [&gate.ready_without, &gate.listed_without] {
                    row.push(self.median(counts).unwrap_or_default().into());
                }
                rows.push(row);
            }
        }
        Table {
            name: "gates".into(),
            title: "Gates: readiness without each of them; how often it opens last (of the ready) and closes again before listing"
                .to_owned(),
            columns,
            rows,
            shown: Shown::All,
        }
    }

    fn day(&self) -> Table {
        let mut columns = vec![
            Column::key("deal"),
            Column::key("figure"),
            Column::key("unit").as_role(Role::Detail),
            Column::quantity("mean", None),
            Column::error("std_error", None),
            Column::quantity("std_dev", None),
        ];
        columns.extend(["p05", "p50", "p95"].map(|name| Column::quantity(name, None)));
        columns.extend(["p25", "p75"].map(|name| Column::quantity(name, None).as_role(Role::Detail)));
        columns.push(Column::quantity("paths", None).as_role(Role::Detail));
        columns.push(Column::key("meaning").as_role(Role::Detail));
        let mut rows = Vec::new();
        for (deal, of) in self.deals() {
            for day in OfferMetric::ALL {
                let s = of.day[day as usize].statistics();
                if s.paths == 0 {
                    continue;
                }
                let mut row: Vec<Value> = vec![
                    deal.clone().into(),
                    day.name().into(),
                    day.unit().name().into(),
                    s.mean.into(),
                    s.std_error.into(),
                    s.std_dev.into(),
                ];
                row.extend([s.p05, s.p50, s.p95, s.p25, s.p75].map(Value::from));
                row.push(s.paths.into());
                row.push(day.meaning(&self.plan.model().names).into());
                rows.push(row);
            }
        }
        Table {
            name: "offer".into(),
            title: "On the day of the offer, over the futures that have one".to_owned(),
            columns,
            rows,
            shown: Shown::First(20),
        }
    }

    fn dilution(&self) -> Table {
        let mut columns = vec![Column::key("deal"), Column::key("holder")];
        for name in ["today", "before", "after"] {
            columns.push(Column::quantity(name, None));
            columns.push(Column::error(format!("{name}_std_error"), None));
        }
        let holders: [(&str, [Option<OfferMetric>; 3]); 5] = [
            (
                &self.plan.model().names.partner,
                [
                    Some(OfferMetric::MicrosoftNow),
                    Some(OfferMetric::MicrosoftBefore),
                    Some(OfferMetric::MicrosoftAfter),
                ],
            ),
            (
                "today's other holders",
                [
                    Some(OfferMetric::OthersNow),
                    Some(OfferMetric::OthersBefore),
                    Some(OfferMetric::OthersAfter),
                ],
            ),
            (
                "later rounds and employees",
                [None, Some(OfferMetric::LaterMoneyBefore), Some(OfferMetric::LaterMoneyAfter)],
            ),
            ("rounds with the IPO", [None, None, Some(OfferMetric::RoundsOnIpo)]),
            ("buyers of the offer", [None, None, Some(OfferMetric::Public)]),
        ];
        let mut rows = Vec::new();
        for (deal, of) in self.deals() {
            if of.day[OfferMetric::MicrosoftNow as usize].moments().count() == 0 {
                continue;
            }
            for (holder, days) in holders {
                let mut row: Vec<Value> = vec![deal.clone().into(), holder.into()];
                for day in days {
                    let (mean, error) = match day {
                        Some(day) => {
                            let summary = &of.day[day as usize];
                            (summary.moments().mean(), summary.mean_error().std_error)
                        }
                        None => (0.0, 0.0),
                    };
                    row.extend([mean, error].map(Value::from));
                }
                rows.push(row);
            }
        }
        Table {
            name: "dilution".into(),
            title: "Dilution: who holds what part, averaged over the futures with an offer".to_owned(),
            columns,
            rows,
            shown: Shown::All,
        }
    }

    fn curves(&self, deal: usize) -> [Chart; 2] {
        let of = &self.readied.deals[deal];
        let name = &self.plan.model().deals[deal].name;
        let curve = |name: &str, count: &dyn Fn(&DealReadiness, usize) -> u64| Curve {
            name: name.to_owned(),
            points: self
                .plan
                .steps()
                .periods
                .iter()
                .enumerate()
                .map(|(at, period)| {
                    let (y, _) = proportion(count(of, at), self.readied.paths);
                    let std_error = self.readied.error(deal, |of, paths| (count(of, at), paths)).std_error;
                    Point { x: on_axis(&period.last_day.to_string()), y, std_error }
                })
                .collect(),
        };
        let chart = |title: String, curves: Vec<Curve>| Chart::Curves {
            title,
            x: Axis::calendar(),
            y: Axis::new("share of all futures", Unit::Probability),
            curves,
            marks: Vec::<Mark>::new(),
        };
        let whole = vec![
            curve("all gates met", &|of, at| of.all[at]),
            curve("has been ready", &|of, at| total(&of.first_ready[..=at])),
            curve("has been listed", &|of, at| total(&of.listed[..=at])),
        ];
        let gates = self.gate_labels();
        let gates =
            gates.iter().enumerate().map(|(i, label)| curve(label, &|of, at| of.gates[i].met[at])).collect();
        [
            chart(format!("{name}: ready for a listing, and listed, by date"), whole),
            chart(format!("{name}: futures that meet each gate, by date"), gates),
        ]
    }
}
