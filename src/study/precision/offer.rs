//! Figures of IPO readiness for a precision: the probabilities of readiness and listing, and the company on the day of its offer.

use super::metric::of_probability;
use super::{Estimate, Statistic, statistic_of};
use crate::config::spelling::nearest;
use crate::kernel::plan::Plan;
use crate::study::ipo::gather::{DealReadiness, IpoReadiness};
use crate::study::ipo::offer::OfferMetric;
use crate::study::quantity::UnknownName;

/// A figure of the tables `times` and `offer`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfferFigure {
    deal: usize,
    of: OfIpo,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum OfIpo {
    Ready,
    Listed,
    Day(OfferMetric, Statistic),
}

/// The probabilities, by the names of their events.
const EVENTS: [(&str, OfIpo); 2] = [("ready", OfIpo::Ready), ("listed", OfIpo::Listed)];

impl OfferFigure {
    /// Finds `[DEAL:]ready`, `[DEAL:]listed`, or `[DEAL:][p95:]FIGURE` of the day of the offer. Without a deal it is the first one.
    ///
    /// # Errors
    /// What is not known, and what to write instead.
    pub fn named(plan: &Plan, text: &str) -> Result<OfferFigure, UnknownName> {
        let unknown = |message: String, help: String| UnknownName { message, help };
        let mut parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let name = parts.pop().unwrap_or_default();
        let statistic = statistic_of(&mut parts)?;
        let deals = || plan.model().deals.iter().map(|deal| deal.name.as_str());
        let deal = match parts.as_slice() {
            [] => 0,
            [deal] => deals().position(|known| known == *deal).ok_or_else(|| {
                let help = match nearest(deal, deals()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the deals are {}", deals().collect::<Vec<_>>().join(", ")),
                };
                unknown(format!("there is no deal `{deal}`"), help)
            })?,
            _ => {
                let help = "write DEAL:FIGURE, or DEAL:p95:FIGURE for a quantile".to_owned();
                return Err(unknown(format!("`{text}` has too many parts"), help));
            }
        };
        let event = EVENTS.into_iter().find(|(event, _)| *event == name);
        let of_day = OfferMetric::ALL.into_iter().find(|figure| figure.name() == name);
        match (event, of_day) {
            (Some((_, of)), _) if statistic == Statistic::Mean => Ok(OfferFigure { deal, of }),
            (Some((event, _)), _) => {
                let help = format!("write {event}=0.005");
                Err(unknown(format!("`{text}`: a probability has no quantile"), help))
            }
            (None, Some(figure)) => Ok(OfferFigure { deal, of: OfIpo::Day(figure, statistic) }),
            (None, None) => {
                let names = || {
                    let events = EVENTS.into_iter().map(|(event, _)| event);
                    events.chain(OfferMetric::ALL.into_iter().map(OfferMetric::name))
                };
                let help = match nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the figures are {}", names().collect::<Vec<_>>().join(", ")),
                };
                Err(unknown(format!("there is no figure `{name}` of an IPO"), help))
            }
        }
    }

    /// The figure as a run has it so far.
    pub fn estimate(self, readiness: &IpoReadiness) -> Estimate {
        let probability = |counts: fn(&DealReadiness) -> &Vec<u64>| {
            let happened: u64 = counts(&readiness.deals[self.deal]).iter().sum();
            let error = readiness.error(self.deal, |of, paths| (counts(of).iter().sum(), paths));
            of_probability(happened as f64 / readiness.paths as f64, error, readiness.paths)
        };
        match self.of {
            OfIpo::Ready => probability(|of| &of.first_ready),
            OfIpo::Listed => probability(|of| &of.listed),
            OfIpo::Day(figure, statistic) => {
                let summary = &readiness.deals[self.deal].day[figure as usize];
                match statistic {
                    Statistic::Mean => {
                        Estimate::of_mean(summary.moments().mean(), summary.mean_error(), false)
                    }
                    Statistic::Quantile(q) => {
                        let ranked = summary.ranked();
                        let ranks = summary.quantile_ranks(&[q])[0];
                        Estimate::of_interval(ranked.quantile(q), ranked.quantile_interval(ranks))
                    }
                }
            }
        }
    }
}
