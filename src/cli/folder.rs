//! The results folder: who may write into it, and how nothing half-written is ever seen there.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::exit::{Exit, Failure};
use super::manifest::{self, FilePart, Found, Identity, Manifest};
use super::scenario::reason;
use crate::config::Code;

/// Files that runs write beside the manifest: what a replaced folder loses.
const RESULTS: [&str; 13] = [
    "summary.csv",
    "quantiles.csv",
    "annual.csv",
    "histogram.csv",
    "inputs.csv",
    "correlations.csv",
    "events.csv",
    "sample_paths.csv",
    "draws.csv",
    "draws.parquet",
    "draws.xlsx",
    "results.xlsx",
    "report.html",
];

/// Names of files that are being written: hidden, and removed when a later run finds them.
const TEMPORARY: (&str, &str) = (".capstake-", ".tmp");

/// What may be done with a folder that holds results of another run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Only results of the same scenario, seed, paths and version.
    SameRun,
    /// Results of any run (`--force`).
    AnyRun,
}

/// What stands where the results are to go.
#[derive(Debug)]
enum Standing {
    Nothing,
    Empty,
    Results(Box<Found>),
    Foreign,
}

/// A folder that this run may write.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    files: Vec<FilePart>,
    /// Names that the manifest found in the folder lists: what it replaced wrote them.
    former: Vec<String>,
}

impl Folder {
    /// Makes the folder, or takes over one that may be replaced; it then holds the manifest and no results.
    pub fn open(path: &Path, manifest: &Manifest, replace: Replace) -> Result<Folder, Failure> {
        match standing(path)? {
            Standing::Nothing => {
                fs::create_dir_all(path).map_err(|error| unwritable(path, "cannot be made", &error))?;
            }
            Standing::Empty => {}
            Standing::Foreign => {
                let message = format!("`{}` holds files that capstake did not write", path.display());
                return Err(Failure::coded(Exit::Output, Code::FolderForeign, message).help(
                    "name another folder with -o, or empty this one yourself; --force does not touch it",
                ));
            }
            Standing::Results(found) => {
                if replace == Replace::SameRun && found.identity.as_ref() != Some(&manifest.identity()) {
                    return Err(other_run(path, &found, &manifest.identity()));
                }
            }
        }
        let mut folder = Folder { path: path.to_owned(), files: Vec::new(), former: former_files(path) };
        // The manifest says `running` before anything of a former run goes.
        folder.put_manifest(manifest)?;
        folder.clear().map_err(|error| unwritable(path, "cannot be cleared of former results", &error))?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The files written so far.
    pub fn files(&self) -> &[FilePart] {
        &self.files
    }

    /// Writes a file whole.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let mut draft = self.draft(name)?;
        draft.write(bytes).map_err(|error| self.failed(name, &error))?;
        self.keep(draft)
    }

    /// Writes the manifest, which is not one of its own files.
    pub fn put_manifest(&mut self, manifest: &Manifest) -> Result<(), Failure> {
        let mut draft = self.draft(manifest::FILE)?;
        draft.write(&manifest.bytes()).map_err(|error| self.failed(manifest::FILE, &error))?;
        draft.finish(&self.path).map_err(|error| self.failed(manifest::FILE, &error))?;
        Ok(())
    }

    /// Begins a file that is not seen before [`Folder::keep`].
    pub fn draft(&self, name: &str) -> Result<Draft, Failure> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY.0).suffix(TEMPORARY.1);
        // Not the private mode of temporary files: what the person's umask leaves.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let file = builder.tempfile_in(&self.path).map_err(|error| self.failed(name, &error))?;
        Ok(Draft {
            name: name.to_owned(),
            out: BufWriter::with_capacity(1 << 16, file),
            hasher: blake3::Hasher::new(),
            bytes: 0,
        })
    }

    /// Puts a finished draft in its place.
    pub fn keep(&mut self, draft: Draft) -> Result<(), Failure> {
        let name = draft.name.clone();
        let part = draft.finish(&self.path).map_err(|error| self.failed(&name, &error))?;
        self.files.push(part);
        Ok(())
    }

    /// Removes results and drafts of former runs, and nothing else.
    fn clear(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let draft = name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1);
            if (self.may_go(name) || draft) && !entry.file_type()?.is_dir() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Whether a file is one of results: of those every run may write, or of those the former manifest lists.
    fn may_go(&self, name: &str) -> bool {
        RESULTS.contains(&name) || self.former.iter().any(|former| former == name)
    }

    /// The failure of a file that cannot be written.
    pub fn failed(&self, name: &str, error: &io::Error) -> Failure {
        unwritable(&self.path.join(name), "cannot be written", error)
    }
}

