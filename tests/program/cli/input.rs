//! Scenarios and their CSV files as people have them: other flavours of CSV, special files, many problems, memory.

use std::time::{Duration, Instant};

use super::Place;

/// The growth of minimal's segment from a column of a CSV file.
fn growth(csv: &str, column: &str, more: &str) -> String {
    format!("segment.all.growth={{ dist = \"empirical\", csv = \"{csv}\", column = \"{column}\"{more} }}")
}

#[test]
fn csv_files_of_other_flavours_are_told_what_to_write() {
    let place = Place::with_minimal();
    let utf16: Vec<u8> = "\u{feff}growth\n0.1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, &[u8], &str, &str); 8] = [
        (
            "open.csv",
            b"growth,note\n0.1,ok\n0.3,\"never closed\n0.5,gone\n",
            "[S315]",
            "line 3, column 5: a quote opens here",
        ),
        ("twice.csv", b"growth,note,growth\n0.1,a,0.9\n", "[S312]", "line 1, column 1 and line 1, column 13"),
        ("eu.csv", b"growth;x\n0,1;1\n", "[S315]", "say `dialect = \"excel-eu\"`"),
        ("utf16.csv", &utf16, "[S315]", "the file is UTF-16"),
        ("commas.csv", b"growth,x\n0.1,1\n,\n", "[S315]", "line 3, column 1: the row has empty cells only"),
        ("percent.csv", b"growth\n10%\n", "[S313]", "write fractions, here 0.1"),
        ("case.csv", b"Growth\n0.1\n", "[S312]", "did you mean `Growth`?"),
        ("header.csv", b"growth\n", "[S313]", "no rows below its header"),
    ];
    for (name, bytes, code, words) in cases {
        place.write(name, bytes);
        place
            .run_with(&["check", "minimal.toml", "--set", &growth(name, "growth", "")])
            .ends(4)
            .says(code)
            .says(words);
    }
    // No message shows more of a cell than can be read.
    place.write("long.csv", format!("growth\n{}\n", "x".repeat(20 << 20)));
    let seen = place.run_with(&["check", "minimal.toml", "--set", &growth("long.csv", "growth", "")]).ends(4);
    assert!(seen.stderr.len() < 2_000, "{} bytes", seen.stderr.len());
}

#[test]
fn a_table_written_for_excel_in_europe_is_an_input_in_its_dialect() {
    let place = Place::with_minimal();
    for (dialect, more) in [("standard", ""), ("excel-eu", ", dialect = \"excel-eu\"")] {
        place
            .run(&format!("run minimal.toml -n 2000 -q -o {dialect} --csv-dialect {dialect} --formats csv"))
            .ends(0);
        let flag = growth(&format!("{dialect}/quantiles.csv"), "q", more);
        place
            .run_with(&[
                "run",
                "minimal.toml",
                "-n",
                "500",
                "-q",
                "-o",
                &format!("from-{dialect}"),
                "--set",
                &flag,
            ])
            .ends(0);
    }
    // The same numbers, so the same results.
    assert_eq!(place.read("from-standard/summary.csv"), place.read("from-excel-eu/summary.csv"));
    let flag = growth("excel-eu/quantiles.csv", "q", "");
    place.run_with(&["check", "minimal.toml", "--set", &flag]).ends(4).says("semicolons and decimal commas");
    // A run is replayed and verified with its dialect.
    place.run("verify from-excel-eu -q").ends(0);
}

