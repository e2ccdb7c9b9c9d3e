//! Yearly series by name.

use super::error::{Exit, Failure};
use crate::config::Code;
use crate::config::spelling::nearest;
use crate::kernel::plan::Plan;
use crate::sink::path_series::{SeriesColumn, all};

/// The series of these names, each once, in the order given.
///
/// # Errors
/// There are no names, or the plan has no series of some name; the error says which comes nearest.
pub fn named(plan: &Plan, names: &[String]) -> Result<Vec<SeriesColumn>, Failure> {
    let known = all(plan);
    let of_all = || known.iter().map(|column| column.name.as_str());
    let refused = |message: String| Failure::coded(Exit::Usage, Code::UnknownQuantity, message);
    let list = || format!("the yearly series are {}", of_all().collect::<Vec<_>>().join(", "));
    if names.is_empty() {
        return Err(refused("no yearly series is named".to_owned()).help(list()));
    }
    let mut columns: Vec<SeriesColumn> = Vec::new();
    for name in names {
        let Some(column) = known.iter().find(|column| column.name == *name) else {
            let failure = refused(format!("there is no yearly series `{name}`"));
            return Err(match nearest(name, of_all()) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure.help(list()),
            });
        };
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    Ok(columns)
}
