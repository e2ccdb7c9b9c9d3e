//! `capstake schema`: prints the JSON Schema of the scenario format, for editors.

use capstake::config::schema::json_schema;
use capstake::job::error::{Exit, Failure};

use super::output;

/// Prints the schema.
pub fn schema() -> Result<Exit, Failure> {
    output::results(&format!("{:#}\n", json_schema()))?;
    Ok(Exit::Done)
}
