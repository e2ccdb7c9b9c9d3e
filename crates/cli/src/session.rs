//! The life cycle of every command that simulates: opens the results folder, keeps its manifest, and ends with a closing line.

use std::path::Path;

use capstake::job::error::{Exit, Failure};
use capstake::job::folder::Folder;
use capstake::job::formats::Format;
use capstake::job::manifest::{Manifest, NonFiniteCount, Status};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::Request;
use capstake::job::scenario::Scenario;
use capstake::job::words::{counted, cut, quoted, span, thousands};
use capstake_output::made;

use super::show::{Extent, Show};
use super::{opening, output, signal};

/// A command that is writing its results folder.
pub struct Session<'a> {
    /// What is simulated and where the results go.
    pub request: &'a Request,
    /// What to show.
    pub show: &'a Show,
    /// The results folder, locked.
    pub folder: Folder,
    /// Its manifest; the file in the folder says `running` until the session ends.
    pub manifest: Manifest,
    /// Why the workbook or the page is missing; the results are complete without them.
    unreported: Option<Failure>,
}

/// What a command says at its end.
pub struct Closing {
    /// Text for stdout: a table, a JSON object, or nothing.
    pub results: String,
    /// Why paths are missing, for a partial result.
    pub partial: String,
    /// Commands to try next, for stderr; may be empty.
    pub next: String,
}

impl<'a> Session<'a> {
    /// Opens the folder of the request and starts to listen for signals.
    pub fn open(request: &'a Request, show: &'a Show, manifest: Manifest) -> Result<Session<'a>, Failure> {
        signal::listen();
        spare_workbook(&request.out, &manifest)?;
        let folder = Folder::open(&request.out, &manifest, request.replace)?;
        if let Some(former) = folder.replaced().filter(|_| !show.quiet) {
            output::status_line(&format!("`{}` is replaced; it held {former}\n", request.out.display()));
        }
        Ok(Session { request, show, folder, manifest, unreported: None })
    }

    /// Continues in a folder that is locked already, and keeps the results in it.
    pub fn resume(
        request: &'a Request,
        show: &'a Show,
        mut folder: Folder,
        manifest: Manifest,
    ) -> Result<Session<'a>, Failure> {
        signal::listen();
        folder.restart(&manifest)?;
        Ok(Session { request, show, folder, manifest, unreported: None })
    }

    /// Records the number of paths, how many of them this command simulated, and its wall time, seconds.
    pub fn record(&mut self, paths: u64, simulated: u64, seconds: f64) {
        let run = &mut self.manifest.run;
        run.paths_done = paths;
        run.wall_seconds = seconds;
        run.paths_per_second = simulated as f64 / seconds.max(1e-9);
    }

    /// Ends because paths were not finite: removes all results from the folder.
    pub fn end_non_finite(mut self, found: &NonFinitePaths, scenario: &Scenario) -> (Manifest, Failure) {
        self.manifest.status = Status::Failed;
        self.manifest.non_finite =
            NonFiniteCount { count: found.paths.count, first: found.paths.first.clone() };
        self.manifest.files = Vec::new();
        let failure = found.failure(scenario, self.request.randomness.seed);
        let cleared = self.folder.drop_results().and_then(|()| self.folder.put_manifest(&self.manifest));
        let failure = cleared.err().unwrap_or(failure);
        (self.manifest, failure)
    }

    /// Ends with a failure that leaves nothing to keep.
    pub fn end_failed(mut self, failure: Failure) -> Failure {
        self.manifest.status = Status::Failed;
        self.folder.put_manifest(&self.manifest).err().unwrap_or(failure)
    }

    /// Ends because a file cannot be written: keeps the finished files and marks the folder `partial`. `again` says how to get
    /// the rest.
    pub fn end_unwritten(mut self, failure: Failure, again: &str) -> Failure {
        self.manifest.files = self.folder.files().to_vec();
        self.manifest.status = Status::Partial;
        let kept = match self.manifest.files.len() {
            0 => "no file of results is finished".to_owned(),
            _ => {
                let names: Vec<&str> = self.manifest.files.iter().map(|file| file.name.as_str()).collect();
                format!("finished and kept: {}", names.join(", "))
            }
        };
        let failure = match self.folder.put_manifest(&self.manifest) {
            Ok(()) => failure.help(kept),
            Err(_) => {
                let stale = "manifest.json could not be brought up to date: it still says `running`";
                failure.help(kept).help(stale)
            }
        };
        failure.help(again)
    }

    /// Writes the workbook and the page, and warns of what does not fit their formats. The session does not end with a
    /// failure of one: [`Session::finish`] reports it.
    pub fn write_reports(&mut self, results: made::Made<'_>) {
        let outcome = made::write(&mut self.folder, results, &self.request.formats);
        outcome.warnings.iter().for_each(|warning| output::status_line(warning));
        self.unreported = outcome.failure;
    }

    /// Ends with results: completes the manifest, prints the results and the closing line, and opens the results if asked to.
    ///
    /// # Errors
    /// The manifest cannot be written, or, after all of the above, the workbook or the page is missing.
    pub fn finish(
        mut self,
        status: Status,
        closing: impl FnOnce(&Manifest) -> Closing,
    ) -> Result<(), Failure> {
        self.manifest.status = status;
        self.manifest.files = self.folder.files().to_vec();
        self.folder.put_manifest(&self.manifest)?;
        let Session { request, show, folder, manifest, unreported } = self;
        // Another command may use the folder from here on.
        drop(folder);
        let closing = closing(&manifest);
        if !show.quiet && !show.json {
            output::status_line(&closing_line(request, &manifest, &closing.partial, show.extent));
            output::status_line(&closing.next);
        }
        // The answer comes last: it is what a person reads first.
        if show.json {
            output::json(&closing.results)?
        } else {
            output::painted(&closing.results)?
        }
        // A shard has only a state, which no other program can open.
        if show.open && request.shard.is_none() {
            opening::open(&request.out, &request.formats);
        }
        unreported.map_or(Ok(()), |failure| {
            let out = quoted(&request.out.display().to_string());
            let what = if manifest.command.is_run() { "run" } else { "study" };
            Err(failure.help(format!(
                "the {what} is {} and its tables are written; make the rest again: capstake report {out}",
                manifest.status.word()
            )))
        })
    }
}

