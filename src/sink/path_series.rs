//! Yearly series of single paths: which columns a file of them has, and where each deal keeps them.

use crate::kernel::plan::Plan;

/// A column of a file of paths, after those of path, deal and year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesColumn {
    /// Name of the series.
    pub name: String,
    /// Unit of its values.
    pub unit: &'static str,
    /// For each deal, the place among its series; `None` where the deal has none of that name.
    pub places: Vec<Option<usize>>,
}

/// Every yearly series of a plan, in the order of `annual.csv`: of the first deal, then what only later deals have.
pub fn all(plan: &Plan) -> Vec<SeriesColumn> {
    let clouds = plan.cloud_names();
    let mut columns: Vec<SeriesColumn> = Vec::new();
    for (d, deal) in plan.deals().iter().enumerate() {
        for (place, series) in deal.series.iter().enumerate() {
            let name = series.name(&clouds);
            let at = columns.iter().position(|column| column.name == name).unwrap_or_else(|| {
                let places = vec![None; plan.deals().len()];
                columns.push(SeriesColumn { name, unit: series.unit().name(), places });
                columns.len() - 1
            });
            columns[at].places[d] = Some(place);
        }
    }
    columns
}
