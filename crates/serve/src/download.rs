//! What a page saves: the scenario as TOML, a report, a workbook; made in memory, never written here.

use capstake::config::changed::extending;
use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::CommandPart;
use capstake::job::non_finite::NonFinitePaths;
use capstake::job::request::Request;
use capstake::job::scenario_files::STANDARD_INPUT;
use capstake::job::what_if;
use capstake::report::results::Results;
use capstake::report::tables::{self, Tables};
use capstake::report::what_if::rows;
use capstake::run::{self, Observer, Options};
use capstake::study::bridge;
use capstake::study::sensitivity::origins;
use capstake::study::valuation::valuation;
use capstake_output::html;
use capstake_output::page::page;

use super::answer::NoAnswer;
use super::subject::{LEVELS, Subject};

/// The changed scenario as a file that extends the original.
///
/// # Errors
/// The changes are refused.
pub fn toml(subject: &Subject, set: &[String]) -> Result<String, Failure> {
    let changed = subject.changed(set)?;
    let file = subject.base.path.file_name().map(|name| name.to_string_lossy().into_owned());
    let both = (Subject::config(&subject.base), Subject::config(&changed));
    let (Some(file), (Some(before), Some(after))) = (file.filter(|name| name != STANDARD_INPUT), both) else {
        return Ok(changed.resolved);
    };
    let name = &subject.base.model.name;
    let note = format!(
        "# {name} with {} of the live page; put it beside {file}.\n# The same numbers: capstake run {name}-changed.toml {}\n",
        changes(set.len()),
        subject.flags(&changed, LEVELS[LEVELS.len() - 1])
    );
    Ok(note + &extending(&file, &before, &after))
}

fn changes(count: usize) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{count} changes") }
}

/// The results of a whole run with the changes, as `run --set` has them: with its sliders, and with what its take rests on.
fn results(subject: &Subject, set: &[String], observer: &dyn Observer) -> Result<Results, NoAnswer> {
    let changed = subject.changed(set)?;
    let plan = subject.plan(&changed);
    let paths = LEVELS[LEVELS.len() - 1];
    let options = Options { paths, threads: subject.threads };
    let began = std::time::Instant::now();
    let result = run::execute(&plan, options, observer);
    if result.non_finite.count > 0 {
        let found = NonFinitePaths::of_scenario(result.non_finite.clone(), result.paths);
        return Err(found.failure(&changed, plan.seed()).into());
    }
    let request =
        Request { what_if: what_if::usual(&changed), ..Request::in_memory(&plan, paths, subject.threads) };
    let mut manifest = request.manifest(CommandPart::run(), &[&changed]);
    manifest.run.paths_done = paths;
    manifest.run.wall_seconds = began.elapsed().as_secs_f64();
    manifest.record_figures(&plan, &result);
    let bridge = bridge::of_first_deals_unless(&plan, paths, subject.threads, observer);
    let bridge = bridge.as_ref().map(tables::bridge).unwrap_or_default();
    if observer.stops() {
        return Err(NoAnswer::Superseded);
    }
    let origins = origins::of_first_deal(&plan, paths, subject.threads);
    let origins = origins.map(|origins| tables::origins(&plan, &origins)).unwrap_or_default();
    let resolved = changed.text_for(&std::env::temp_dir());
    let what_if = match what_if::ask(&request.what_if, &changed, &resolved, &plan, options, observer) {
        Ok(Some(sliders)) => rows(&sliders),
        Ok(None) => return Err(NoAnswer::Superseded),
        // As in a run, which does not depend on its sliders.
        Err(_) => Vec::new(),
    };
    let tables = Tables { bridge, origins, what_if, ..tables::tables(&valuation(&plan, &result)) };
    Ok(Results { facts: manifest.facts(), tables })
}

/// The page of a run with the changes.
///
/// # Errors
/// The changes are refused, or a newer one came.
pub fn report(subject: &Subject, set: &[String], observer: &dyn Observer) -> Result<Vec<u8>, NoAnswer> {
    let results = results(subject, set, observer)?;
    let mut bytes = Vec::new();
    html::write(&page(&results), &mut bytes).expect("memory takes what is written");
    Ok(bytes)
}

/// The workbook of a run with the changes.
///
/// # Errors
/// The changes are refused, a newer one came, or a workbook cannot be made.
#[cfg(feature = "xlsx")]
pub fn workbook(subject: &Subject, set: &[String], observer: &dyn Observer) -> Result<Vec<u8>, NoAnswer> {
    let results = results(subject, set, observer)?;
    let cannot = |why: String| Failure::told(Exit::Output, format!("the workbook cannot be made: {why}"));
    let book = capstake_output::workbook::workbook(&results).map_err(|large| cannot(large.to_string()))?;
    let mut bytes = Vec::new();
    capstake_output::xlsx::write(&book, &mut bytes).map_err(|error| cannot(error.to_string()))?;
    Ok(bytes)
}

/// This build has no workbooks.
///
/// # Errors
/// Always.
#[cfg(not(feature = "xlsx"))]
pub fn workbook(_: &Subject, _: &[String], _: &dyn Observer) -> Result<Vec<u8>, NoAnswer> {
    Err(Failure::told(Exit::Usage, "this build has no workbooks (feature xlsx)").into())
}
