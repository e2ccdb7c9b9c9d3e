//! Tables of the listing standards: on the day of the offer and by quarter.

use super::{Page, total};
use crate::config::Unit;
use crate::report::answer::{Column, Role, Shown, Table};
use crate::study::ipo::standards::{CHECK, Kind, STANDARDS};
use crate::study::valuation::proportion;

impl Page<'_> {
    pub(super) fn standards(&self) -> Table {
        let p = Some(Unit::Probability);
        let columns = vec![
            Column::key("deal"),
            Column::key("venue"),
            Column::key("rule"),
            Column::quantity("met", p),
            Column::error("met_std_error", p),
            Column::key("test"),
            Column::key("kind").as_role(Role::Detail),
            Column::key("outside_the_model").as_role(Role::Detail),
            Column::key("as_of").as_role(Role::Detail),
            Column::key("remark").as_role(Role::Detail),
        ];
        let shares = self.plan.model().ipo.as_ref().is_some_and(|ipo| ipo.shares.is_some());
        let mut rows = Vec::new();
        for (deal, of) in self.deals() {
            for (standard, &count) in STANDARDS.iter().zip(&of.standards_on_the_day) {
                let (p, error) = proportion(count, total(&of.listed));
                let mut outside = standard.outside.to_owned();
                if standard.asks_for_shares() && !shares {
                    let unknown = "price and number of shares (give ipo.shares_bn)";
                    outside =
                        if outside.is_empty() { unknown.to_owned() } else { format!("{outside}; {unknown}") };
                }
                rows.push(vec![
                    deal.clone().into(),
                    standard.venue.into(),
                    standard.rule.into(),
                    p.into(),
                    error.into(),
                    standard.test.into(),
                    standard.kind.name().into(),
                    outside.into(),
                    standard.as_of.into(),
                    CHECK.into(),
                ]);
            }
        }
        let financial = STANDARDS.iter().filter(|standard| standard.kind == Kind::Financial).count();
        Table {
            name: "standards".into(),
            title: format!(
                "Standards on the day of the offer, as far as the model knows ({financial} financial tests, of which an exchange asks \
                 one, {CHECK})"
            ),
            columns,
            rows,
            shown: Shown::First(STANDARDS.len()),
        }
    }

    pub(super) fn standards_calendar(&self) -> Table {
        let p = Some(Unit::Probability);
        let columns = vec![
            Column::key("deal"),
            Column::key("period_end"),
            Column::key("venue"),
            Column::key("rule"),
            Column::quantity("probability", p),
            Column::error("std_error", p),
            Column::quantity("paths", None).as_role(Role::Detail),
        ];
        let mut rows = Vec::new();
        for (deal, of) in self.deals() {
            for (standard, counts) in STANDARDS.iter().zip(&of.standards) {
                for (period, &count) in counts.iter().enumerate() {
                    let (p, error) = proportion(count, of.candidates[period]);
                    rows.push(vec![
                        deal.clone().into(),
                        self.date(period).into(),
                        standard.venue.into(),
                        standard.rule.into(),
                        p.into(),
                        error.into(),
                        of.candidates[period].into(),
                    ]);
                }
            }
        }
        Table {
            name: "standards_calendar".into(),
            title: "Standards by quarter, were a living company offered then".to_owned(),
            columns,
            rows,
            shown: Shown::None,
        }
    }
}
