//! What all studies have in common: the results folder, progress and Ctrl-C, tables and page, manifest and exit code.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::exit::{Exit, Failure};
use super::folder::{Folder, Replace};
use super::formats::{self, Format, Made};
use super::manifest::{Build, CommandPart, FailedPaths, Manifest, Outputs, RunPart, SCHEMA_VERSION, Status};
use super::progress::Display;
use super::scenario::Scenario;
use super::simulation::Simulation;
use super::words::{counted, quoted, size, span, thousands};
use super::{output, screen, signal};
use crate::config::Code;
use crate::report::answer::{Answer, Table};
use crate::run::{NonFinite, Observer, Options, Progress};
use crate::sink;
use crate::sink::csv::Dialect;

/// The file of the whole answer, from which workbook and page can be made again.
pub const FILE: &str = "answer.json";

/// A study with everything settled, ready to be conducted.
pub struct Study<'a> {
    /// The command: `compare`, `sweep`, …
    pub command: &'static str,
    /// Those of its arguments that decide what it answers, as typed.
    pub arguments: Vec<String>,
    /// What is studied; the first names the folder.
    pub scenarios: Vec<&'a Scenario>,
    /// The options.
    pub simulation: &'a Simulation,
    /// The seed.
    pub seed: u64,
    /// Paths of each run.
    pub paths: u64,
    /// Estimated wall time, seconds.
    pub seconds: f64,
    /// Estimated size of the tables, bytes.
    pub bytes: f64,
}

/// What a conducted study has to show.
pub struct Conducted {
    /// The page; `None` where nothing was simulated.
    pub answer: Option<Answer>,
    /// Paths simulated in each run.
    pub paths: u64,
    /// Whether somebody stopped it.
    pub interrupted: bool,
    /// What the person is told at the end, with the exit code, where the answer is that there is none.
    pub verdict: Option<Failure>,
}

/// Paths that are not finite, with the command that replays one of them.
pub struct NotFinite {
    /// In which variant of the scenario, in words; empty for the scenario itself.
    pub of: String,
    /// Which.
    pub broken: NonFinite,
    /// `--set` flags that make the variant, beside those of the command line.
    pub flags: Vec<String>,
    /// Index of the scenario.
    pub scenario: usize,
}

/// Why a study stops before its answer.
pub enum Halt {
    /// Something that is told as it is.
    Failure(Failure),
    /// A path was not finite.
    Broken(NotFinite),
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Halt {
        Halt::Failure(failure)
    }
}

/// What a study's work is given: options of its runs, and observers that show progress.
pub struct Desk<'a> {
    simulation: &'a Simulation,
    paths: u64,
}

impl Desk<'_> {
    /// Options of a run of the study.
    pub fn options(&self) -> Options {
        Options { paths: self.paths, threads: self.simulation.threads() }
    }

    /// An observer for one run of so many paths; `label` says which, where there are several.
    pub fn watch(&self, paths: u64, label: &str) -> Watching {
        if !label.is_empty() && !self.simulation.quiet {
            output::told(&format!("{label}\n"));
        }
        Watching { display: Display::new(self.simulation.wish(), paths, 0) }
    }

    /// Whether somebody has asked to stop.
    pub fn stopped(&self) -> bool {
        signal::stopped()
    }
}

/// Shows the progress of one run and hears signals; takes the bar away when dropped.
pub struct Watching {
    display: Display,
}

impl Observer for Watching {
    fn progress(&self, progress: &Progress) {
        self.display.show(progress);
    }

    fn stops(&self) -> bool {
        signal::stopped()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.display.close();
    }
}

