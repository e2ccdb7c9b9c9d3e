//! A run restored from its folder: the scenario as it was, its plan, and its request.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::build::Build;
use super::columns::Columns;
use super::error::{Exit, Failure};
use super::formats::{Draws, Format};
use super::identity::keys_of;
use super::manifest::{Manifest, ScenarioPart};
use super::portion::{Checkpoint, Shard, shard_argument};
use super::request::Request;
use super::results;
use super::scenario::{self, Scenario};
use super::state_file::OnChange;
use super::what_if;
use super::words::cut;
use crate::config::{self, Code};
use crate::kernel::plan::Plan;
use crate::kernel::randomness::Randomness;
use crate::math::simd::Isa;
use crate::model::Model;
use crate::run::Task;
use crate::sink::csv::Dialect;
use crate::store::same_revision;
use crate::study::difference::{KeyChange, changed_keys};

/// A run restored from its manifest.
pub struct SavedRun {
    /// The results folder.
    pub folder: PathBuf,
    /// The manifest.
    pub manifest: Manifest,
    /// The scenario as it was run.
    pub scenario: Scenario,
    /// The plan, with the run's seed.
    pub plan: Plan,
}

impl SavedRun {
    /// Restores a run from its folder.
    ///
    /// # Errors
    /// The folder has no manifest of a run, another version of the program made it, or a CSV file that the scenario reads is
    /// missing or changed.
    pub fn open(folder: &Path, isa: Isa, other: OnChange) -> Result<SavedRun, Failure> {
        let manifest = results::load_manifest(folder)?;
        results::judge_facts(folder, &manifest)?;
        same_program(folder, &manifest.build, other)?;
        let seed = manifest.run.seed.parse().map_err(|_| {
            let message =
                format!("`{}` has no seed that can be used: `{}`", folder.display(), cut(&manifest.run.seed));
            Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
                .help("its manifest was edited; run the scenario again")
        })?;
        let scenario = scenario_of(folder, &manifest)?;
        let part = &manifest.run.sampling;
        let sampling = part.sampling().ok_or_else(|| {
            if part.dimensions.as_ref().is_some_and(|dimensions| dimensions.order().is_none()) {
                let message = format!(
                    "`{}` has Sobol points in an order of dimensions that this program does not make",
                    folder.display()
                );
                return Failure::coded(Exit::Mismatch, Code::StateOfAnother, message).help(
                    "another build made it, or its manifest was edited: use the capstake that made it, or run the scenario again",
                );
            }
            let message =
                format!("`{}` has no sampling that can be used: `{}`", folder.display(), cut(&part.method));
            Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
                .help("its manifest was edited; run the scenario again")
        })?;
        let plan = Plan::from_model(
            &scenario.model,
            Randomness { dimensions: scenario.dimensions.clone(), ..Randomness::new(seed, sampling) },
            isa,
        );
        Ok(SavedRun { folder: folder.to_owned(), manifest, scenario, plan })
    }

    /// The dialect of the run's CSV files.
    pub fn dialect(&self) -> Dialect {
        self.manifest.outputs.csv().dialect()
    }

    /// The chunks of the run, or of its shard, for a total of `paths`.
    pub fn task(&self, paths: u64) -> Result<Task, Failure> {
        Ok(match self.shard()? {
            None => Task::whole(paths),
            Some(shard) => Task::shard(paths, shard.number, shard.of),
        })
    }

    /// The request of the run, on `threads` threads. `built_in` are the formats that this program can make; they apply if
    /// the run named none.
    ///
    /// # Errors
    /// The manifest names a format or a shard that does not exist.
    pub fn request(
        &self,
        threads: usize,
        checkpoint: Option<Checkpoint>,
        built_in: &[Format],
    ) -> Result<Request, Failure> {
        let outputs = &self.manifest.outputs;
        let formats = match &outputs.formats {
            None => built_in.to_vec(),
            Some(names) => {
                let formats: Result<Vec<Format>, String> =
                    names.iter().map(|name| Format::named(name)).collect();
                formats.map_err(|why| self.edited(&why))?
            }
        };
        let draws: Option<Draws> =
            outputs.draws.as_deref().map(Draws::named).transpose().map_err(|why| self.edited(&why))?;
        Ok(Request {
            shard: self.shard()?,
            out: self.folder.clone(),
            formats,
            formats_named: outputs.formats.is_some(),
            csv: outputs.csv(),
            draws,
            series: outputs.series.clone(),
            what_if: what_if::sliders(&outputs.what_if).map_err(|why| self.edited(&why.to_string()))?,
            checkpoint: checkpoint.or(outputs.no_state.then_some(Checkpoint::None)),
            ..Request::in_memory(&self.plan, self.manifest.run.paths_asked, threads)
        })
    }

    /// The shard of a part of a run; `None` for a whole run.
    fn shard(&self) -> Result<Option<Shard>, Failure> {
        let Some(text) = &self.manifest.run.shard else { return Ok(None) };
        match shard_argument(text) {
            Ok(shard) => Ok(Some(shard)),
            Err(why) => Err(self.edited(&format!("`{}` is no part of a run: {why}", cut(text)))),
        }
    }

