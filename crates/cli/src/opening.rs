//! `--open`: opens a file in the system's default program.

use std::path::Path;
use std::process::{Command, Stdio};

use capstake::job::formats::Format;
use capstake::job::reason::reason;

use super::output;

/// The command that opens files.
const OPENER: &[&str] = if cfg!(target_os = "macos") {
    &["open"]
} else if cfg!(windows) {
    &["cmd", "/C", "start", ""]
} else {
    &["xdg-open"]
};

/// Opens the file of the last format that has one; if that fails, prints its path.
pub fn open(folder: &Path, formats: &[Format]) {
    let files = formats.iter().rev().filter_map(|format| format.file()).map(|name| folder.join(name));
    match files.into_iter().find(|path| path.is_file()) {
        Some(file) => hand_over(&file),
        None => output::status_line("nothing to open: no format with one file of its own was made\n"),
    }
}

/// Opens an address in the browser; if that fails, says so.
#[cfg(feature = "serve")]
pub fn open_address(address: &str) {
    hand_over(Path::new(address));
}

fn hand_over(file: &Path) {
    let started = Command::new(OPENER[0])
        .args(&OPENER[1..])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let why = match started {
        Ok(status) if status.success() => return,
        Ok(status) => format!("{} ended with {status}", OPENER[0]),
        Err(error) => format!("{}: {}", OPENER[0], reason(&error)),
    };
    output::status_line(&format!("cannot open {} ({why}): open it yourself\n", file.display()));
}
