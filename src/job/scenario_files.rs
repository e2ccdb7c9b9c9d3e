//! Reads a scenario file, or standard input, and the files that it extends.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::{Exit, Failure};
use super::file::{self, ReadError};
use super::reason::reason;
use crate::config::{self, Code, Origin, Place, Problem, ScenarioBytes};

/// Stands for standard input where a scenario file is named.
pub const STANDARD_INPUT: &str = "-";

/// Most files that a scenario may extend, one behind another.
const MOST_BASES: usize = 8;

/// The name of a scenario that gives itself none: its file's, without the ending.
pub fn stem(path: &Path) -> String {
    if path == Path::new(STANDARD_INPUT) {
        return "stdin".to_owned();
    }
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads the file at `path`, then the file that it extends, the one that this extends, and so on.
///
/// # Errors
/// A file cannot be read, or the files extend one another in a circle or more than eight deep.
pub fn read(path: &Path) -> Result<Vec<ScenarioBytes>, Failure> {
    let own = match path == Path::new(STANDARD_INPUT) {
        true => ScenarioBytes { name: "standard input".to_owned(), bytes: standard_input()? },
        false => {
            let name = path.display().to_string();
            let bytes = read_file(path, &name, "`capstake init` writes a scenario to start from")
                .map_err(|problem| Failure::of_file(Exit::Unreadable, &name, *problem))?;
            ScenarioBytes { name, bytes }
        }
    };
    let mut files = vec![own];
    let mut paths = vec![path.to_owned()];
    loop {
        let last = files.len() - 1;
        let origin = if last == 0 { Origin::File } else { Origin::Base(last - 1) };
        let Some((file, place)) = config::extended_by(&files[last].bytes, origin) else { return Ok(files) };
        let next = paths[last].parent().unwrap_or(Path::new("")).join(&file);
        match read_base(&paths, &next, &file, place) {
            Ok(base) => {
                files.push(base);
                paths.push(next);
            }
            Err(problem) => {
                let sources = Box::new(config::sources(&files, &[]));
                let exit = if problem.code.is_unreadable() { Exit::Unreadable } else { Exit::Problems };
                return Err(Failure::Scenario { exit, sources, problems: (*problem).into() });
            }
        }
    }
}

/// Reads the next file of a chain of files that extend one another: `file` as it is written at `place`.
fn read_base(
    chain: &[PathBuf],
    next: &Path,
    file: &str,
    place: Place,
) -> Result<ScenarioBytes, Box<Problem>> {
    let name = next.display().to_string();
    let real = |path: &Path| path.canonicalize().unwrap_or(path.to_owned());
    if chain.iter().any(|path| real(path) == real(next)) {
        let names: Vec<String> = chain.iter().map(|path| path.display().to_string()).collect();
        let message = format!("scenarios extend one another in a circle: {} -> {name}", names.join(" -> "));
        return Err(Box::new(
            Problem::error(Code::ExtendsCycle, place, message)
                .found(name)
                .help("one of them must be a whole scenario, without `extends`"),
        ));
    }
    if chain.len() > MOST_BASES {
        let message = format!("more than {MOST_BASES} scenarios extend one another");
        return Err(Box::new(
            Problem::error(Code::ExtendsCycle, place, message)
                .found(name)
                .allowed(format!("at most {MOST_BASES}"))
                .help("write one of them out as a whole: capstake scenario FILE"),
        ));
    }
    let bytes = read_file(next, &name, "").map_err(|problem| {
        // What to write is relative to the file in which it is written.
        let written = |near: String| Path::new(file).with_file_name(near).display().to_string();
        let others = |near: &String| chain.iter().all(|path| path.file_name() != Some(near.as_ref()));
        let help = match () {
            () if next.is_dir() => match first_scenario(next).filter(others) {
                Some(near) => {
                    format!("name a file in it, for example `{}`", Path::new(file).join(near).display())
                }
                None => "name a scenario file".to_owned(),
            },
            () => match beside(next).filter(others) {
                Some(near) if !next.exists() => format!("did you mean `{}`?", written(near)),
                _ if next.exists() => problem.help.clone().unwrap_or_default(),
                _ => "the path is relative to the file in which it is written".to_owned(),
            },
        };
        Box::new(Problem::error(Code::ExtendsFile, place, problem.message).help(help))
    })?;
    Ok(ScenarioBytes { name, bytes })
}

fn standard_input() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    // One byte more than allowed shows that there are too many.
    let read = std::io::stdin().lock().take(config::MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let message = format!("standard input cannot be read: {}", reason(&error));
            let problem = Problem::error(Code::FileUnreadable, Place::FILE, message);
            Err(Failure::of_file(Exit::Unreadable, "standard input", problem))
        }
    }
}

/// Reads a file; `otherwise` is the help where there is no such file, and none of a similar name.
fn read_file(path: &Path, name: &str, otherwise: &str) -> Result<Vec<u8>, Box<Problem>> {
    let refuse = |code: Code, message: String, help: String| {
        Box::new(Problem::error(code, Place::FILE, message).help(help))
    };
    file::read_regular(path, config::MAX_BYTES as u64).map_err(|error| {
        let help = match &error {
            ReadError::TooLarge(bytes) => {
                let (message, help) = config::too_large(*bytes);
                return refuse(Code::FileTooLarge, message, help.to_owned());
            }
            ReadError::Folder => {
                let help = match first_scenario(path) {
                    Some(file) => format!("name a file in it, for example `{}`", path.join(file).display()),
                    None => "name a scenario file; `capstake init` writes one".to_owned(),
                };
                let message = format!("`{name}` is a folder, not a scenario file");
                return refuse(Code::FileUnreadable, message, help);
            }
            ReadError::Missing => {
                match in_configs(path).or_else(|| beside(path).map(|near| path.with_file_name(near))) {
                    Some(near) => format!("did you mean `{}`?", near.display()),
                    None => otherwise.to_owned(),
                }
            }
            ReadError::Forbidden => "you may not read it; ask its owner".to_owned(),
            ReadError::Special => "save the scenario to a file, and name that".to_owned(),
            ReadError::Changed => "wait until it is complete, or copy it".to_owned(),
            ReadError::Other(_) => "look at the path".to_owned(),
        };
        refuse(Code::FileUnreadable, format!("`{name}` cannot be read: {error}"), help)
    })
}

/// The name of a similar file in the same folder as a missing one.
fn beside(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names = toml_files(folder);
    names.sort();
    let with_ending = format!("{wanted}.toml");
    let near = if names.contains(&with_ending) {
        with_ending
    } else {
        config::spelling::nearest(wanted, names.iter().map(String::as_str))?.to_owned()
    };
    Some(near)
}

/// The file of this name in `configs`, where a clone has its scenarios and the examples of `--help` do not say so.
fn in_configs(path: &Path) -> Option<PathBuf> {
    let is_bare = path.parent().is_none_or(|folder| folder.as_os_str().is_empty());
    let shipped = Path::new("configs").join(path);
    (is_bare && shipped.is_file()).then_some(shipped)
}

fn first_scenario(folder: &Path) -> Option<String> {
    toml_files(folder).into_iter().min()
}

fn toml_files(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".toml"))
        .collect()
}
