//! `capstake schema`: the JSON Schema of the scenario format, for editors.

use super::output;
use capstake::config::schema::json_schema;
use capstake::job::error::{Exit, Failure};

/// Prints it.
pub fn schema() -> Result<Exit, Failure> {
    output::results(&format!("{:#}\n", json_schema()))?;
    Ok(Exit::Done)
}
