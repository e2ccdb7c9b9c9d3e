//! The command line: the only room with files, a clock, a terminal and exit codes.

pub mod screen;
