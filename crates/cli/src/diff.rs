//! `capstake diff`: shows why two results differ and which means moved most, or which keys of two scenarios differ.

use std::path::{Path, PathBuf};

use serde_json::json;

use capstake::job::error::{Exit, Failure};
use capstake::job::identity::keys_of;
use capstake::job::manifest::{Manifest, Status};
use capstake::job::results;
use capstake::job::visible::visible_line;
use capstake::job::words::{counted, thousands};
use capstake::report::digits::significant;
use capstake::report::tables::SummaryRow;
use capstake::study::difference::{KeyChange, MetricMean, Moved, changed_keys, moved, only_in_first};

use super::{diff_scenarios, output};

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake diff output/base output/base-changed
  capstake diff a b --top 50
  capstake diff a b --json | jq '.keys'
  capstake diff base.toml results.xlsx       which keys two scenarios differ in

Shows the keys that changed, seed, paths and version, then the means that moved
most, in standard errors. The exit code is 0 whether or not they differ.";

/// Arguments of `diff`.
#[derive(Debug, clap::Args)]
pub struct DiffArguments {
    /// A results folder, or a scenario (TOML or workbook)
    #[arg(value_name = "FIRST")]
    pub first: PathBuf,
    /// Another
    #[arg(value_name = "SECOND")]
    pub second: PathBuf,
    /// How many figures to show, those that moved most first
    #[arg(long, value_name = "N", default_value_t = 15)]
    pub top: usize,
    /// Print one JSON object instead of the page
    #[arg(long)]
    pub json: bool,
}

/// What differs between two folders.
struct Differences {
    keys: Vec<KeyChange>,
    /// Name, value in the first folder, value in the second.
    facts: Vec<(&'static str, String, String)>,
    files: Vec<String>,
    figures: Vec<Moved>,
    only_first: Vec<(String, String)>,
    only_second: Vec<(String, String)>,
}

/// Compares two folders.
pub fn diff(arguments: &DiffArguments) -> Result<Exit, Failure> {
    // What is no folder is a scenario; what is not there at all was meant as a folder.
    if arguments.first.is_file() || arguments.second.is_file() {
        return diff_scenarios::diff(&arguments.first, &arguments.second, arguments.json);
    }
    let (first, first_results) = results::load(&arguments.first)?;
    let (second, second_results) = results::load(&arguments.second)?;
    let (before, after) = (figures(&first_results.tables.summary), figures(&second_results.tables.summary));
    let keys = |manifest: &Manifest| keys_of(&manifest.scenario.resolved).unwrap_or_default();
    let found = Differences {
        keys: changed_keys(&keys(&first), &keys(&second)),
        facts: facts(&first, &second),
        files: files(&first, &second),
        figures: moved(&before, &after),
        only_first: only_in_first(&before, &after),
        only_second: only_in_first(&after, &before),
    };
    match arguments.json {
        true => output::json(&format!("{}\n", object(&found)))?,
        false => {
            let folders = [(&arguments.first, &first), (&arguments.second, &second)];
            output::results(&page(folders, &found, arguments.top))?;
        }
    }
    Ok(Exit::Done)
}

fn figures(rows: &[SummaryRow]) -> Vec<MetricMean> {
    rows.iter()
        .map(|row| MetricMean {
            deal: row.deal.clone(),
            metric: row.metric.clone(),
            unit: row.unit.clone(),
            mean: row.mean,
            std_error: row.std_error,
        })
        .collect()
}

/// Differences in scenario, seed, paths, version and machine.
fn facts(a: &Manifest, b: &Manifest) -> Vec<(&'static str, String, String)> {
    let csv = |manifest: &Manifest| {
        let files = manifest.scenario.empirical_files.iter();
        files.map(|file| format!("{} {}", file.csv, file.blake3)).collect::<Vec<_>>().join(", ")
    };
    let rows = [
        ("scenario", a.scenario.name.clone(), b.scenario.name.clone()),
        ("csv files", csv(a), csv(b)),
        ("seed", a.run.seed.clone(), b.run.seed.clone()),
        ("sampling", a.run.sampling.in_words(), b.run.sampling.in_words()),
        ("paths", thousands(a.run.paths_done), thousands(b.run.paths_done)),
        ("status", a.status.word().to_owned(), b.status.word().to_owned()),
        ("version", a.build.version.clone(), b.build.version.clone()),
        ("revision", a.build.git_revision.clone(), b.build.git_revision.clone()),
        ("stream version", a.build.stream_version.to_string(), b.build.stream_version.to_string()),
        ("target", a.build.target.clone(), b.build.target.clone()),
    ];
    rows.into_iter().filter(|(_, a, b)| a != b).collect()
}

/// Files that differ or are in one folder only. Leaves out workbooks and pages, which contain the time of the run.
fn files(a: &Manifest, b: &Manifest) -> Vec<String> {
    let digest = |manifest: &Manifest, name: &str| {
        manifest.files.iter().find(|file| file.name == name).map(|file| file.blake3.clone())
    };
    let mut names: Vec<&String> = a.files.iter().chain(&b.files).map(|file| &file.name).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| !name.ends_with(".xlsx") && !name.ends_with(".html"))
        .filter(|name| digest(a, name) != digest(b, name))
        .cloned()
        .collect()
}

