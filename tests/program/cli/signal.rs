//! Ctrl-C, SIGTERM and their like: what is done is saved, and a second one ends at once.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Place, Seen, TELL_THE_TIME};

/// A run that would take long, seen to be at work; draws of hours would not fit on the disk.
fn begin(place: &Place, more: &[&str]) -> Child {
    let paths = if more.contains(&"--draws") { "1e7" } else { "1e10" };
    let child = Command::new(assert_cmd::cargo::cargo_bin!("capstake"))
        .args(["run", "minimal.toml", "-n", paths, "-j", "1", "-o", "o"])
        .args(more)
        .current_dir(place.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    wait_for_work(place);
    child
}

fn wait_for_work(place: &Place) {
    let patience = Instant::now();
    // The folder may be there already, from a run before.
    while !place.at("o/manifest.json").exists() || place.manifest("o")["status"] != "running" {
        assert!(patience.elapsed() < Duration::from_secs(30), "the run does not begin");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(500));
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

#[test]
fn the_first_signal_saves_what_is_done() {
    for (signal, more) in [
        ("-INT", &[][..]),
        ("-TERM", &["--draws", "csv"]),
        ("-HUP", &[]),
        ("-USR1", &[]),
        ("-USR2", &[]),
        ("-XCPU", &[]),
    ] {
        let place = Place::with_minimal();
        let child = begin(&place, more);
        send(&child, signal);
        let seen = Seen::from(child.wait_with_output().expect("an end")).ends(130);
        let seen = seen.says("partial: stopped after").prints("Microsoft’s take is worth");
        drop(seen);
        let manifest = place.manifest("o");
        assert_eq!(manifest["status"], "partial");
        let done = manifest["run"]["paths_done"].as_u64().expect("a number");
        assert!(done > 0 && done < 10_000_000_000);
        // What is saved is the run of so many paths.
        place.run(&format!("run minimal.toml -n {done} -q -o whole {}", more.join(" "))).ends(0);
        for name in place.names("whole").iter().filter(|name| !TELL_THE_TIME.contains(&name.as_str())) {
            let bytes = |folder: &str| std::fs::read(place.at(folder).join(name)).expect("a file");
            assert!(bytes("whole") == bytes("o"), "{name} of {done} paths");
        }
        // The folder is that of the run that was asked for: it may be begun again.
        let again = begin(&place, more);
        send(&again, signal);
        Seen::from(again.wait_with_output().expect("an end")).ends(130);
    }
}

#[test]
fn a_second_signal_ends_at_once_and_nothing_half_written_is_seen() {
    let place = Place::with_minimal();
    let mut child = begin(&place, &["--draws", "csv"]);
    send(&child, "-INT");
    send(&child, "-INT");
    assert_eq!(child.wait().expect("an end").code(), Some(130));
    for name in place.names("o") {
        assert!(name.starts_with('.') || !name.contains("tmp"), "{name}");
    }
    assert!(place.manifest("o")["status"].is_string());
}

/// Who starts the program decides which signals it ignores: `nohup` the hangup, a shell's `&` without job control Ctrl-C.
#[test]
fn what_was_ignored_at_the_start_stays_ignored() {
    for signal in ["HUP", "INT", "TERM", "USR1"] {
        let place = Place::with_minimal();
        let script = format!(
            "trap '' {signal}; exec '{}' run minimal.toml -n 1e10 -j 1 -q -o o",
            assert_cmd::cargo::cargo_bin!("capstake").display()
        );
        let mut child = Command::new("bash")
            .args(["-c", &script])
            .current_dir(place.path())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bash");
        wait_for_work(&place);
        send(&child, &format!("-{signal}"));
        send(&child, &format!("-{signal}"));
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().expect("a child").is_none(), "{signal}: it goes on");
        send(&child, if signal == "TERM" { "-INT" } else { "-TERM" });
        Seen::from(child.wait_with_output().expect("an end")).ends(130).says("stopping: saving");
        assert_eq!(place.manifest("o")["status"], "partial", "{signal}");
    }
}

/// Without this a write beyond the limit would end the program without a word.
#[test]
#[cfg(target_os = "linux")]
fn the_limit_on_the_size_of_files_is_an_error_of_the_write() {
    let place = Place::with_minimal();
    let capstake = assert_cmd::cargo::cargo_bin!("capstake").display().to_string();
    for (arguments, kilobytes) in [
        ("-n 20000 --draws csv", 200),
        ("-n 20000 --draws parquet", 200),
        ("-n 20000 --draws xlsx", 2_000),
        ("-n 100", 1),
    ] {
        let script = format!("ulimit -f {kilobytes}; exec '{capstake}' run minimal.toml -q -o o {arguments}");
        let output =
            Command::new("bash").args(["-c", &script]).current_dir(place.path()).output().expect("bash");
        let seen = Seen::from(output).ends(6).says("[S803]").says("cannot be written");
        assert!(!seen.stderr.contains("this is a bug"), "{arguments}: {}", seen.stderr);
        let _ = std::fs::remove_dir_all(place.at("o"));
    }
}

#[test]
fn a_search_that_is_stopped_shows_what_was_tried_and_says_that_there_is_no_answer() {
    let place = Place::with_minimal();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("capstake"))
        .args(["solve", "minimal.toml", "-n", "400000", "-j", "1", "-o", "o", "--progress", "none"])
        .args(["--vary", "discount.share=0.01:0.3", "--target", "capped.share_pv.mean=25"])
        .current_dir(place.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The first values are tried; the search goes on with one of its own.
    let mut said = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut told = String::new();
    while !told.lines().any(|line| line.starts_with("discount.share = ")) {
        assert!(said.read_line(&mut told).expect("text") > 0, "it ended by itself: {told}");
    }
    send(&child, "-INT");
    said.read_to_string(&mut told).expect("text");
    let output = child.wait_with_output().expect("an end");
    let seen = Seen::from(output).ends(130);
    let seen = seen
        .prints("PARTIAL: stopped before an answer; below is what was tried")
        .prints("Tried: mean of revenue share under capped");
    assert!(!seen.stdout.contains("The value found"), "{}", seen.stdout);
    assert!(told.contains("partial: stopped before its end"), "{told}");
    assert_eq!(place.manifest("o")["status"], "partial");
    assert!(!place.names("o").contains(&"root.csv".to_owned()));
    assert!(place.read("o/tried.csv").lines().count() >= 5);
    assert!(place.read("o/report.html").contains("PARTIAL: stopped before an answer"));
}
