//! How many digits a number is worth: as many as its error supports.
