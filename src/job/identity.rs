//! The identity of a run: runs with equal identities have equal results.

use super::manifest::{CommandPart, Manifest, PrecisionPart, SCHEMA_VERSION, SamplingPart, Status};
use super::words::{cut, quoted, thousands};
use crate::config::{self, resolved};

/// What determines the results of a run or study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Version of the program.
    pub version: String,
    /// The command and its arguments.
    pub command: String,
    /// The digests of all scenarios.
    pub digest: String,
    /// The seed.
    pub seed: String,
    /// Where the random numbers come from, in words.
    pub sampling: String,
    /// The precision asked for.
    pub precision: Option<String>,
    /// Requested paths; with a precision, those that may be spent.
    pub paths: u64,
    /// The shard, for a part of a run.
    pub shard: Option<String>,
}

impl Identity {
    /// The identity of the run or study of a manifest.
    pub fn of(manifest: &Manifest) -> Identity {
        let scenarios = std::iter::once(&manifest.scenario).chain(&manifest.other_scenarios);
        let digests: Vec<&str> = scenarios.map(|scenario| scenario.digest.as_str()).collect();
        Identity {
            version: manifest.build.version.clone(),
            command: in_words(&manifest.command),
            digest: digests.join(" "),
            seed: manifest.run.seed.clone(),
            sampling: manifest.run.sampling.in_words(),
            precision: manifest.run.precision.as_ref().map(|asked| asked.targets.join(" ")),
            paths: manifest.run.precision.as_ref().map_or(manifest.run.paths_asked, |asked| asked.most_paths),
            shard: manifest.run.shard.clone(),
        }
    }
}

fn in_words(command: &CommandPart) -> String {
    let words = std::iter::once(&command.name).chain(&command.arguments);
    words.map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// The run in a folder, as far as this version can read its manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundRun {
    /// The identity; `None` if the manifest has another schema version.
    pub identity: Option<Identity>,
    /// The scenario's name.
    pub name: Option<String>,
    /// The status of the folder.
    pub status: Option<Status>,
    /// The scenario as it was run.
    pub resolved: Option<String>,
    /// The start time as text, and the wall time of the simulation, seconds; 0 while running.
    pub time: (String, f64),
}

impl FoundRun {
    /// `sweep of base, 20,000 paths, seed 1`.
    pub fn in_words(&self) -> String {
        let name = cut(self.name.as_deref().unwrap_or("a scenario"));
        match &self.identity {
            None => format!("{name}, of another version of capstake"),
            Some(identity) => {
                let command = identity.command.split(' ').next().unwrap_or_default();
                let of = if command == "run" { String::new() } else { format!("{} of ", cut(command)) };
                format!("{of}{name}, {} paths, seed {}", thousands(identity.paths), cut(&identity.seed))
            }
        }
    }

    /// Reads a manifest of any version; `None` if the bytes are not a manifest of capstake.
    pub fn read(bytes: &[u8]) -> Option<FoundRun> {
        let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        if value.get("program")?.as_str()? != "capstake" {
            return None;
        }
        let version = value.get("schema_version")?.as_u64()?;
        let text = |part: &str, key: &str| Some(value.get(part)?.get(key)?.as_str()?.to_owned());
        let digests = || {
            let mut digests = vec![text("scenario", "digest")?];
            for other in
                value.get("other_scenarios").and_then(|others| others.as_array()).into_iter().flatten()
            {
                digests.push(other.get("digest")?.as_str()?.to_owned());
            }
            Some(digests.join(" "))
        };
        let identity = || {
            let command = value.get("command")?;
            let run = value.get("run")?;
            let sampling = run.get("sampling").map(|part| serde_json::from_value(part.clone()));
            let precision: Option<PrecisionPart> =
                run.get("precision").map(|part| serde_json::from_value(part.clone())).transpose().ok()?;
            Some(Identity {
                version: text("build", "version")?,
                command: in_words(&serde_json::from_value(command.clone()).ok()?),
                digest: digests()?,
                seed: text("run", "seed")?,
                sampling: sampling.unwrap_or_else(|| Ok(SamplingPart::default())).ok()?.in_words(),
                paths: match &precision {
                    Some(asked) => asked.most_paths,
                    None => run.get("paths_asked")?.as_u64()?,
                },
                precision: precision.map(|asked| asked.targets.join(" ")),
                shard: text("run", "shard"),
            })
        };
        Some(FoundRun {
            identity: identity().filter(|_| version == u64::from(SCHEMA_VERSION)),
            name: text("scenario", "name"),
            status: value.get("status").and_then(|status| serde_json::from_value(status.clone()).ok()),
            resolved: text("scenario", "resolved"),
            time: (
                text("run", "started").unwrap_or_default(),
                value.pointer("/run/wall_seconds").and_then(|seconds| seconds.as_f64()).unwrap_or(0.0),
            ),
        })
    }
}

/// The keys of a resolved scenario with their values; `None` if it cannot be parsed.
pub fn keys_of(resolved: &str) -> Option<Vec<(String, String)>> {
    config::parse("scenario", resolved, &[]).1.ok().map(|config| resolved::flat(&config))
}

/// The file names that a manifest lists; empty if the bytes are not a manifest of capstake.
pub fn listed_files(bytes: &[u8]) -> Vec<String> {
    let listed = || -> Option<Vec<String>> {
        let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        let files = value.get("files")?.as_array()?.iter();
        Some(files.filter_map(|file| Some(file.get("name")?.as_str()?.to_owned())).collect())
    };
    FoundRun::read(bytes).and_then(|_| listed()).unwrap_or_default()
}
