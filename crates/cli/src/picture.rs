//! `report --picture FILE`: writes single charts of the page as SVG files.

use std::path::Path;

use capstake::job::error::{Exit, Failure};
use capstake_output::page::Page;
use capstake_output::page::chart::Chart;
use capstake_output::svg;

use super::own_file;

/// Names the picture of both sides' values; of a study, its first chart.
const ANSWER: &str = "answer";

/// Writes pictures; the stem of each file names its chart.
///
/// # Errors
/// No chart has that name, or a file cannot be written.
pub fn write(page: &Page, files: &[impl AsRef<Path>]) -> Result<(), Failure> {
    let note = match &page.partial {
        Some(done) => format!("PARTIAL, {done} · {}", page.run),
        None => page.run.clone(),
    };
    for file in files {
        let file = file.as_ref();
        let charts = named(page, file)?;
        let mut bytes = Vec::new();
        svg::picture(&charts, &note, &mut bytes).expect("memory takes what is written");
        own_file::put(file, &bytes)?;
    }
    Ok(())
}

fn named<'a>(page: &'a Page, file: &Path) -> Result<Vec<&'a Chart>, Failure> {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let is_svg = file.extension().is_some_and(|ending| ending == "svg");
    let wanted = if page.deals.is_empty() { 1 } else { 2 };
    let first: Vec<&Chart> = page.charts().filter(|chart| chart.deal.is_none()).take(wanted).collect();
    match page.charts().find(|chart| chart.id == *stem) {
        _ if stem == ANSWER && is_svg && !first.is_empty() => Ok(first),
        Some(chart) if is_svg => Ok(vec![chart]),
        _ => {
            let names: Vec<&str> = page.charts().map(|chart| chart.id.as_str()).collect();
            let message = format!("`{}` names no figure of these results", file.display());
            Err(Failure::told(Exit::Usage, message)
                .help(format!("end it in one of these names and .svg: {ANSWER}, {}", names.join(", "))))
        }
    }
}
