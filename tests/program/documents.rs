//! The documents keep their word: every command block runs, screens are what their commands print (`CAPSTAKE_BLESS=1` writes them
//! again), and generated pages are up to date (`CAPSTAKE_WRITE_REFERENCE=1`).
#![cfg(unix)]

mod reference;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::ROOT;

/// Pages with commands that a person may copy, besides all of `docs/`.
const PAGES: [&str; 4] = ["README.md", "configs/README.md", "output/README.md", "python/README.md"];

/// Paths that a command of an `sh` block simulates here, whatever it says.
const FEW: &str = "2500";

/// A folder with the shipped scenarios, and the program on the path of its shell.
struct Shell {
    folder: tempfile::TempDir,
    path: String,
}

impl Shell {
    fn new() -> Shell {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let configs = folder.path().join("configs");
        std::fs::create_dir(&configs).expect("a folder");
        for entry in std::fs::read_dir(Path::new(ROOT).join("configs")).expect("configs") {
            let from = entry.expect("an entry").path();
            std::fs::copy(&from, configs.join(from.file_name().expect("a name"))).expect("a copy");
        }
        let program = assert_cmd::cargo::cargo_bin!("capstake");
        let bin = program.parent().expect("a folder").display();
        let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
        Shell { folder, path }
    }

    /// What a text prints that `sh` runs: results, and of the rest errors alone.
    fn run(&self, text: &str) -> (Option<i32>, String) {
        let output = Command::new("sh")
            .args(["-c", text])
            .current_dir(self.folder.path())
            .env("PATH", &self.path)
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env_remove("CAPSTAKE_SIMD")
            .output()
            .expect("a shell");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let failed = stderr.find("error").map_or("", |at| &stderr[at..]);
        (output.status.code(), format!("{failed}{stdout}"))
    }
}

/// A fenced block of a page, with what stands above it.
struct Block {
    language: String,
    /// The line of its fence, from 1.
    line: usize,
    /// The comment directly above: `not run: why`, or `lines: 14`.
    note: Option<String>,
    text: Vec<String>,
}

/// The fenced blocks of a page, in its order.
fn blocks(page: &str) -> Vec<Block> {
    let (mut found, mut note): (Vec<Block>, Option<String>) = (Vec::new(), None);
    let mut lines = page.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let text = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
            let text = text.map(str::to_owned).collect();
            found.push(Block { language: language.to_owned(), line: at + 1, note: note.take(), text });
        } else if let Some(comment) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            note = Some(comment.to_owned());
        } else {
            note = None;
        }
    }
    found
}

/// All pages, with their texts; the first word is the path from the top.
fn pages() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = PAGES.iter().map(|page| Path::new(ROOT).join(page)).collect();
    let mut folders = vec![Path::new(ROOT).join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of documents") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                files.push(path);
            }
        }
    }
    files.sort();
    let named = |path: PathBuf| {
        let name = path.strip_prefix(ROOT).expect("a path below the top").display().to_string();
        (name, std::fs::read_to_string(path).expect("a page"))
    };
    files.into_iter().map(named).collect()
}

/// Whether a line of a block is typed into a shell.
fn is_typed(line: &str) -> bool {
    let line = line.trim_start();
    ["capstake ", "cargo ", "pip ", "git clone "].iter().any(|program| line.starts_with(program))
}

