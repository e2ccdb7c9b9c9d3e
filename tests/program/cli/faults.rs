//! What machines do to runs: kills, full and read-only disks, torn files, two at once, odd clocks and locales, readers that
//! leave. Nothing finished is lost, nothing false is written, no panic reaches the person.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::survive::assert_same;
use super::{Place, Seen};
use crate::skip;

/// The program as a plain command.
fn program(place: &Place, arguments: &str) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("capstake"));
    command.args(arguments.split_whitespace()).current_dir(place.path()).env("NO_COLOR", "1");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A shell that runs a script with `$capstake`.
fn shell(place: &Place, script: &str) -> Seen {
    let output = Command::new("bash")
        .args(["-c", script])
        .env("capstake", assert_cmd::cargo::cargo_bin!("capstake"))
        .env("NO_COLOR", "1")
        .current_dir(place.path())
        .output()
        .expect("bash");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Seen { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// SplitMix64 (Steele, Lea and Flood 2014): moments that are the same in every test.
struct Moments(u64);

impl Moments {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Whether a half-written state is in a folder: what a kill inside the writing of a checkpoint leaves.
fn half_written_state(place: &Place, folder: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(place.at(folder)) else { return false };
    entries.flatten().any(|entry| {
        let draft = entry.file_name().to_string_lossy().ends_with(".tmp");
        let bytes = std::fs::read(entry.path()).unwrap_or_default();
        // Before its first bytes a draft may be of any file; that of the manifest is as long as a first buffer.
        draft && bytes.starts_with(b"capstate")
    })
}

/// kill -9 at moments spread over the run, some of them seen to be inside the writing of a checkpoint; then resume, killed now
/// and then too; at the end the results of an uninterrupted run. `CAPSTAKE_KILLS` sets the number.
#[test]
fn killed_at_any_moment_a_run_is_resumed_to_the_same_bits() {
    let kills: u32 = std::env::var("CAPSTAKE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let place = Place::with_minimal();
    let run = "run minimal.toml -n 60123 -q --progress none --checkpoint 1ms";
    assert!(program(&place, &format!("{run} -j 1 -o whole")).status().expect("a run").success());
    let began = Instant::now();
    assert!(program(&place, &format!("{run} -j 1 -o again")).status().expect("a run").success());
    let mut whole = began.elapsed();
    let mut moments = Moments(6);
    let (mut killed, mut inside, mut resuming, mut too_late, mut too_early) = (0, 0, 0, 0, 0);
    // By tenths of the time that a run takes; the last is of all that is later.
    let mut tenths = [0_u32; 10];
    while killed < kills {
        let threads = 1 + killed / 2 % 2;
        let mut command = format!("{run} -j {threads} -o o");
        // Every fourth is killed again while it resumes.
        for round in 0..if killed % 4 == 3 { 2 } else { 1 } {
            let at = whole.mul_f64(moments.uniform());
            let began = Instant::now();
            let mut child = program(&place, &command).spawn().expect("a run");
            std::thread::sleep(at);
            // Every other waits for a checkpoint to be at its writing.
            if killed % 2 == 0 {
                let patience = Instant::now();
                while !half_written_state(&place, "o")
                    && patience.elapsed() < whole
                    && child.try_wait().expect("a child").is_none()
                {}
            }
            child.kill().expect("SIGKILL");
            let tenth = (began.elapsed().as_secs_f64() / whole.as_secs_f64() * 10.0) as usize;
            let status = child.wait().expect("an end");
            let begun = place.at("o/manifest.json").exists();
            if status.signal() != Some(9) {
                // The machine is faster than it was: what came after the end does not count.
                too_late += 1;
                whole = whole.mul_f64(0.9);
            } else if begun {
                killed += 1;
                tenths[tenth.min(9)] += 1;
                inside += u32::from(half_written_state(&place, "o"));
                resuming += u32::from(round == 1);
            } else {
                too_early += 1;
            }
            if !begun {
                break;
            }
            command = format!("resume o -j {threads} -q --progress none --checkpoint 1ms");
        }
        if place.at("o/manifest.json").exists() {
            place.run("resume o -q").ends(0);
            assert_eq!(place.manifest("o")["status"], "complete", "kill {killed}");
            assert_same(&place, "whole", "o");
        }
        let _ = std::fs::remove_dir_all(place.at("o"));
    }
    println!(
        "{killed} kills: {inside} inside the writing of a checkpoint, {resuming} while resuming; all ended with the same bits; \
         by tenths of the run {tenths:?}; besides, {too_early} before there was a folder and {too_late} after the end"
    );
    assert!(inside * 10 >= kills, "{inside} of {kills} inside a checkpoint");
    assert!(kills < 200 || tenths[1..].iter().all(|&kills| kills > 0), "{tenths:?}");
}

/// A disk of its own; nothing where this user may not mount one.
struct SmallDisk<'a> {
    place: &'a Place,
}

impl<'a> SmallDisk<'a> {
    fn new(place: &'a Place, kilobytes: u32) -> Option<SmallDisk<'a>> {
        std::fs::create_dir_all(place.at("disk")).expect("a folder");
        let options = format!("size={kilobytes}k");
        let mounted = mount(&["-t", "tmpfs", "-o", &options, "capstake-test", place.at("disk").to_str()?]);
        if !mounted {
            skip::rights_rule_out("cli::faults", "mounting a small tmpfs needs more rights (run as root)");
        }
        mounted.then_some(SmallDisk { place })
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(mount(&["-o", &options, self.place.at("disk").to_str().expect("a name")]));
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.place.at("disk")).status();
    }
}

fn mount(arguments: &[&str]) -> bool {
    let status = Command::new("mount").args(arguments).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// A run that is at work on the small disk, which then fills.
fn run_into_full_disk(place: &Place, arguments: &str) -> Seen {
    let child =
        program(place, arguments).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a run");
    let patience = Instant::now();
    while !place.at("disk/o/manifest.json").exists() {
        assert!(patience.elapsed() < Duration::from_secs(20), "the run does not begin");
        std::thread::sleep(Duration::from_millis(2));
    }
    // Until the last byte, and again where the run gave some back.
    let mut ballast = std::fs::File::create(place.at("disk/ballast")).expect("a file");
    let mut child = child;
    while child.try_wait().expect("a child").is_none() {
        for size in [1 << 16, 1 << 9, 1] {
            while std::io::Write::write(&mut ballast, &vec![0; size]).is_ok() {}
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let seen = Seen::from(child.wait_with_output().expect("an end"));
    // Emptied first: a program that another test is starting may hold the file open for a moment, and with it its bytes.
    ballast.set_len(0).expect("the ballast");
    std::fs::remove_file(place.at("disk/ballast")).expect("the ballast");
    seen
}

#[test]
fn a_disk_that_fills_and_is_emptied() {
    let place = Place::with_minimal();
    let Some(_disk) = SmallDisk::new(&place, 100_000) else { return };
    let full = run_into_full_disk(&place, "run minimal.toml -n 300000 -j 1 -o disk/o");
    let full = full.ends(6).says("[S803]").says("the disk is full").says("capstake resume disk/o");
    assert!(full.stdout.is_empty());
    assert_ne!(place.manifest("disk/o")["status"], "complete");
    place.run("resume disk/o -q").ends(0);
    place.run("run minimal.toml -n 300000 -q -o whole").ends(0);
    assert_same(&place, "whole", "disk/o");
    // The same with draws, which meet the full disk in the middle of the run.
    std::fs::remove_dir_all(place.at("disk/o")).expect("a folder");
    let full = run_into_full_disk(&place, "run minimal.toml -n 90000 -j 1 --draws csv -o disk/o");
    full.ends(6).says("draws.csv").says("the disk is full");
    assert!(!place.at("disk/o/draws.csv").exists());
    place.run("resume disk/o -q").ends(0);
    place.run("run minimal.toml -n 90000 --draws csv -q -o drawn").ends(0);
    assert_same(&place, "drawn", "disk/o");
}

#[test]
fn checkpoints_that_do_not_fit_do_not_stop_a_run() {
    let place = Place::with_minimal();
    let Some(_disk) = SmallDisk::new(&place, 20_000) else { return };
    let full =
        run_into_full_disk(&place, "run minimal.toml -n 300000 -j 1 --checkpoint 1ms -o disk/o").ends(6);
    let warnings = full.stderr.matches("the checkpoint `disk/o/state.capstake` cannot be written").count();
    assert_eq!(warnings, 1, "{}", full.stderr);
    place.run("resume disk/o -q").ends(0);
    place.run("run minimal.toml -n 300000 -q -o whole").ends(0);
    assert_same(&place, "whole", "disk/o");
}

#[test]
fn what_cannot_fit_is_refused_before_it_starts() {
    let place = Place::with_minimal();
    let Some(_disk) = SmallDisk::new(&place, 300) else { return };
    place.run("run minimal.toml -n 60000 -o disk/o").ends(6).says("[S705]").says("are free");
    assert!(!place.at("disk/o").exists(), "nothing was begun");
    place.run("run minimal.toml -n 1e11 --draws csv -o o").ends(6).says("[S705]");
}

/// The limit stands for any: what a container or a scheduler gives is read in the same way.
#[test]
#[cfg(target_os = "linux")]
fn what_needs_more_memory_than_there_is_is_refused_before_it_starts() {
    let place = Place::new();
    place.write("base.toml", crate::scenario::FROZEN_BASE);
    place.run("run base.toml -n 100 -j 1 -q -o small").ends(0);
    let run = "ulimit -v 75000; \"$capstake\" run base.toml -n 100 -j 1 -o o";
    shell(&place, run).ends(2).says("[S704]").says("of memory").says("are free").says("fewer threads (-j)");
    assert!(!place.at("o").exists(), "nothing was begun");
    // What can be judged, can be judged there too.
    shell(&place, "ulimit -v 75000; \"$capstake\" check base.toml -n 1e6").ends(0);
    shell(&place, "ulimit -v 75000; \"$capstake\" resume small").ends(0);
    shell(&place, "ulimit -v 75000; \"$capstake\" extend small --paths +9000").ends(2).says("[S704]");
    assert_eq!(place.manifest("small")["status"], "complete", "as it was");
}

#[test]
fn a_folder_that_turns_read_only() {
    let place = Place::with_minimal();
    let Some(disk) = SmallDisk::new(&place, 20_000) else { return };
    let run = "run minimal.toml -n 3e6 -j 1 -q -o disk/o --checkpoint 20ms";
    let child = program(&place, run).stderr(Stdio::piped()).spawn().expect("a run");
    let patience = Instant::now();
    while !place.at("disk/o/state.capstake").exists() {
        assert!(patience.elapsed() < Duration::from_secs(20), "no checkpoint comes");
        std::thread::sleep(Duration::from_millis(5));
    }
    // A file that is open for writing at this very moment forbids it: try again.
    let place_of_disk = place.at("disk").to_str().expect("a name").to_owned();
    while !mount(&["-o", "remount,ro", &place_of_disk]) {
        assert!(patience.elapsed() < Duration::from_secs(20), "the disk does not turn read-only");
    }
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    let seen = Seen::from(child.wait_with_output().expect("an end")).ends(6);
    seen.says("[S803]").says("manifest.json could not be brought up to date");
    place.run("resume disk/o").ends(6).says("[S803]");
    disk.remount("rw");
    place.run("resume disk/o -q").ends(0);
    assert_eq!(place.manifest("disk/o")["status"], "complete");
}

/// A limit on the size of files makes every write fail at its byte k, whichever file it is in.
#[test]
#[cfg(target_os = "linux")]
fn a_write_that_fails_at_byte_k_for_many_k() {
    let test = "cli::faults::a_write_that_fails_at_byte_k_for_many_k";
    if !skip::has_program(test, "prlimit", "--version", "Debian: apt-get install util-linux") {
        return;
    }
    let place = Place::with_minimal();
    for format in ["csv", "xlsx"] {
        place.run(&format!("run minimal.toml -n 20000 -q -o {format} --draws {format}")).ends(0);
    }
    let mut ends = Vec::new();
    // Bytes: around the ends of buffers, and within every kind of file from the manifest to the draws.
    let places = [
        0, 1, 511, 1_024, 2_047, 3_333, 4_095, 6_001, 9_216, 14_335, 20_481, 32_768, 65_535, 65_536, 65_537,
        102_401, 184_321, 307_199, 716_801, 2_048_001, 5_120_000, 12_288_001,
    ];
    // The rows of a workbook go to a temporary file of their own.
    let workbooks = [1_048_577, 2_048_001, 5_120_000, 12_288_001].map(|k| (k, "xlsx"));
    for (k, format) in places.map(|k| (k, "csv")).into_iter().chain(workbooks) {
        let script = format!(
            "prlimit --fsize={k} \"$capstake\" run minimal.toml -n 20000 -o o --draws {format} --checkpoint 1ms"
        );
        let seen = shell(&place, &script);
        assert!(!seen.stderr.contains("this is a bug"), "byte {k}: {}", seen.stderr);
        match seen.code {
            Some(0) => assert_same_draws(&place, format, "o"),
            Some(6) => {
                seen.says("[S803]");
                if place.at("o/manifest.json").exists() {
                    assert_ne!(place.manifest("o")["status"], "complete", "byte {k}");
                    place.run("resume o -q").ends(0);
                    assert_same_draws(&place, format, "o");
                }
            }
            other => panic!("byte {k}: exit code {other:?}"),
        }
        ends.push((k, place.at("o/manifest.json").exists()));
        let _ = std::fs::remove_dir_all(place.at("o"));
    }
    assert!(ends.iter().any(|(_, begun)| *begun) && ends.iter().any(|(_, begun)| !*begun), "{ends:?}");
}

/// A workbook says when it was made, so that its bytes are those of no other run.
fn assert_same_draws(place: &Place, format: &str, folder: &str) {
    if format == "xlsx" {
        for at in [format, folder] {
            assert!(
                std::fs::read(place.at(at).join("draws.xlsx")).is_ok_and(|bytes| bytes.starts_with(b"PK"))
            );
        }
        assert_eq!(
            place.read(&format!("{format}/summary.csv")),
            place.read(&format!("{folder}/summary.csv"))
        );
    } else {
        assert_same(place, format, folder);
    }
}

/// The rows of `draws.xlsx` stand beside the results until it is packed: the system's temporary folder may be small, or absent.
#[test]
fn temporary_files_of_a_run_stand_beside_its_results() {
    let place = Place::with_minimal();
    let run = "TMPDIR=/nowhere \"$capstake\" run minimal.toml -n 9000 -q --draws xlsx -o o";
    shell(&place, run).ends(0);
    assert!(place.names("o").contains(&"draws.xlsx".to_owned()));
    let Some(_disk) = SmallDisk::new(&place, 60_000) else { return };
    // Where they do not fit, that is known before the start.
    let seen = place.run("run minimal.toml -n 200000 -q --draws xlsx -o disk/o").ends(6);
    seen.says("[S705]");
    // And where the disk fills on the way, it is the disk that is named.
    let full = run_into_full_disk(&place, "run minimal.toml -n 20000 -j 1 --draws xlsx -o disk/o").ends(6);
    assert!(!full.stderr.contains("this is a bug"), "{}", full.stderr);
    full.says("the disk is full").says("[S803]");
    place.run("resume disk/o -q").ends(0);
    assert!(place.names("disk/o").contains(&"draws.xlsx".to_owned()));
}

#[test]
fn states_that_are_not_what_was_written() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 20000 -q -o good").ends(0);
    let state = std::fs::read(place.at("good/state.capstake")).expect("a state");
    let manifest = place.read("good/manifest.json");
    let stopped = manifest.replace("\"status\": \"complete\"", "\"status\": \"running\"");
    let flipped = |at: usize| {
        let mut bytes = state.clone();
        bytes[at] ^= 4;
        bytes
    };
    let later = {
        let mut bytes = state.clone();
        bytes[8] = 3;
        bytes
    };
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("torn", state[..state.len() / 2].to_vec(), "it should have"),
        ("a byte short", state[..state.len() - 1].to_vec(), "it should have"),
        ("longer", [&state[..], b"x"].concat(), "it should have"),
        ("empty", Vec::new(), "it is not a saved state"),
        ("foreign", b"deal,metric,unit\n".to_vec(), "it is not a saved state"),
        ("newer", later, "of a later capstake"),
        ("flipped in the middle", flipped(state.len() / 2), "its checksum is wrong"),
        ("flipped at the end", flipped(state.len() - 1), "its checksum is wrong"),
    ];
    for (name, bytes, words) in cases {
        place.write("o/manifest.json", &stopped);
        place.write("o/state.capstake", &bytes);
        for command in ["resume o", "extend o --paths +5000", "merge o -o m"] {
            place.run(command).ends(7).says("[S806]").says(words);
            assert_eq!(std::fs::read(place.at("o/state.capstake")).unwrap(), bytes, "{name}: {command}");
        }
        assert!(!place.at("m").exists(), "{name}");
    }
    // Without it the run begins again, and says so.
    std::fs::remove_file(place.at("o/state.capstake")).unwrap();
    place.run("resume o").ends(0).says("no state was saved yet");
    assert_same(&place, "good", "o");
}

#[test]
fn two_runs_into_one_folder_and_a_lock_that_dies_with_its_holder() {
    let place = Place::with_minimal();
    let mut child =
        program(&place, "run minimal.toml -n 1e10 -j 1 -o o --checkpoint 10ms").spawn().expect("a run");
    let patience = Instant::now();
    while !place.at("o/state.capstake").exists() {
        assert!(patience.elapsed() < Duration::from_secs(20), "no checkpoint comes");
        std::thread::sleep(Duration::from_millis(10));
    }
    let manifest = place.read("o/manifest.json");
    for command in [
        "run minimal.toml -n 1e10 -o o",
        "run minimal.toml -n 1000 -o o --force",
        "resume o",
        "extend o --paths +1e6",
        "merge o -o m",
        "verify o",
    ] {
        place.run(command).ends(6).says("[S805]").says("`o` is being written by another capstake");
    }
    assert_eq!(place.read("o/manifest.json"), manifest);
    child.kill().expect("SIGKILL");
    child.wait().expect("an end");
    place.run("run minimal.toml -n 1000 -q -o o --force").ends(0);
}

#[test]
fn a_clock_that_jumps_and_a_clock_before_time() {
    let place = Place::with_minimal();
    let test = "cli::faults::a_clock_that_jumps_and_a_clock_before_time";
    if !skip::has_program(test, "faketime", "--version", "Debian: apt-get install faketime") {
        return;
    }
    place.run("run minimal.toml -n 100000 -q -o whole").ends(0);
    // Times far back, before 1970 and after 9999; and one that runs backwards a day a second.
    for (time, started) in [
        ("@1980-01-01 00:00:00", "1980-01-01"),
        ("@1960-01-01 00:00:00", "1970-01-01"),
        ("@2200-01-01 00:00:00", "2200-01-01"),
        ("-1d x-86400", ""),
    ] {
        let script = format!(
            "faketime -f '{time}' \"$capstake\" run minimal.toml -n 100000 -q -o o --force --checkpoint 5ms"
        );
        shell(&place, &script).ends(0);
        assert_same(&place, "whole", "o");
        let manifest = place.manifest("o");
        let says = manifest["run"]["started"].as_str().expect("a text");
        assert!(says.starts_with(started), "{time}: {says}");
        assert!(manifest["run"]["wall_seconds"].as_f64().expect("a number") >= 0.0);
    }
    // A workbook cannot be dated before 1970: told before anything is simulated. Other draws have no date.
    for (format, code) in [("csv", 0), ("parquet", 0), ("xlsx", 6)] {
        let command = format!("run minimal.toml -n 1000 -q -o {format} --draws {format}");
        let seen =
            shell(&place, &format!("faketime -f '@1960-01-01 00:00:00' \"$capstake\" {command}")).ends(code);
        assert_eq!(
            seen.stderr.contains("clock of this machine is before 1970, and"),
            code == 6,
            "{}",
            seen.stderr
        );
    }
}

#[test]
fn a_locale_with_a_decimal_comma() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 9000 -o plain -q --draws csv").ends(0);
    let script = "LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8 LANG=de_DE.UTF-8 \
                  \"$capstake\" run minimal.toml -n 9000 -o o -q --draws csv && \
                  LC_ALL=de_DE.UTF-8 \"$capstake\" verify o -q";
    shell(&place, script).ends(0);
    assert_same(&place, "plain", "o");
}

#[test]
fn a_reader_that_leaves_early() {
    let place = Place::with_minimal();
    place.run("run minimal.toml -n 9000 -q -o a").ends(0);
    place.run("run minimal.toml -n 8000 -q -s 3 -o b").ends(0);
    for command in [
        "run minimal.toml -n 9000 -o c",
        "run minimal.toml -n 9000 --json -o c",
        "verify a",
        "diff a b",
        "replay minimal.toml --path 5",
        "check minimal.toml",
        "schema",
    ] {
        // `true` reads nothing; what is written after its end meets a closed pipe.
        let script = format!("\"$capstake\" {command} | true; echo ${{PIPESTATUS[0]}}");
        let seen = shell(&place, &script);
        assert_eq!(seen.stdout.trim(), "0", "{command}: {}", seen.stderr);
        assert!(!seen.stderr.contains("this is a bug"), "{command}: {}", seen.stderr);
    }
    assert_eq!(place.manifest("c")["status"], "complete");
    // A full device for stdout is told, and the results stand.
    if Path::new("/dev/full").exists() {
        let seen = shell(&place, "\"$capstake\" run minimal.toml -n 9000 -o d > /dev/full").ends(6);
        seen.says("standard output cannot be written");
        assert_eq!(place.manifest("d")["status"], "complete");
    }
}
