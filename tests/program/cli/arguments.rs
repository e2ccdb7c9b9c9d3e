//! What can be typed: counts, seeds, formats, instruction sets, and what is refused with exit code 2.

use super::Place;

#[test]
fn wrong_use_is_exit_code_2_with_the_reason() {
    let place = Place::with_minimal();
    for (arguments, words) in [
        ("", "Usage: capstake"),
        ("fly", "unrecognized subcommand"),
        ("run", "SCENARIO"),
        ("run minimal.toml -n 0", "at least one path"),
        ("run minimal.toml -n -5", "not a whole number"),
        ("run minimal.toml -n 1,000", "1_000_000"),
        ("run minimal.toml -n 1.5", "not a whole number"),
        ("run minimal.toml -n 1e30", "too large"),
        ("run minimal.toml -n 1e12", "at most 100,000,000,000"),
        ("check minimal.toml -n 1e12", "would take about"),
        ("run minimal.toml -s -1", "whole number from 0"),
        ("run minimal.toml -s 18446744073709551616", "18446744073709551615"),
        ("run minimal.toml -j 0", "not in 1..=1024"),
        ("run minimal.toml --draws txt", "csv, parquet and xlsx"),
        ("run minimal.toml --formats csv,parquet", "csv, xlsx"),
        ("run minimal.toml --formats cvs", "csv, xlsx"),
        ("run minimal.toml --simd sse", "auto"),
        ("run minimal.toml --progress loud", "plain"),
        ("explain microsoft_take", "microsoft_take_pv"),
        ("explain qwertz", "nothing to explain"),
        ("completions cmd", "bash"),
    ] {
        place.run(arguments).ends(2).says(words);
    }
    assert_eq!(place.names("."), ["minimal.toml"], "wrong use writes nothing");
}

#[test]
fn counts_are_read_in_every_form() {
    let place = Place::with_minimal();
    for (text, paths) in [("2e3", 2_000), ("1.5k", 1_500), ("3_000", 3_000), ("0.004M", 4_000)] {
        place.run(&format!("run minimal.toml -q -n {text} -o {text}")).ends(0);
        assert_eq!(place.manifest(text)["run"]["paths_done"], paths);
    }
}

#[test]
fn paths_and_seed_come_from_the_scenario_unless_typed() {
    let place = Place::with_minimal();
    let sets = ["--set", "run.paths=1234", "--set", "run.seed=18446744073709551615", "-q"];
    place.run_with(&[&["run", "minimal.toml", "-o", "a"][..], &sets].concat()).ends(0);
    let run = &place.manifest("a")["run"];
    assert_eq!((&run["paths_asked"], &run["seed"]), (&1234.into(), &"18446744073709551615".into()));
    place.run_with(&[&["run", "minimal.toml", "-o", "b", "-n", "99", "-s", "7"][..], &sets].concat()).ends(0);
    let run = &place.manifest("b")["run"];
    assert_eq!((&run["paths_asked"], &run["seed"]), (&99.into(), &"7".into()));
}

#[test]
fn the_instruction_set_is_named_by_flag_or_environment_and_changes_nothing() {
    let place = Place::with_minimal();
    for isa in capstake::math::simd::Isa::available() {
        let name = isa.name();
        place.run(&format!("run minimal.toml -q -n 5000 -o {name} --simd {name}")).ends(0);
        assert_eq!(place.manifest(name)["run"]["simd"], name);
        assert_eq!(place.read(&format!("{name}/summary.csv")), place.read("scalar/summary.csv"));
    }
    let output = place
        .program()
        .env("CAPSTAKE_SIMD", "scalar")
        .args(["run", "minimal.toml", "-q", "-n", "100", "-o", "env"])
        .output();
    assert!(output.expect("the program starts").status.success());
    assert_eq!(place.manifest("env")["run"]["simd"], "scalar");
    if !capstake::math::simd::Isa::available().iter().any(|isa| isa.name() == "avx512") {
        place.run("run minimal.toml --simd avx512").ends(2).says("this machine has no avx512");
    }
}