/// The same commands over few paths.
fn with_few_paths(text: &[String]) -> String {
    let whole = text.join("\n").replace("\\\n", " ").replace("cargo run --release -- ", "capstake ");
    let line = |line: &str| {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        // A precision asked for ends the run by itself.
        if words.iter().any(|word| word == "--precision") {
            return line.to_owned();
        }
        let Some(at) = words.iter().position(|word| word == "capstake") else { return line.to_owned() };
        let command = words.get(at + 1).cloned().unwrap_or_default();
        for i in 0..words.len().saturating_sub(1) {
            match words[i].as_str() {
                "-n" if words[i + 1].ends_with(';') => words[i + 1] = format!("{FEW};"),
                "-n" => FEW.clone_into(&mut words[i + 1]),
                "--paths" if words[i + 1].starts_with('+') => words[i + 1] = format!("+{FEW}"),
                "--paths" => words[i + 1] = "9000".to_owned(),
                _ => {}
            }
        }
        let simulates =
            ["run", "bridge", "compare", "sweep", "solve", "sensitivity", "ipo"].contains(&command.as_str());
        if simulates && !words.iter().any(|word| word == "-n" || word == "--help") {
            words.insert(at + 2, format!("-n {FEW}"));
        }
        words.join(" ")
    };
    whole.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Every block of commands is run, or says above it why not; none hides in a block that is not one.
#[test]
fn every_block_of_commands_runs() {
    let (mut run, mut faults) = (0, Vec::new());
    for (name, page) in pages() {
        let shell = Shell::new();
        for block in blocks(&page) {
            let place = format!("{name}:{}", block.line);
            let reason = block.note.as_deref().and_then(|note| note.strip_prefix("not run: "));
            match block.language.as_str() {
                "sh" => {
                    if let Some(reason) = reason {
                        if reason.len() < 10 {
                            faults.push(format!("{place}: a reason why it is not run"));
                        }
                        continue;
                    }
                    let text = format!("set -e\n{}", with_few_paths(&block.text));
                    let (code, printed) = shell.run(&text);
                    if code != Some(0) {
                        faults.push(format!("{place}: exit code {code:?} of\n{text}\n{printed}"));
                    }
                    run += 1;
                }
                // Screens are run below; those of job arrays where their scheduler is played. What the program prints has
                // tests of its own.
                "console" => {}
                "bash" if name == "docs/clusters.md" => {}
                _ if name.starts_with("docs/reference/") => {}
                _ if block.text.iter().any(|line| is_typed(line)) => {
                    faults.push(format!("{place}: commands go into a block that begins with ```sh"));
                }
                _ => {}
            }
        }
        // What is indented and not inside a fence is a block too.
        let mut inside = false;
        for (at, line) in page.lines().enumerate() {
            inside ^= line.trim_start().starts_with("```");
            if !inside && line.starts_with("    ") && is_typed(line) {
                faults.push(format!("{name}:{}: commands go into a block that begins with ```sh", at + 1));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert!(run >= 30, "only {run} blocks were run");
}

/// Commands that sentences and tables name in full, as code: those that read a scenario of the repository and end by themselves.
fn commands_in_sentences(page: &str) -> Vec<String> {
    let mut inside = false;
    let mut prose = String::new();
    for line in page.lines() {
        inside ^= line.trim_start().starts_with("```");
        if !inside && !line.starts_with("    ") {
            prose += line;
            prose.push(' ');
        }
    }
    let commands =
        ["run", "bridge", "compare", "sweep", "solve", "sensitivity", "ipo", "check", "replay", "scenario"];
    let is_whole = |span: &&str| {
        let mut words = span.split(' ');
        words.next() == Some("capstake")
            && words.next().is_some_and(|word| commands.contains(&word))
            && words.next().is_some_and(|word| word.starts_with("configs/"))
            && !span.contains('…')
    };
    let spans = prose.split('`').skip(1).step_by(2).map(str::trim);
    spans.filter(is_whole).map(str::to_owned).collect()
}

/// A command that a sentence names works too, over few paths.
#[test]
fn every_command_in_a_sentence_runs() {
    let (mut run, mut faults) = (0, Vec::new());
    for (name, page) in pages().into_iter().filter(|(name, _)| !name.starts_with("docs/reference/")) {
        let shell = Shell::new();
        for command in commands_in_sentences(&page) {
            let (code, printed) = shell.run(&with_few_paths(std::slice::from_ref(&command)));
            if code != Some(0) {
                faults.push(format!("{name}: exit code {code:?} of {command}\n{printed}"));
            }
            run += 1;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert!(run >= 3, "only {run} commands were run");
}

/// A column of a table in a results folder, of the first row whose cells are these.
fn cell(table: &str, cells: &[(&str, &str)], column: &str) -> f64 {
    let mut lines = table.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let at = |name: &str| header.iter().position(|column| *column == name).expect("a column");
    let row = lines
        .map(|line| line.split(',').collect::<Vec<_>>())
        .find(|row| cells.iter().all(|(name, value)| row[at(name)] == *value))
        .unwrap_or_else(|| panic!("no row {cells:?}"));
    row[at(column)].parse().expect("a number")
}

/// The numbers of a text such as `34.7 / 36.1 / 37.7`, or `-39, -68`.
fn numbers_of(text: &str) -> Vec<f64> {
    let words = text.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'));
    words.filter_map(|word| word.trim_end_matches('.').parse().ok()).collect()
}

/// The results that the header of a scenario prints beside its targets are those of a run: revenue and free cash flow by year,
/// within what 20,000 paths can tell from a million.
#[test]
fn headers_of_scenarios_print_their_own_results() {
    let shell = Shell::new();
    for scenario in ["base", "july-2026"] {
        let text = std::fs::read_to_string(Path::new(ROOT).join(format!("configs/{scenario}.toml")))
            .expect("a scenario");
        let (code, printed) = shell
            .run(&format!("capstake run configs/{scenario}.toml -n 20k -q --formats csv -o header --force"));
        assert_eq!(code, Some(0), "{printed}");
        let annual = std::fs::read_to_string(shell.folder.path().join("header/annual.csv")).expect("a table");
        let of_year = |series: &str, year: &str, column: &str| {
            let series = if year == "2026" { format!("{series}_full_year") } else { series.to_owned() };
            cell(&annual, &[("deal", "amended-2026"), ("year", year), ("series", &series)], column)
        };
        let mut rows = 0;
        let is_near = |place: &str, stated: f64, found: f64, most: f64| {
            assert!(
                (stated - found).abs() <= most,
                "{scenario}, {place}: {stated} in the header, {found} in a run"
            );
        };
        for line in text.lines().filter(|line| line.starts_with("#   ")) {
            let Some((target, result)) = line.split_once("->") else { continue };
            let words: Vec<&str> = target.split_whitespace().collect();
            // Of the result the numbers before its remark, which begins with two spaces.
            let result = result.trim().split("  ").next().unwrap_or_default();
            match words.as_slice() {
                ["#", "revenue", year, ..] => {
                    let stated = numbers_of(result);
                    assert_eq!(stated.len(), 3, "{line}");
                    for (stated, column) in stated.into_iter().zip(["p05", "p50", "p95"]) {
                        is_near(line, stated, of_year("net_revenue", year, column), 0.5 + 0.025 * stated);
                    }
                    rows += 1;
                }
                ["#", "free", "cash", "flow", ..] => {
                    for (stated, year) in
                        numbers_of(result).into_iter().zip(["2026", "2027", "2028", "2029", "2030"])
                    {
                        is_near(
                            line,
                            stated,
                            of_year("free_cash_flow", year, "p50"),
                            1.0 + 0.03 * stated.abs(),
                        );
                    }
                    rows += 1;
                }
                _ => {}
            }
        }
        assert_eq!(rows, 5, "{scenario}: rows of revenue and cash flow in the header");
    }
}

/// A page with the output of each command of its screens after it; `change` makes a command from the one of the page.
fn rewritten(name: &str, page: &str, change: impl Fn(&str) -> String) -> String {
    let shell = Shell::new();
    let (mut out, mut keep, mut lines) = (String::new(), usize::MAX, page.lines());
    while let Some(line) = lines.next() {
        out += line;
        out.push('\n');
        if let Some(count) = line.strip_prefix("<!-- lines: ").and_then(|rest| rest.strip_suffix(" -->")) {
            keep = count.parse().expect("a number of lines");
        }
        if line != "```console" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        for command in block.iter().filter_map(|line| line.strip_prefix("$ ")) {
            out += &format!("$ {command}\n");
            let (code, printed) = shell.run(&change(command));
            assert_eq!(code, Some(0), "{name}: {command}\n{printed}");
            let whole = printed.trim_end().lines().count();
            for line in printed.trim_end().lines().take(keep) {
                out += line.trim_end();
                out.push('\n');
            }
            if whole > keep {
                out += "…\n";
            }
        }
        out += "```\n";
        keep = usize::MAX;
    }
    out
}

/// Screens are what their commands print: to the letter in release builds, whose runs are quick; otherwise commands work.
#[test]
fn screens_are_what_their_commands_print() {
    let few = |command: &str| with_few_paths(&[command.to_owned()]);
    let mut screens = 0;
    for (name, page) in pages() {
        let shown = blocks(&page).iter().filter(|block| block.language == "console").count();
        if shown == 0 {
            continue;
        }
        screens += shown;
        if std::env::var_os("CAPSTAKE_BLESS").is_some() {
            let seen = rewritten(&name, &page, str::to_owned);
            std::fs::write(Path::new(ROOT).join(&name), seen).expect("the page");
        } else if cfg!(debug_assertions) {
            rewritten(&name, &page, few);
        } else {
            let seen = rewritten(&name, &page, str::to_owned);
            let stale = seen.lines().zip(page.lines()).find(|(seen, page)| seen != page);
            assert_eq!(stale, None, "{name}: CAPSTAKE_BLESS=1 writes the new screens");
            assert_eq!(seen.lines().count(), page.lines().count(), "{name}");
        }
    }
    assert!(screens >= 12, "only {screens} screens");
}

/// Compares what stands in the README between two marks with what a command prints, or blesses it.
fn readme_shows(name: &str, printed: &str) {
    let readme_file = Path::new(ROOT).join("README.md");
    let begin = format!("<!-- {name}:begin -->\n```\n");
    let end = format!("```\n<!-- {name}:end -->");
    let readme = std::fs::read_to_string(&readme_file).expect("the page");
    let (before, rest) = readme.split_once(&begin).expect("a mark");
    let (shown, after) = rest.split_once(&end).expect("a mark");
    if std::env::var_os("CAPSTAKE_BLESS").is_some() {
        std::fs::write(readme_file, format!("{before}{begin}{printed}{end}{after}")).expect("the page");
    } else {
        assert_eq!(shown, printed, "CAPSTAKE_BLESS=1 writes the new screen");
    }
}

/// The screens in the README are what its commands print.
#[test]
fn the_readme_shows_the_screens_of_its_commands() {
    let shell = Shell::new();
    let (code, run) = shell.run("capstake run configs/base.toml");
    assert_eq!(code, Some(0), "{run}");
    readme_shows("headline", &run);
    // Of the bridge the sentences alone.
    let (code, bridge) = shell.run("capstake bridge configs/base.toml");
    assert_eq!(code, Some(0), "{bridge}");
    let sentences = bridge.split("\n\n").nth(1).expect("sentences");
    readme_shows("bridge", &format!("{sentences}\n"));
}

/// The README stays short enough to be read.
#[test]
fn the_readme_has_at_most_150_lines() {
    let readme = std::fs::read_to_string(Path::new(ROOT).join("README.md")).expect("the page");
    assert!(readme.lines().count() <= 150, "{}", readme.lines().count());
}

/// The worked case asks for the cap that makes the new deal neutral, and is answered in the words that it announces.
#[test]
fn the_worked_case_ends_with_the_neutral_cap() {
    let shell = Shell::new();
    let page = std::fs::read_to_string(Path::new(ROOT).join("docs/worked-case.md")).expect("the page");
    let command = page.lines().find_map(|line| line.strip_prefix("$ capstake solve")).expect("a command");
    let (code, seen) = shell.run(&with_few_paths(&[format!("capstake solve{command}")]));
    assert_eq!(code, Some(0), "{seen}");
    let answer = "The mean of Microsoft’s take (prior-2025 less amended-2026) is $0 bn when deal amended-2026 cap is $";
    let flowing = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flowing.contains(answer), "{seen}");
}
