//! `capstake schema`: the JSON Schema of the scenario format, for editors.

use super::exit::{Exit, Failure};
use super::output;
use crate::config::schema::json_schema;

/// Prints it.
pub fn schema() -> Result<Exit, Failure> {
    output::results(&format!("{:#}\n", json_schema()))?;
    Ok(Exit::Done)
}
