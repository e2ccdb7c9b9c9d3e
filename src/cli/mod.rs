//! The room with files, a clock, a terminal and exit codes.