#[test]
#[cfg(target_os = "linux")]
fn pipes_devices_and_files_of_the_system_are_no_input() {
    let place = Place::with_minimal();
    let made = std::process::Command::new("mkfifo").arg(place.at("pipe")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo makes a pipe");
    for path in ["pipe", "/dev/zero", "/dev/stdin", "/proc/self/environ"] {
        place.run(&format!("check {path}")).ends(3).says("[S001]").says("not a regular file");
        let flag = growth(path, "growth", "");
        place
            .run_with(&["check", "minimal.toml", "--set", &flag])
            .ends(4)
            .says("[S311]")
            .says("not a regular file");
    }
}

#[test]
fn any_number_of_problems_is_told_in_linear_time() {
    let minimal = include_str!("../../../configs/minimal.toml");
    let unknown_tables: String = (0..80_000).map(|n| format!("[x{n}]\n")).collect();
    let unknown_keys: String = (0..50_000).map(|n| format!("y{n} = {n}\n")).collect();
    let unknown_sources: String =
        (0..8_000).map(|n| format!("[[source]]\nkey = \"s{n}\"\ntitle = \"t\"\n")).collect::<String>()
            + "[[shock]]\nname = \"a\"\nrate_per_year = 1\nmean = 0\n[shock.loading]\n"
            + &(0..8_000).map(|n| format!("z{n} = {{ value = 1, source = \"q{n}\" }}\n")).collect::<String>();
    let correlations: String = (0..8_000)
        .map(|n| format!("[[correlation]]\nbetween = [\"a{n}\", \"factor.b{n}\"]\nvalue = 0.1\n"))
        .collect();
    let circle: String = "[[shock]]\nname = \"a\"\nrate_per_year = 1\nmean = 0\n[shock.loading]\n".to_owned()
        + &(0..12_000)
            .map(|n| format!("z{n} = {{ same_as = \"shock.a.loading.z{}\" }}\n", (n + 1) % 12_000))
            .collect::<String>();
    let names: String = (0..10_000).map(|n| format!("[[source]]\nkey = \"{n}\"\ntitle = \"t\"\n")).collect();
    let cases = [
        ("tables", unknown_tables, 4, "80000 errors"),
        ("keys", unknown_keys + minimal, 4, " errors"),
        ("sources", minimal.to_owned() + &unknown_sources, 4, "16000 errors"),
        ("correlations", minimal.to_owned() + &correlations, 4, "16000 errors"),
        ("circle", minimal.to_owned() + &circle, 4, "12001 errors"),
        ("warnings", minimal.to_owned() + &names, 0, "10000 warnings"),
    ];
    let place = Place::new();
    for (name, text, code, count) in cases {
        assert!(text.len() <= 1 << 20, "{name}: {} bytes", text.len());
        place.write(&format!("{name}.toml"), &text);
        let began = Instant::now();
        let seen = place.run(&format!("check {name}.toml")).ends(code).says(count).says(" more, shown once");
        let took = began.elapsed();
        println!("{name}: {:.2} s", took.as_secs_f64());
        assert!(took < Duration::from_secs(120), "{name}: {took:?}");
        let shown = seen
            .stderr
            .lines()
            .filter(|line| line.starts_with("error[") || line.starts_with("warning["))
            .count();
        assert_eq!(shown, 50, "{name}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_estimate_of_memory_counts_empirical_files() {
    let place = Place::with_minimal();
    // Rows as short as they can be take most memory a byte.
    place.write("growth.csv", "growth\n".to_owned() + &"0\n1\n".repeat(4 << 20));
    let flag = growth("growth.csv", "growth", "");
    let estimate = |more: &[&str]| {
        let seen =
            place.run_with(&[&["check", "minimal.toml", "-j", "1", "-n", "1000"], more].concat()).ends(0);
        let words = seen
            .stdout
            .split(" of memory")
            .next()
            .expect("the estimate")
            .rsplit(", ")
            .next()
            .expect("a size");
        let (number, unit) = words.rsplit_once(' ').expect("a number and a unit");
        let factor = match unit {
            "MB" => 1e6,
            "GB" => 1e9,
            other => panic!("{other}"),
        };
        number.parse::<f64>().expect("a number") * factor
    };
    let (without, with) = (estimate(&[]), estimate(&["--set", &flag]));
    let measured = peak(&place, &["--set", &flag]) - peak(&place, &[]);
    println!(
        "estimate {without:.3e} without and {with:.3e} with a file of 16 MiB, which took {measured:.3e} more"
    );
    let announced = with - without;
    assert!((0.8 * measured..1.5 * measured).contains(&announced), "{announced:.3e} for {measured:.3e}");
}

/// The peak of memory of a small run, bytes, as the system counts it.
#[cfg(target_os = "linux")]
fn peak(place: &Place, more: &[&str]) -> f64 {
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin!("capstake"))
        .args([
            "run",
            "minimal.toml",
            "-j",
            "1",
            "-n",
            "100000",
            "-q",
            "-o",
            "o",
            "--force",
            "--formats",
            "csv",
        ])
        .args(more)
        .current_dir(place.path())
        .spawn()
        .expect("a run");
    let mut highest: f64 = 0.0;
    while child.try_wait().expect("a state").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        let bytes = peak.map_or(0.0, |kilobytes| kilobytes.trim().parse::<f64>().expect("a number") * 1024.0);
        highest = highest.max(bytes);
        std::thread::sleep(Duration::from_millis(2));
    }
    highest
}