/// One line with paths, time, speed, where the page is and the number of files; `partial` says why paths are missing.
fn closing_line(request: &Request, manifest: &Manifest, partial: &str, extent: Extent) -> String {
    let partial = match manifest.status {
        Status::Partial => format!("partial: {partial}; "),
        _ => String::new(),
    };
    // A study has several runs of these paths; no one speed is theirs.
    let speed = match manifest.run.paths_per_second as u64 {
        0 => String::new(),
        _ if !manifest.command.is_run() || extent == Extent::Screen => String::new(),
        speed => format!(" ({} paths/s)", thousands(speed)),
    };
    let page = Format::Html.file().filter(|page| manifest.files.iter().any(|file| file.name == *page));
    let files = match page {
        Some(page) => format!("{page} and {}", counted(manifest.files.len(), "other file")),
        None => counted(manifest.files.len() + 1, "file"),
    };
    format!(
        "{partial}{} in {}{speed}; {files} in {}\n",
        counted(manifest.run.paths_done as usize, "path"),
        span(manifest.run.wall_seconds),
        request.out.display()
    )
}

/// The command that resumes the run in the folder of the request.
pub fn resume_command(request: &Request) -> String {
    format!("capstake resume {}", quoted(&request.out.display().to_string()))
}

/// Refuses to replace the workbook that is run by that of its results.
fn spare_workbook(out: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let scenarios = std::iter::once(&manifest.scenario).chain(&manifest.other_scenarios);
    let Ok(own) = out.join("results.xlsx").canonicalize() else { return Ok(()) };
    match scenarios.into_iter().find(|one| Path::new(&one.file).canonicalize().is_ok_and(|file| file == own))
    {
        None => Ok(()),
        Some(one) => {
            let message = format!("the results would replace `{}`, the workbook that is run", cut(&one.file));
            Err(Failure::told(Exit::Usage, message).help("name another folder with -o, or leave -o out"))
        }
    }
}
