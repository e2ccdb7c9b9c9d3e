//! Tables of the listing standards: on the day of the offer and by quarter.

use super::{Page, probability_columns, total};
use crate::config::Unit;
use crate::report::answer::{Column, Role, Shown, Table, Value};
use crate::study::ipo::standards::{CHECK, Kind, STANDARDS};

impl Page<'_> {
    pub(super) fn standards(&self) -> Table {
        let p = Some(Unit::Probability);
        let mut columns = vec![Column::key("deal"), Column::key("venue"), Column::key("rule")];
        columns.extend(probability_columns("met", "met_", p));
        columns.push(Column::key("test"));
        columns.extend(
            ["kind", "outside_the_model", "as_of", "remark"]
                .map(|name| Column::key(name).as_role(Role::Detail)),
        );
        let shares = self.plan.model().ipo.as_ref().is_some_and(|ipo| ipo.shares.is_some());
        let mut rows = Vec::new();
        for (at, (deal, _)) in self.deals().enumerate() {
            for (i, standard) in STANDARDS.iter().enumerate() {
                let mut outside = standard.outside.to_owned();
                if standard.asks_for_shares() && !shares {
                    let unknown = "price and number of shares (give ipo.shares_bn)";
                    outside =
                        if outside.is_empty() { unknown.to_owned() } else { format!("{outside}; {unknown}") };
                }
                let mut row: Vec<Value> =
                    vec![deal.clone().into(), standard.venue.into(), standard.rule.into()];
                row.extend(
                    self.probability_values(at, |of, _| (of.standards_on_the_day[i], total(&of.listed))),
                );
                let rest = [standard.test, standard.kind.name(), &outside, standard.as_of, CHECK];
                row.extend(rest.map(Value::from));
                rows.push(row);
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
        let mut columns = ["deal", "period_end", "venue", "rule"].map(Column::key).to_vec();
        columns.extend(probability_columns("probability", "", p));
        columns.push(Column::quantity("paths", None).as_role(Role::Detail));
        let mut rows = Vec::new();
        for (at, (deal, of)) in self.deals().enumerate() {
            for (i, standard) in STANDARDS.iter().enumerate() {
                for period in 0..of.candidates.len() {
                    let mut row: Vec<Value> = vec![
                        deal.clone().into(),
                        self.date(period).into(),
                        standard.venue.into(),
                        standard.rule.into(),
                    ];
                    row.extend(
                        self.probability_values(at, |of, _| (of.standards[i][period], of.candidates[period])),
                    );
                    row.push(of.candidates[period].into());
                    rows.push(row);
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
