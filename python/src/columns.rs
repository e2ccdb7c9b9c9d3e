//! The columns of draws by name: uncertain inputs and metrics, as in `draws.parquet`.

use capstake::config::Code;
use capstake::config::spelling::nearest;
use capstake::job::error::{Exit, Failure};
use capstake::kernel::metric::Metric;
use capstake::kernel::plan::Plan;
use capstake::model::parameters::ParamId;
use capstake::sink::draws_columns;

/// What a column of draws is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawn {
    /// A number of the scenario.
    Input(ParamId),
    /// A metric of each deal.
    Metric(Metric),
}

/// A column of draws.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DrawColumn {
    pub name: String,
    pub drawn: Drawn,
}

/// All columns after those of path and deal.
pub(crate) fn all(plan: &Plan) -> Vec<DrawColumn> {
    let inputs = plan.inputs().nums.iter().map(|&id| Drawn::Input(id));
    let metrics = Metric::ALL.into_iter().map(Drawn::Metric);
    let drawn = inputs.chain(metrics);
    draws_columns::columns(plan)
        .into_iter()
        .zip(drawn)
        .map(|(column, drawn)| DrawColumn { name: column.name, drawn })
        .collect()
}

/// The columns of these names, each once, in the order given. Path and deal are there anyway.
///
/// # Errors
/// There is no column of some name.
pub(crate) fn named(plan: &Plan, names: &[String]) -> Result<Vec<DrawColumn>, Failure> {
    let known = all(plan);
    let mut columns: Vec<DrawColumn> = Vec::new();
    for name in names.iter().filter(|name| !["path", "deal"].contains(&name.as_str())) {
        let Some(column) = known.iter().find(|column| column.name == *name) else {
            let message = format!("draws have no column `{name}`");
            let failure = Failure::coded(Exit::Usage, Code::UnknownQuantity, message);
            let constant = plan.model().parameters.named(name).is_some();
            return Err(match nearest(name, known.iter().map(|column| column.name.as_str())) {
                _ if constant => {
                    failure.help("it is the same on every path: take its value from the scenario")
                }
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help("columns are the keys of uncertain inputs and the names of metrics"),
            });
        };
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    Ok(columns)
}