impl Study<'_> {
    /// The results folder: of `-o`, or `output/<scenario>-<command>`.
    pub fn out(&self) -> PathBuf {
        match &self.simulation.out {
            Some(out) => out.clone(),
            None => Path::new("output").join(format!("{}-{}", self.scenarios[0].model.name, self.command)),
        }
    }

    /// Opens the folder, does the work, writes tables, page and manifest.
    pub fn conduct(&self, work: impl FnOnce(&Desk<'_>) -> Result<Conducted, Halt>) -> Result<Exit, Failure> {
        let out = self.out();
        if !self.simulation.quiet {
            for scenario in self.scenarios.iter().filter(|scenario| !scenario.warnings.is_empty()) {
                let styled = output::styled_errors();
                output::told(&screen::problems(&scenario.sources, &scenario.warnings, styled));
            }
        }
        let mut manifest = self.manifest();
        let replace = if self.simulation.force { Replace::AnyRun } else { Replace::SameRun };
        signal::listen();
        let mut folder = Folder::open(&out, &manifest, replace)?;
        if !self.simulation.quiet {
            output::told(&self.first_line(&out));
        }
        let began = Instant::now();
        let conducted = work(&Desk { simulation: self.simulation, paths: self.paths });
        manifest.run.wall_seconds = began.elapsed().as_secs_f64();
        let conducted = match conducted {
            Ok(conducted) => conducted,
            Err(halt) => {
                manifest.status = Status::Failed;
                let failure = match halt {
                    Halt::Failure(failure) => failure,
                    Halt::Broken(found) => {
                        let NonFinite { count, first } = found.broken.clone();
                        manifest.failed_paths = FailedPaths { count, first };
                        self.not_finite(&found)
                    }
                };
                folder.put_manifest(&manifest)?;
                return Err(failure);
            }
        };
        manifest.run.paths_done = conducted.paths;
        manifest.run.paths_per_second = conducted.paths as f64 / manifest.run.wall_seconds.max(1e-9);
        let written = match &conducted.answer {
            Some(answer) => self.write(&mut folder, &manifest, answer),
            None => Ok(()),
        };
        if let Err(failure) = written {
            manifest.files = folder.files().to_vec();
            manifest.status = Status::Partial;
            folder.put_manifest(&manifest)?;
            return Err(failure);
        }
        manifest.files = folder.files().to_vec();
        manifest.status = if conducted.interrupted { Status::Partial } else { Status::Complete };
        folder.put_manifest(&manifest)?;
        self.show(&out, &manifest, conducted.answer.as_ref())?;
        if self.simulation.open {
            super::opening::open(&out, &self.simulation.formats());
        }
        match conducted.verdict {
            Some(verdict) => Err(verdict),
            None if conducted.interrupted => Ok(Exit::Interrupted),
            None => Ok(Exit::Done),
        }
    }

    /// All files: the answer as a whole is about as long as the tables, the workbook half, the page as long beside its style.
    fn files_bytes(&self) -> f64 {
        let of = |format: &Format| match format {
            Format::Csv => self.bytes,
            Format::Xlsx => 15e3 + 0.5 * self.bytes,
            Format::Html => 60e3 + self.bytes,
        };
        // The manifest has the scenario as resolved.
        30e3 + self.bytes + self.simulation.formats().iter().map(of).sum::<f64>()
    }

    /// The tables, the answer as a whole, and what is made of it.
    fn write(&self, folder: &mut Folder, manifest: &Manifest, answer: &Answer) -> Result<(), Failure> {
        let formats = self.simulation.formats();
        if formats.contains(&Format::Csv) {
            let dialect = self.simulation.csv.dialect();
            answer.tables.iter().try_for_each(|table| put(folder, table, dialect))?;
        }
        let mut bytes = Vec::new();
        sink::json::keep(answer, &mut bytes).map_err(|error| folder.failed(FILE, &error))?;
        folder.put(FILE, &bytes)?;
        formats::write(folder, Made::Study(&manifest.facts(), answer), &formats)
    }

    fn first_line(&self, out: &Path) -> String {
        format!(
            "{} {}: {} paths, seed {}, {} ({}); about {} and {} in {}\n",
            self.command,
            self.scenarios[0].model.name,
            thousands(self.paths),
            self.seed,
            counted(self.simulation.threads(), "thread"),
            self.simulation.simd.name(),
            span(self.seconds),
            size(self.files_bytes()),
            out.display()
        )
    }

    fn manifest(&self) -> Manifest {
        Manifest {
            schema_version: SCHEMA_VERSION,
            program: "capstake".to_owned(),
            status: Status::Running,
            build: Build::current(),
            command: CommandPart { name: self.command.to_owned(), arguments: self.arguments.clone() },
            scenario: self.scenarios[0].part(),
            other_scenarios: self.scenarios[1..].iter().map(|scenario| scenario.part()).collect(),
            run: RunPart {
                seed: self.seed.to_string(),
                paths_asked: self.paths,
                paths_done: 0,
                shard: None,
                path_ranges: Vec::new(),
                started: super::run::now(),
                wall_seconds: 0.0,
                paths_per_second: 0.0,
                threads: self.simulation.threads(),
                simd: self.simulation.simd.name().to_owned(),
            },
            outputs: Outputs {
                formats: self.simulation.formats.as_deref().map(formats::names),
                csv_dialect: self.simulation.csv.csv_dialect,
                csv_bom: self.simulation.csv.csv_bom,
                ..Outputs::default()
            },
            files: Vec::new(),
            undefined: Vec::new(),
            failed_paths: FailedPaths::default(),
        }
    }

    /// The page or the JSON object on stdout, the rest on stderr.
    fn show(&self, out: &Path, manifest: &Manifest, answer: Option<&Answer>) -> Result<(), Failure> {
        let place = out.display().to_string();
        if let Some(answer) = answer {
            if self.simulation.json {
                let facts = sink::json::RunFacts {
                    failed: None,
                    status: manifest.status.word(),
                    out: &place,
                    paths: manifest.run.paths_done,
                    seconds: manifest.run.wall_seconds,
                };
                return output::results(&format!("{}\n", sink::json::answer(&facts, answer)));
            }
            if !self.simulation.quiet {
                let styled = output::styled_results();
                output::results(&sink::terminal_answer::answer(answer, output::width(), styled))?;
            }
        }
        if self.simulation.quiet || self.simulation.json {
            return Ok(());
        }
        let partial = match manifest.status {
            Status::Partial => "partial: stopped before its end; ",
            _ => "",
        };
        output::told(&format!(
            "{partial}{} paths in {}, {} in {place}\n",
            thousands(manifest.run.paths_done),
            span(manifest.run.wall_seconds),
            counted(manifest.files.len() + 1, "file"),
        ));
        Ok(())
    }

    fn not_finite(&self, found: &NotFinite) -> Failure {
        let NotFinite { of, broken, flags, scenario } = found;
        let first: Vec<String> = broken.first.iter().take(5).map(u64::to_string).collect();
        let paths = if broken.count == 1 { "path was" } else { "paths were" };
        let place = if of.is_empty() { String::new() } else { format!(" at {of}") };
        let message = format!(
            "{} {paths} not finite{place} with seed {}: {}{}",
            thousands(broken.count),
            self.seed,
            first.join(", "),
            if broken.count > first.len() as u64 { ", …" } else { "" }
        );
        let file = self.scenarios[*scenario].path.display().to_string();
        let mut command = format!("capstake run {}", quoted(&file));
        for flag in self.simulation.overrides.iter().chain(flags) {
            command.push_str(&format!(" --set {}", quoted(flag)));
        }
        let path = broken.first.first().copied().unwrap_or(0);
        command.push_str(&format!(" --seed {} --only-path {path}", self.seed));
        Failure::coded(Exit::Failed, Code::PathNotFinite, message)
            .help(format!("look at the first of them: {command}"))
            .help("no file of results was written; such paths are never left out")
    }
}

fn put(folder: &mut Folder, table: &Table, dialect: Dialect) -> Result<(), Failure> {
    let name = format!("{}.csv", table.name);
    let mut bytes = Vec::new();
    sink::csv::write_table(dialect, table, &mut bytes).map_err(|error| folder.failed(&name, &error))?;
    folder.put(&name, &bytes)
}
