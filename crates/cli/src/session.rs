//! The life of every command that simulates: warnings, the results folder, its manifest, how it ends, and what is said of it.

use capstake::job::error::Failure;
use capstake::job::folder::Folder;
use capstake::job::manifest::{Manifest, NonFiniteCount, Status};
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::Request;
use capstake::job::scenario::Scenario;
use capstake::job::screen;
use capstake::job::words::{counted, quoted, span, thousands};
use capstake_output::made;

use super::show::Show;
use super::{opening, output, signal};

/// A command at work in its results folder.
pub struct Session<'a> {
    /// What was asked.
    pub request: &'a Request,
    /// What is shown.
    pub show: &'a Show,
    /// The results folder, locked.
    pub folder: Folder,
    /// Its manifest; it says `running` in the folder until the session is closed.
    pub manifest: Manifest,
}

/// Says what the author of a scenario may not have meant.
pub fn warn(scenario: &Scenario, show: &Show) {
    if !show.quiet && !scenario.warnings.is_empty() {
        output::status_line(&screen::problems(
            &scenario.sources,
            &scenario.warnings,
            output::styled_errors(),
        ));
    }
}

impl<'a> Session<'a> {
    /// Opens the folder of the request and listens to signals from here on.
    pub fn open(request: &'a Request, show: &'a Show, manifest: Manifest) -> Result<Session<'a>, Failure> {
        signal::listen();
        let folder = Folder::open(&request.out, &manifest, request.replace)?;
        Ok(Session { request, show, folder, manifest })
    }

    /// Goes on in a folder that is open already and keeps what it has.
    pub fn go_on(
        request: &'a Request,
        show: &'a Show,
        mut folder: Folder,
        manifest: Manifest,
    ) -> Result<Session<'a>, Failure> {
        signal::listen();
        folder.begin_again(&manifest)?;
        Ok(Session { request, show, folder, manifest })
    }

    /// Ends because paths were not finite: no results stay in the folder.
    pub fn non_finite(mut self, found: &NonFinitePaths, scenario: &Scenario) -> (Manifest, Failure) {
        self.manifest.status = Status::Failed;
        self.manifest.non_finite =
            NonFiniteCount { count: found.broken.count, first: found.broken.first.clone() };
        self.manifest.files = Vec::new();
        let failure = found.failure(scenario, self.request.seed);
        let cleared = self.folder.drop_results().and_then(|()| self.folder.put_manifest(&self.manifest));
        let failure = cleared.err().unwrap_or(failure);
        (self.manifest, failure)
    }

    /// Ends because of something else than the simulation, before there is anything to keep.
    pub fn fail(mut self, failure: Failure) -> Failure {
        self.manifest.status = Status::Failed;
        self.folder.put_manifest(&self.manifest).err().unwrap_or(failure)
    }

    /// Ends because a file cannot be written: the folder keeps those that are finished and says `partial`.
    pub fn give_up(mut self, failure: Failure, again: &str) -> Failure {
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

    /// Makes the files of the results as a whole and says what does not fit its format.
    pub fn make(&mut self, results: made::Made<'_>) -> Result<(), Failure> {
        let warnings = made::write(&mut self.folder, results, &self.request.formats)?;
        warnings.iter().for_each(|warning| output::status_line(warning));
        Ok(())
    }

    /// Ends with results: the manifest lists them.
    pub fn close(mut self, status: Status) -> Result<Manifest, Failure> {
        self.manifest.status = status;
        self.manifest.files = self.folder.files().to_vec();
        self.folder.put_manifest(&self.manifest)?;
        Ok(self.manifest)
    }
}

/// The last line: paths, time, speed, files. `partial` says how it came that not all paths are there.
pub fn closing_line(request: &Request, manifest: &Manifest, partial: &str) -> String {
    let partial = match manifest.status {
        Status::Partial => format!("partial: {partial}; "),
        _ => String::new(),
    };
    let speed = match manifest.run.paths_per_second as u64 {
        0 => String::new(),
        speed => format!(" ({} paths/s)", thousands(speed)),
    };
    format!(
        "{partial}{} paths in {}{speed}, {} in {}\n",
        thousands(manifest.run.paths_done),
        span(manifest.run.wall_seconds),
        counted(manifest.files.len() + 1, "file"),
        request.out.display()
    )
}

/// Opens the results where that was asked for.
pub fn open_results(request: &Request, show: &Show) {
    if show.open {
        opening::open(&request.out, &request.formats);
    }
}

/// How to go on with a run in this folder.
pub fn resume_command(request: &Request) -> String {
    format!("capstake resume {}", quoted(&request.out.display().to_string()))
}
