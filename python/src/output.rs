//! Pages, workbooks and figures of results, as bytes.

use std::sync::Arc;

use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::Status;
use capstake::job::what_if;
use capstake::report::results::Results;
use capstake::report::tables;
use capstake::report::what_if::rows;
use capstake::run::{Options, Silent};
use capstake::study::bridge;
use capstake::study::sensitivity::origins;
use capstake::study::valuation::valuation;
use capstake_output::page::Page;
use capstake_output::page::chart::Chart;
use capstake_output::workbook::sheet::{TooLarge, Workbook};
use capstake_output::{first_screen, html, page as pages, svg, terminal, workbook as workbooks, xlsx};

use super::core::Core;

/// All tables of a run and the facts about it.
pub(crate) fn results(core: &Core) -> &Results {
    core.results.get_or_init(|| {
        let answer = valuation(&core.plan, &core.result);
        let bridge = bridge::of_first_deals(&core.plan, core.result.paths, core.threads());
        let bridge = bridge.as_ref().map(tables::bridge).unwrap_or_default();
        let origins = origins::of_first_deal(&core.plan, core.result.paths, core.threads());
        let origins = origins.map(|origins| tables::origins(&core.plan, &origins)).unwrap_or_default();
        let tables = tables::Tables { bridge, origins, ..tables::tables(&answer) };
        Results { facts: core.manifest.facts(), tables }
    })
}

/// The same with the sliders that the program's pages have; a run that was stopped has none, as there.
fn with_sliders(core: &Core) -> Results {
    let mut all = results(core).clone();
    if core.manifest.status == Status::Complete {
        let resolved = core.scenario.text_for(&std::env::temp_dir());
        let options = Options { paths: core.result.paths, threads: core.threads() };
        let sliders = what_if::usual(&core.scenario);
        // A page does not depend on its sliders.
        let asked = what_if::ask(&sliders, &core.scenario, &resolved, &core.plan, options, &Silent);
        all.tables.what_if = asked.ok().flatten().map(|sliders| rows(&sliders)).unwrap_or_default();
    }
    all
}

/// The page of a run, which figures are taken from.
pub(crate) fn page(core: &Core) -> Arc<Page> {
    Arc::clone(core.page.get_or_init(|| Arc::new(pages::page(results(core)))))
}

/// The answer of a run on one screen.
pub(crate) fn screen(core: &Core, width: usize) -> String {
    terminal::first_screen(&first_screen::first_screen(results(core)), width, false)
}

/// A page as HTML.
pub(crate) fn html(page: &Page) -> Vec<u8> {
    let mut bytes = Vec::new();
    html::write(page, &mut bytes).expect("memory takes what is written");
    bytes
}

/// The page of a run as the program writes it.
pub(crate) fn report(core: &Core) -> Vec<u8> {
    html(&pages::page(&with_sliders(core)))
}

/// The workbook of a run as the program writes it.
pub(crate) fn workbook(core: &Core) -> Result<Vec<u8>, Failure> {
    bytes(workbooks::workbook(&with_sliders(core)))
}

/// The bytes of a workbook.
pub(crate) fn bytes(book: Result<Workbook, TooLarge>) -> Result<Vec<u8>, Failure> {
    let failed = |why: String| Failure::told(Exit::Output, format!("the workbook cannot be made: {why}"));
    let book = book.map_err(|large| failed(large.to_string()).help("the tables have everything"))?;
    let mut bytes = Vec::new();
    xlsx::write(&book, &mut bytes).map_err(|error| failed(error.to_string()))?;
    Ok(bytes)
}

/// The picture of both sides' values; of a study, its first chart.
const ANSWER: &str = "answer";

/// Names and titles of the figures of a page.
pub(crate) fn pictures(page: &Page) -> Vec<(String, String)> {
    let own = page.charts().map(|chart| (chart.id.clone(), chart.title.clone()));
    let answer = of_answer(page).first().map(|chart| (ANSWER.to_owned(), chart.title.clone()));
    answer.into_iter().chain(own).collect()
}

fn of_answer(page: &Page) -> Vec<&Chart> {
    let wanted = if page.deals.is_empty() { 1 } else { 2 };
    page.charts().filter(|chart| chart.deal.is_none()).take(wanted).collect()
}

/// A figure of a page as SVG.
///
/// # Errors
/// No figure has that name.
pub(crate) fn picture(page: &Page, name: &str) -> Result<String, Failure> {
    let answer = of_answer(page);
    let charts = match page.charts().find(|chart| chart.id == name) {
        _ if name == ANSWER && !answer.is_empty() => answer,
        Some(chart) => vec![chart],
        None => {
            let names: Vec<String> = pictures(page).into_iter().map(|(name, _)| name).collect();
            return Err(Failure::told(Exit::Usage, format!("there is no figure `{name}`"))
                .help(format!("the figures are {}", names.join(", "))));
        }
    };
    let note = match &page.partial {
        Some(done) => format!("PARTIAL, {done} · {}", page.run),
        None => page.run.clone(),
    };
    let mut bytes = Vec::new();
    svg::picture(&charts, &note, &mut bytes).expect("memory takes what is written");
    Ok(String::from_utf8(bytes).expect("SVG is text"))
}
