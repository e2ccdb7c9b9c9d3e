//! Tells the program which revision it was built from and for which machine.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    for file in ["build.rs", "Cargo.toml", "src", "../output/src", "../../src", "../../Cargo.toml"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let target = std::env::var("TARGET").unwrap_or_else(|_| "unknown".to_owned());
    println!("cargo::rustc-env=CAPSTAKE_TARGET={target}");
    let revision = revision().or_else(noted).or_else(sources).unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=CAPSTAKE_REVISION={revision}");
}

/// The revision that a source distribution of the Python package carries, in a file at its top.
fn noted() -> Option<String> {
    println!("cargo::rerun-if-changed=../../REVISION");
    let text = std::fs::read_to_string("../../REVISION").ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A name for sources of which no revision is known, as in a tarball: equal sources have equal names.
fn sources() -> Option<String> {
    let mut files = vec![Path::new("../../Cargo.toml").to_owned(), Path::new("Cargo.toml").to_owned()];
    for folder in ["../../src", "../output/src", "src"] {
        collect(Path::new(folder), &mut files)?;
    }
    // FNV-1a: accidents are to be told apart, not forgeries.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for &byte in bytes.iter().chain(&[0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for file in files {
        add(file.to_str()?.as_bytes());
        add(&std::fs::read(&file).ok()?);
    }
    Some(format!("sources-{hash:016x}"))
}

/// Adds the files of a folder and of those in it, in the order of their names.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Option<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .ok()?;
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(&entry, files)?;
        } else {
            files.push(entry);
        }
    }
    Some(())
}

/// The commit, with `+changes` where tracked files differ from it; nothing outside a checkout of this repository.
fn revision() -> Option<String> {
    let top = git(&["rev-parse", "--show-toplevel"])?;
    let here = std::env::var("CARGO_MANIFEST_DIR").ok()?;
    // A tarball unpacked inside another repository is not that repository.
    if Path::new(&top).canonicalize().ok()? != Path::new(&here).join("../..").canonicalize().ok()? {
        return None;
    }
    // The log of HEAD grows with every commit and checkout, also in a worktree.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    let commit = git(&["rev-parse", "HEAD"])?;
    let changed =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|list| !list.is_empty());
    Some(if changed { format!("{commit}+changes") } else { commit })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
