//! Why a file is no workbook that can be run, and what to do about it.

/// A file that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong with it, after `the file is no scenario: `.
    pub why: String,
    /// What to do.
    pub help: String,
}

impl Refused {
    /// With help of its own.
    pub fn new(why: impl Into<String>, help: impl Into<String>) -> Refused {
        Refused { why: why.into(), help: help.into() }
    }

    /// A workbook of capstake's in which sheets were changed that nobody changes.
    pub fn of_sheets(why: impl Into<String>) -> Refused {
        Refused::new(
            why,
            "make the changes on the sheet Inputs of a copy of the original workbook, and leave its hidden sheet alone",
        )
    }

    /// A workbook of capstake's that a person closed or stored in a way that it cannot be read.
    pub fn of_storage(why: impl Into<String>) -> Refused {
        Refused::new(why, "open it in the spreadsheet and save it as .xlsx or .ods, without a password")
    }
}

impl From<String> for Refused {
    fn from(why: String) -> Refused {
        Refused::new(
            why,
            "a workbook is one if `capstake run` wrote it: results.xlsx, or that file saved again as .xlsx or .ods",
        )
    }
}
