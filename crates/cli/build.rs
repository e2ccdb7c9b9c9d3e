//! Tells the program which revision it was built from and for which machine.

use std::path::Path;
use std::process::Command;

fn main() {
    for file in ["build.rs", "Cargo.toml", "src", "../output/src", "../../src", "../../Cargo.toml"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let target = std::env::var("TARGET").unwrap_or_else(|_| "unknown".to_owned());
    println!("cargo::rustc-env=CAPSTAKE_TARGET={target}");
    println!("cargo::rustc-env=CAPSTAKE_REVISION={}", revision().unwrap_or_else(|| "unknown".to_owned()));
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
