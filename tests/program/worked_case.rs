//! The worked case of the docs and the screen in the README: their commands work; with `CAPSTAKE_BLESS=1` their outputs are those of
//! the commands.
#![cfg(unix)]

use std::process::Command;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/worked-case.md");

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
        for entry in
            std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../configs")).expect("configs")
        {
            let from = entry.expect("an entry").path();
            std::fs::copy(&from, configs.join(from.file_name().expect("a name"))).expect("a copy");
        }
        let program = assert_cmd::cargo::cargo_bin!("capstake");
        let bin = program.parent().expect("a folder").display();
        let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
        Shell { folder, path }
    }

    /// What a line prints: results, and of the rest errors alone.
    fn run(&self, line: &str) -> (Option<i32>, String) {
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.folder.path())
            .env("PATH", &self.path)
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env_remove("CAPSTAKE_SIMD")
            .output()
            .expect("a shell");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let failed = stderr.find("error[").map_or("", |at| &stderr[at..]);
        (output.status.code(), format!("{failed}{stdout}"))
    }
}

/// The page with the output of each command after it; `change` makes a command from the one of the page.
fn rewritten(page: &str, change: impl Fn(&str) -> String) -> String {
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
            assert_eq!(code, Some(0), "{command}\n{printed}");
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

/// Compares what stands in the README between two marks with what a command prints, or blesses it.
fn readme_shows(name: &str, printed: &str) {
    const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let begin = format!("<!-- {name}:begin -->\n```\n");
    let end = format!("```\n<!-- {name}:end -->");
    let readme = std::fs::read_to_string(README).expect("the page");
    let (before, rest) = readme.split_once(&begin).expect("a mark");
    let (shown, after) = rest.split_once(&end).expect("a mark");
    if std::env::var_os("CAPSTAKE_BLESS").is_some() {
        std::fs::write(README, format!("{before}{begin}{printed}{end}{after}")).expect("the page");
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

#[test]
fn the_worked_case_works() {
    let page = std::fs::read_to_string(PAGE).expect("the page");
    if std::env::var_os("CAPSTAKE_BLESS").is_some() {
        std::fs::write(PAGE, rewritten(&page, str::to_owned)).expect("the page");
        return;
    }
    let few = |command: &str| command.replace("-n 100k", "-n 3000").replace("-n 20k", "-n 3000");
    let seen = rewritten(&page, few);
    let commands = |text: &str| text.lines().filter(|line| line.starts_with("$ ")).count();
    assert!(commands(&page) >= 6 && commands(&seen) == commands(&page));
    // What does not depend on chance is on the page as it is printed.
    for line in
        seen.lines().filter(|line| line.starts_with("deal amended-2026 cap") || line.contains("[S716]"))
    {
        let words: Vec<&str> = line.split_whitespace().take(2).collect();
        assert!(page.contains(words[0]), "{line}");
    }
    let answer = "The mean of Microsoft’s take (prior-2025 less amended-2026) is $0 bn when deal amended-2026 cap is $";
    let flowing = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flowing.contains(answer), "{seen}");
}
