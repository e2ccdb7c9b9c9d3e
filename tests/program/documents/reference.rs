//! The pages of `docs/reference`, generated from the program: commands, words and metrics, problems.
#![cfg(all(feature = "xlsx", feature = "parquet"))]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use capstake::config::{Code, Unit};
use capstake::kernel::metric::Metric;
use capstake::model::PartyNames;
use capstake::run::Event;
use capstake_output::glossary::{self, Term};
use capstake_output::ideas;

use crate::ROOT;

/// Compares a page with the stored one, or writes it.
fn is_stored(name: &str, page: &str) {
    let path = Path::new(ROOT).join("docs/reference").join(name);
    if std::env::var_os("CAPSTAKE_WRITE_REFERENCE").is_some() {
        std::fs::write(&path, page).expect("the page");
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = stored.lines().zip(page.lines()).find(|(stored, page)| stored != page);
    assert_eq!(differs, None, "docs/reference/{name} is stale: CAPSTAKE_WRITE_REFERENCE=1 writes it again");
    assert!(stored == page, "docs/reference/{name} is stale: CAPSTAKE_WRITE_REFERENCE=1 writes it again");
}

/// What `capstake … --help` prints at a width of 100.
fn help(words: &[&str]) -> String {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("capstake"))
        .args(words)
        .arg("--help")
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env_remove("CAPSTAKE_SIMD")
        .output()
        .expect("the program");
    assert!(output.status.success(), "{words:?}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_page_of_commands_is_the_generated_one() {
    let top = help(&[]);
    let (_, list) = top.split_once("Commands:\n").expect("a list of commands");
    let (list, _) = list.split_once("\n\n").expect("its end");
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let names: Vec<&str> =
        list.lines().filter(is_name).map(|line| line.split_whitespace().next().expect("a name")).collect();
    assert!(names.len() > 15, "{names:?}");
    let mut page = "# Commands\n\nGenerated from `capstake --help` and the help of every command; a test keeps this page true.\n\n"
        .to_owned();
    let links = names.iter().map(|name| format!("[{name}](#{name})"));
    let _ = writeln!(page, "{}", links.collect::<Vec<_>>().join(" · "));
    let _ = writeln!(page, "\n```text\n{top}\n```");
    for name in names {
        let _ = writeln!(page, "\n## {name}\n\n```text\n{}\n```", help(&[name]));
    }
    is_stored("commands.md", &page);
}

fn rows<'a>(terms: impl IntoIterator<Item = &'a Term>, names: &PartyNames) -> String {
    let row = |term: &Term| {
        let unit = term.unit.map_or("", Unit::name);
        format!("| `{}` | {unit} | {} |\n", term.name, term.text(names).replace('|', "\\|"))
    };
    terms.into_iter().map(row).collect()
}

#[test]
fn the_page_of_words_is_the_generated_one() {
    let names = PartyNames::default();
    let mut page = "# Words and metrics\n\nWhat `capstake explain WORD` says of the field's terms, metrics, series, columns and files. \
                    Generated from the program; a test keeps this page true. Keys of a scenario are in the \
                    [reference of the format](../../configs/README.md), error codes under [errors and warnings](problems.md).\n\n\
                    ## Terms\n"
        .to_owned();
    for idea in &ideas::IDEAS {
        let also = idea.synonyms();
        let also = if also.is_empty() { String::new() } else { format!(" *Also: {}.*", also.join(", ")) };
        let _ = writeln!(page, "\n**{}.** {}{also}", idea.title(), idea.text(&names));
    }
    page += "\n## Metrics\n\nOne value per path and deal.\n\n| key | label | unit | meaning |\n|---|---|---|---|\n";
    for metric in Metric::ALL {
        let (label, unit) = (glossary::label(metric, &names), metric.unit().name());
        let text = glossary::metric(metric, &names).replace('|', "\\|");
        let _ = writeln!(page, "| `{}` | {label} | {unit} | {text} |", metric.key());
    }
    page += "\n## Series\n\nBy calendar year in annual.csv, by period in sample_paths.csv.\n\n| key | unit | meaning |\n|---|---|---|\n";
    page += &rows(&glossary::SERIES, &names);
    page += "\n## Events\n\n| key | meaning |\n|---|---|\n";
    for event in Event::ALL {
        let _ = writeln!(page, "| `{}` | {} |", event.name(), glossary::event(event, &names));
    }
    page += "\n## Columns\n\n| name | unit | meaning |\n|---|---|---|\n";
    page += &rows(&glossary::STATISTICS, &names);
    page += "\n## Files\n\n| name | unit | meaning |\n|---|---|---|\n";
    page += &rows(&glossary::FILES, &names).replace("` |  | ", "` | – | ");
    page += "\n## Names for correlations\n\n| name | unit | meaning |\n|---|---|---|\n";
    page += &rows(&glossary::FACTORS, &names).replace("` |  | ", "` | – | ");
    is_stored("words.md", &page);
}

#[test]
fn the_page_of_problems_is_the_generated_one() {
    let mut page = "# Errors and warnings\n\nWhat `capstake explain CODE` says of each code. Generated from the program; a test keeps \
                    this page true.\n\n| code | what is wrong |\n|---|---|\n"
        .to_owned();
    for code in Code::all() {
        let title = code.title().replace('|', "\\|");
        let _ = writeln!(page, "| [{code}](#{}) | {title} |", code.id().to_lowercase());
    }
    for code in Code::all() {
        let text = code.explain();
        let _ = writeln!(page, "\n## {code}\n\n**{}**\n\n```text\n{}\n```", code.title(), text.trim_end());
    }
    is_stored("problems.md", &page);
}
