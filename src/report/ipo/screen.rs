//! The screen of `ipo`: the calendar by year, the gates by how often they hold a listing up, and the offer.

use super::{Page, so_far, total};
use crate::report::digits::{Estimate, NONE, at_place, exponent, grouped, place_of_error, significant};
use crate::report::panel::Panel;
use crate::stats::summary::Statistics;
use crate::study::ipo::gather::DealReadiness;
use crate::study::ipo::offer::OfferMetric;
use crate::study::valuation::proportion;

/// A share of paths in as few characters as possible, with no more digits than its error supports: `72%`, `<1%`, `>99%`.
fn short_percent(count: u64, of: u64) -> String {
    let (p, std_error) = proportion(count, of);
    let percent = 100.0 * p;
    if percent.is_nan() {
        return NONE.to_owned();
    }
    let place = place_of_error((100.0 * std_error).max(f64::MIN_POSITIVE)).max(0);
    match at_place(percent, place).as_str() {
        "0" if count > 0 => "<1%".to_owned(),
        "100" if count < of => ">99%".to_owned(),
        whole => format!("{whole}%"),
    }
}

/// Mean with its error and the range of nine futures in ten: `971 ± 6 (553–1640)`.
fn mean_and_range(s: &Statistics) -> String {
    if s.paths == 0 {
        return NONE.to_owned();
    }
    let end = |x: f64| grouped(&significant(x, 3));
    let mut estimate = Estimate::new(s.mean, s.std_error);
    estimate.value = grouped(&estimate.value);
    let mean = estimate.words();
    format!("{mean} ({}–{})", end(s.p05), end(s.p95))
}

impl Page<'_> {
    pub(super) fn screen(&self) -> Vec<Panel> {
        let mut panels = vec![self.years(), self.hurdles()];
        if self.readied.deals.iter().any(|of| total(&of.listed) > 0) {
            panels.push(self.offer_panel());
        }
        panels
    }

    /// Readiness and listing by the end of each calendar year.
    fn years(&self) -> Panel {
        let mut ends: Vec<(String, usize)> = Vec::new();
        for period in 0..self.plan.steps().periods.len() {
            let year = self.date(period)[..4].to_owned();
            match ends.last_mut().filter(|(last, _)| *last == year) {
                Some((_, end)) => *end = period,
                None => ends.push((year, period)),
            }
        }
        let mut panel = Panel::new(&["By the end of"], "calendar.csv");
        panel.heads.extend(ends.iter().map(|(year, _)| year.clone()));
        panel.least = 4;
        for (deal, of) in self.deals() {
            for (event, counts) in [("ready", &of.first_ready), ("listed", &of.listed)] {
                let by = so_far(counts);
                let cells = ends.iter().map(|&(_, end)| short_percent(by[end], self.readied.paths));
                panel.rows.push(std::iter::once(format!("{deal} {event}")).chain(cells).collect());
            }
        }
        panel
    }

    /// The gates of the first deal, the usual last hurdle first.
    fn hurdles(&self) -> Panel {
        let of = &self.readied.deals[0];
        let title = format!("Gates under {}", self.plan.model().deals[0].name);
        let mut panel = Panel::new(&[&title, "met at first", "last hurdle", "ready without"], "gates.csv");
        panel.least = 2;
        let (ready, paths) = (total(&of.first_ready), self.readied.paths);
        let first = self.first_test();
        let labels = self.gate_labels();
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by_key(|&gate| std::cmp::Reverse(of.gates[gate].last));
        for gate in order {
            let counts = &of.gates[gate];
            panel.rows.push(vec![
                labels[gate].clone(),
                first.map_or(NONE.to_owned(), |first| short_percent(counts.met[first], paths)),
                short_percent(counts.last, ready),
                short_percent(total(&counts.ready_without), paths),
            ]);
        }
        panel
    }

    /// The offer under each deal, over the futures that have one.
    fn offer_panel(&self) -> Panel {
        let mut panel = Panel::new(&["At the offer (nine in ten)"], "offer.csv");
        panel.heads.extend(self.deals().map(|(deal, _)| deal));
        let partner = &self.plan.model().names.partner;
        let rows = [
            ("Equity value before it, $bn".to_owned(), Shown::Range(OfferMetric::PreMoney)),
            ("Revenue share ahead, $bn".to_owned(), Shown::Range(OfferMetric::PaymentsAfter)),
            ("Money raised, $bn".to_owned(), Shown::Range(OfferMetric::GrossProceeds)),
            (
                format!("{partner} before → after"),
                Shown::Parts([OfferMetric::MicrosoftBefore, OfferMetric::MicrosoftAfter]),
            ),
            (
                "Cash before → after".to_owned(),
                Shown::Months([OfferMetric::RunwayMonths, OfferMetric::RunwayMonthsAfter]),
            ),
            ("Revenue share uncapped, $bn".to_owned(), Shown::Range(OfferMetric::PaymentsAfterUncapped)),
            ("Trailing revenue, $bn".to_owned(), Shown::Range(OfferMetric::TrailingRevenue)),
        ];
        for (label, shown) in rows {
            let cells = self.deals().map(|(_, of)| shown.cell(of));
            panel.rows.push(std::iter::once(label).chain(cells).collect());
        }
        panel
    }
}

/// How a row shows the offer.
enum Shown {
    /// Mean with its error and range.
    Range(OfferMetric),
    /// Percentages before and after.
    Parts([OfferMetric; 2]),
    /// Months before and after.
    Months([OfferMetric; 2]),
}

impl Shown {
    fn cell(&self, of: &DealReadiness) -> String {
        let statistics = |metric: OfferMetric| of.day[metric as usize].statistics();
        let (ends, factor, unit) = match self {
            Shown::Range(metric) => return mean_and_range(&statistics(*metric)),
            Shown::Parts(ends) => (ends, 100.0, "%"),
            Shown::Months(ends) => (ends, 1.0, " months"),
        };
        let [before, after] = ends.map(|metric| {
            let s = statistics(metric);
            let (mean, error) = (factor * s.mean, factor * s.std_error.max(f64::MIN_POSITIVE));
            if s.paths == 0 {
                NONE.to_owned()
            } else {
                at_place(mean, place_of_error(error).max(exponent(mean) - 2))
            }
        });
        format!("{before} → {after}{unit}")
    }
}