    /// Refuses to resume if the scenario file has changed, since the paths would mix two scenarios.
    pub fn scenario_unchanged(&self) -> Result<(), Failure> {
        let file = Path::new(&self.manifest.scenario.file);
        // A missing or unreadable file is no contradiction, since the manifest contains the whole scenario.
        let Ok(now) = scenario::load(file, &self.manifest.scenario.overrides) else { return Ok(()) };
        if now.model.digest == self.manifest.scenario.digest {
            return Ok(());
        }
        let changes = match (self.keys(), keys_of(&now.resolved)) {
            (Some(then), Some(now)) => changed_keys(&then, &now),
            _ => Vec::new(),
        };
        let message = format!(
            "`{}` is not what it was when `{}` was begun",
            cut(&file.display().to_string()),
            self.folder.display()
        );
        let mut failure = Failure::coded(Exit::Mismatch, Code::StateOfAnother, message);
        for change in changes.iter().take(SHOWN) {
            failure = failure.help(change_in_words(change));
        }
        if changes.is_empty() {
            failure = failure.help("a CSV file that it reads has changed");
        } else if changes.len() > SHOWN {
            failure = failure.help(format!("and {} more", changes.len() - SHOWN));
        }
        Err(failure.help("run it into another folder, or go on with the scenario as it was: --force"))
    }

    /// The keys of the scenario with their values.
    pub fn keys(&self) -> Option<Vec<(String, String)>> {
        keys_of(&self.manifest.scenario.resolved)
    }

    /// The failure for a manifest that holds what no run writes.
    pub fn edited(&self, why: &str) -> Failure {
        let message = format!("the manifest of `{}` cannot be used: {why}", self.folder.display());
        Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("it was edited, or is of another version; run the scenario again")
    }
}

/// Number of changes shown.
const SHOWN: usize = 10;

/// `deal.a.cap_usd_bn: 38.0, now 60.0`.
fn change_in_words(change: &KeyChange) -> String {
    let KeyChange { key, before, after } = change;
    let key = cut(key);
    match (before, after) {
        (Some(before), Some(after)) => format!("{key}: {}, now {}", cut(before), cut(after)),
        (Some(before), None) => format!("{key}: {}, now not set", cut(before)),
        (None, after) => format!("{key}: not set, now {}", cut(after.as_deref().unwrap_or_default())),
    }
}

/// Refuses a folder of another build, whose numbers may differ.
fn same_program(folder: &Path, theirs: &Build, other: OnChange) -> Result<(), Failure> {
    let ours = Build::current();
    let mut differences = Vec::new();
    if theirs.version != ours.version {
        let version = cut(&theirs.version);
        differences.push(format!("version: it was made by {version}, this is {}", ours.version));
    }
    if theirs.stream_version != ours.stream_version {
        let (a, b) = (theirs.stream_version, ours.stream_version);
        differences.push(format!("stream version: it was made with {a}, this program has {b}"));
    }
    let only_revision = differences.is_empty();
    if !same_revision(&theirs.git_revision, &ours.git_revision) && other == OnChange::Refuse {
        let (a, b) = (&theirs.git_revision, &ours.git_revision);
        differences.push(format!("revision: it was made by {}, this is {b}", cut(a)));
    }
    if differences.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` was made by another build of capstake", folder.display());
    let mut failure = Failure::coded(Exit::Mismatch, Code::StateOfAnother, message);
    for difference in differences {
        failure = failure.help(difference);
    }
    Err(failure.help(if only_revision {
        "if the numbers of the two are the same, `capstake resume DIR --force` goes on"
    } else {
        "use the capstake that made it, or run the scenario again"
    }))
}

/// Rebuilds the scenario from the manifest.
fn scenario_of(folder: &Path, manifest: &Manifest) -> Result<Scenario, Failure> {
    let part = &manifest.scenario;
    let unreadable = |why: String| {
        let message = format!("the scenario in the manifest of `{}` cannot be used: {why}", folder.display());
        Failure::coded(Exit::Unreadable, Code::ResultsUnreadable, message)
            .help("the manifest was edited, or is of another version; run the scenario again")
    };
    let (sources, config) = config::parse(&part.file, &part.resolved, &[]);
    let config = config.map_err(|problems| unreadable(problems.to_string()))?;
    let columns = Columns::read(&config, &[], |csv| place_of(part, csv));
    let digests = columns.digests();
    for file in &part.empirical_files {
        let found = digests.iter().find(|(csv, _)| *csv == file.csv);
        let why = match found {
            Some((_, digest)) if *digest == file.blake3 => continue,
            Some(_) => "has changed since the run",
            None => "cannot be read any more",
        };
        let place = place_of(part, &file.csv);
        let place = place.display().to_string();
        let message = format!("`{}`, which the scenario reads, {why}", cut(&place));
        return Err(Failure::coded(Exit::Mismatch, Code::StateOfAnother, message)
            .help("bring it back as it was, or run the scenario again"));
    }
    let digest = scenario::digest(&part.resolved, &digests);
    if digest != part.digest {
        let message = format!(
            "the scenario in the manifest of `{}` was changed after the run: its digest is not the one beside it",
            folder.display()
        );
        return Err(
            Failure::coded(Exit::Mismatch, Code::ResultsDiffer, message).help("run the scenario again")
        );
    }
    let (model, warnings) = Model::from_config(&config, &part.name, &digest, &columns)
        .map_err(|problems| unreadable(problems.to_string()))?;
    let dimensions = manifest.run.sampling.dimensions.as_ref().and_then(|part| part.order()).map(Arc::new);
    Ok(Scenario::of_manifest(part, sources, model, dimensions, warnings, digests, |csv| place_of(part, csv)))
}

/// The path of a CSV file: as recorded if it still exists there, else relative to the scenario.
fn place_of(part: &ScenarioPart, csv: &str) -> PathBuf {
    let recorded =
        part.empirical_files.iter().find(|file| file.csv == csv).map(|file| PathBuf::from(&file.path));
    match recorded.filter(|path| path.is_file()) {
        Some(path) => path,
        None => Path::new(&part.file).parent().unwrap_or(Path::new("")).join(csv),
    }
}
