//! The built program as a person runs it: commands, exit codes, screens, folders, signals.

mod arguments;
mod asking;
mod certainty;
mod commands;
mod edited;
mod faults;
mod folder;
mod hostile;
mod input;
mod inputs;
mod insight;
mod outside;
mod page;
mod party_names;
mod precision;
mod problems;
mod provenance;
mod replay;
mod signal;
mod studies;
pub(crate) mod study_files;
mod study_screens;
mod survive;
mod terminal;
mod what_if;
mod workbook;

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;

/// Files that say when and how fast a run was: no two runs have the same. All others are equal to the bit.
const TELL_THE_TIME: [&str; 3] = ["manifest.json", "report.html", "results.xlsx"];

/// A folder of its own with the program in it.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

/// What a command left.
pub(crate) struct Seen {
    code: Option<i32>,
    pub(crate) stdout: String,
    stderr: String,
}

impl Place {
    /// An empty folder.
    pub(crate) fn new() -> Place {
        Place { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A folder with `minimal.toml` in it.
    pub(crate) fn with_minimal() -> Place {
        let place = Place::new();
        place.write("minimal.toml", include_str!("../../../configs/minimal.toml"));
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.at(name);
        std::fs::create_dir_all(path.parent().expect("a file in a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.at(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names in a folder, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.at(folder)).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    fn manifest(&self, folder: &str) -> serde_json::Value {
        serde_json::from_str(&self.read(&format!("{folder}/manifest.json"))).expect("a manifest is JSON")
    }

    /// The program, to be given arguments; what the person's own settings are leaves no trace.
    fn program(&self) -> Command {
        let mut command = Command::cargo_bin("capstake").expect("the program is built");
        command.current_dir(self.path()).env_remove("CAPSTAKE_SIMD").env("NO_COLOR", "1");
        ["COLUMNS", "LINES"].iter().for_each(|name| _ = command.env_remove(name));
        command
    }

    /// Runs `capstake` with arguments that have no spaces.
    pub(crate) fn run(&self, arguments: &str) -> Seen {
        self.run_with(&arguments.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_with(&self, arguments: &[&str]) -> Seen {
        Seen::from(self.program().args(arguments).output().expect("the program starts"))
    }
}

impl From<Output> for Seen {
    fn from(output: Output) -> Seen {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        Seen { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Seen {
    /// Asserts the exit code; shows everything where it is another.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Seen {
        assert_eq!(self.code, Some(code), "\nstdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Asserts that stderr has the words.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Seen {
        assert!(self.stderr.contains(words), "no {words:?} in: {}", self.stderr);
        self
    }

    /// Asserts that stdout has the words.
    #[track_caller]
    pub(crate) fn prints(self, words: &str) -> Seen {
        assert!(self.stdout.contains(words), "no {words:?} in: {}", self.stdout);
        self
    }
}