/// The page for people, with at most `top` means.
fn page(folders: [(&PathBuf, &Manifest); 2], found: &Differences, top: usize) -> String {
    let line = |label: &str, folder: &Path, manifest: &Manifest| {
        // Partial results are marked wherever they are shown.
        let partial = match manifest.status {
            Status::Partial => format!(" (PARTIAL, of {})", thousands(manifest.run.paths_asked)),
            _ => String::new(),
        };
        let facts = format!(
            "{label}  {}: {}, {} paths{partial}, seed {}, capstake {}",
            folder.display(),
            manifest.scenario.name,
            thousands(manifest.run.paths_done),
            manifest.run.seed,
            manifest.build.version
        );
        format!("{}\n", visible_line(&facts))
    };
    let mut out = line("first ", folders[0].0, folders[0].1) + &line("second", folders[1].0, folders[1].1);
    if found.files.is_empty() && found.keys.is_empty() && found.facts.is_empty() {
        out.push_str("\nequal: all files of results have the same bytes\n");
        return out;
    }
    out.push_str("\nWhy\n");
    let rows: Vec<[String; 3]> = found
        .keys
        .iter()
        .map(|change| {
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
            [change.key.clone(), text(&change.before), text(&change.after)]
        })
        .chain(found.facts.iter().map(|(what, a, b)| [(*what).to_owned(), a.clone(), b.clone()]))
        .collect();
    out.push_str(&columns(&rows));
    if rows.is_empty() {
        out.push_str("  no key, seed, number of paths or version differs: see `capstake verify`\n");
    }
    match found.figures.len() {
        0 => out.push_str("\nNo mean of summary.csv differs\n"),
        count => {
            let shown = count.min(top);
            let rest = if shown < count { format!("; the first {shown}") } else { String::new() };
            let changed = counted(count, "mean");
            out.push_str(&format!("\n{changed} changed, the largest in standard errors (z) first{rest}\n"));
            let header = ["deal", "metric", "first", "second", "change", "z"].map(str::to_owned);
            let rows = found.figures.iter().take(shown).map(figure_row);
            out.push_str(&columns(&std::iter::once(header).chain(rows).collect::<Vec<_>>()));
        }
    }
    for (which, names) in [("first", &found.only_first), ("second", &found.only_second)] {
        if !names.is_empty() {
            out.push_str(&format!("\nOnly in the {which}: {}\n", names_in_words(names)));
        }
    }
    if !found.files.is_empty() {
        out.push_str(&format!("\nFiles that differ: {}\n", visible_line(&found.files.join(", "))));
    }
    out
}

fn figure_row(one: &Moved) -> [String; 6] {
    let number = |x: f64| if x.is_nan() { "-".to_owned() } else { significant(x, 6) };
    let z = match one.z {
        z if z.is_nan() => "-".to_owned(),
        z if z.is_infinite() => "exact".to_owned(),
        z => format!("{z:+.1}"),
    };
    [
        one.before.deal.clone(),
        one.before.metric.clone(),
        number(one.before.mean),
        number(one.after.mean),
        number(one.after.mean - one.before.mean),
        z,
    ]
}

fn names_in_words(names: &[(String, String)]) -> String {
    let shown: Vec<String> = names.iter().take(6).map(|(deal, metric)| format!("{deal} {metric}")).collect();
    let more = if names.len() > shown.len() {
        format!(" and {} more", names.len() - shown.len())
    } else {
        String::new()
    };
    format!("{}{more}", visible_line(&shown.join(", ")))
}

/// Aligns columns to their widest cell of at most 40 characters.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).filter(|&n| n <= 40).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::from(" ");
        for (cell, &width) in row.iter().zip(&widths) {
            let cell = visible_line(cell);
            line.push_str(&format!(" {cell:<width$} "));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn object(found: &Differences) -> serde_json::Value {
    let keys: Vec<_> = found
        .keys
        .iter()
        .map(|change| json!({ "key": change.key, "first": change.before, "second": change.after }))
        .collect();
    let facts: Vec<_> =
        found.facts.iter().map(|(what, a, b)| json!({ "what": what, "first": a, "second": b })).collect();
    let figures: Vec<_> = found
        .figures
        .iter()
        .map(|one| {
            json!({
                "deal": one.before.deal,
                "metric": one.before.metric,
                "unit": one.before.unit,
                "first": one.before.mean,
                "second": one.after.mean,
                "z": one.z,
            })
        })
        .collect();
    let equal = found.files.is_empty() && found.keys.is_empty() && found.facts.is_empty();
    json!({
        "schema_version": 1,
        "equal": equal,
        "keys": keys,
        "facts": facts,
        "files": found.files,
        "figures": figures,
    })
}