/// A file on its way: its bytes are hashed as they come.
#[derive(Debug)]
pub struct Draft {
    name: String,
    out: BufWriter<NamedTempFile>,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Draft {
    /// The next bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// On the disk, then under its name, then the name on the disk.
    fn finish(self, folder: &Path) -> io::Result<FilePart> {
        let file = self.out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist(folder.join(&self.name)).map_err(|error| error.error)?;
        sync_folder(folder)?;
        Ok(FilePart {
            name: self.name,
            bytes: self.bytes,
            blake3: self.hasher.finalize().to_hex().to_string(),
        })
    }
}

/// A rename is on the disk once its folder is; systems that cannot open folders do it by themselves.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Plain file names that the manifest in a folder lists, if there is one.
fn former_files(path: &Path) -> Vec<String> {
    let names =
        fs::read(path.join(manifest::FILE)).map(|bytes| manifest::listed_files(&bytes)).unwrap_or_default();
    names
        .into_iter()
        .filter(|name| Path::new(name).file_name().is_some_and(|plain| plain == name.as_str()))
        .collect()
}

fn standing(path: &Path) -> Result<Standing, Failure> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Standing::Nothing),
        Err(error) => return Err(unwritable(path, "cannot be reached", &error)),
    };
    if !about.is_dir() {
        let message = format!("`{}` is a file; the results need a folder", path.display());
        return Err(Failure::coded(Exit::Output, Code::FolderUnwritable, message)
            .help("name another folder with -o, or move the file"));
    }
    match fs::read(path.join(manifest::FILE)) {
        Ok(bytes) => {
            return Ok(
                manifest::find(&bytes).map_or(Standing::Foreign, |found| Standing::Results(found.into()))
            );
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // A folder of that name, or a manifest that may not be read: not ours to judge.
        Err(_) => return Ok(Standing::Foreign),
    }
    let mut entries = fs::read_dir(path).map_err(|error| unwritable(path, "cannot be read", &error))?;
    Ok(if entries.next().is_some() { Standing::Foreign } else { Standing::Empty })
}

fn unwritable(path: &Path, what: &str, error: &io::Error) -> Failure {
    let message = format!("`{}` {what}: {}", path.display(), reason(error));
    let help = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "make room, or name a folder on another disk with -o"
        }
        _ => "name another folder with -o",
    };
    Failure::coded(Exit::Output, Code::FolderUnwritable, message).help(help)
}

fn other_run(path: &Path, found: &Found, wanted: &Identity) -> Failure {
    let differs = match &found.identity {
        None => "of another version of capstake".to_owned(),
        Some(other) => {
            let mut parts = Vec::new();
            if other.command != wanted.command {
                parts.push(format!("command ({})", other.command));
            }
            if other.digest != wanted.digest {
                parts.push(match &found.name {
                    Some(name) => format!("scenario ({name}, as it was then)"),
                    None => "scenario".to_owned(),
                });
            }
            if other.seed != wanted.seed {
                parts.push(format!("seed ({})", other.seed));
            }
            if other.paths != wanted.paths {
                parts.push(format!("number of paths ({})", super::words::thousands(other.paths)));
            }
            if other.version != wanted.version {
                parts.push(format!("version ({})", other.version));
            }
            format!("of another {}", parts.join(" and "))
        }
    };
    let message = format!("`{}` holds results {differs}", path.display());
    Failure::coded(Exit::Output, Code::FolderOtherRun, message)
        .help("name another folder with -o, or replace those results with --force")
}
