//! The page of a run or a study as data: sentences, charts and tables in reading order, without HTML.

pub mod answer;
pub mod assumptions;
pub mod bridge;
pub mod chart;
pub mod clouds;
pub mod composition;
pub mod distribution;
pub mod plot;
pub mod provenance;
pub mod sample_paths;
pub mod section;
pub mod sliders;
pub mod study;
pub mod study_chart;
pub mod timing;
pub mod view;
pub mod what_if;
pub mod wording;
pub mod years;
pub mod years_across;

use answer::Answer;
use assumptions::Assumptions;
use capstake::report::results::Results;
use chart::Chart;
use provenance::Provenance;
use section::{Block, Section};
use view::View;

/// The content of a page.
#[derive(Clone, Debug)]
pub struct Page {
    /// Title of the window.
    pub title: String,
    /// Scenario, number of paths, seed and valuation date in one line.
    pub run: String,
    /// Of a run that was stopped early, a mark shown next to all numbers: `40,960 of 1,000,000 paths`.
    pub partial: Option<String>,
    /// Changes by `--set` that the title only counts.
    pub changes: Option<String>,
    /// Reasons for caution.
    pub warnings: Vec<String>,
    /// The answer of a study in sentences, most important first.
    pub sentences: Vec<String>,
    /// Names of the deals; the first is shown when the page opens.
    pub deals: Vec<String>,
    /// The answers of a run, one per deal.
    pub answers: Vec<Answer>,
    /// Sections below the answer, in order.
    pub sections: Vec<Section>,
    /// The inputs of a run.
    pub assumptions: Option<Assumptions>,
    /// What was run, how to repeat it, and how well it was sampled.
    pub provenance: Provenance,
}

impl Page {
    /// All charts, in order.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.sections.iter().flat_map(|section| &section.blocks).flat_map(|block| match block {
            Block::Charts(charts) | Block::Chosen(_, charts) => charts.as_slice(),
            _ => &[],
        })
    }
}

/// Lays out the page of a run.
pub fn page(results: &Results) -> Page {
    let view = View::new(results);
    let facts = &results.facts;
    Page {
        title: format!("Who takes what: {}", facts.title()),
        run: wording::run_line(facts),
        partial: wording::partial(facts),
        changes: facts.changes_listed(),
        warnings: Vec::new(),
        sentences: Vec::new(),
        deals: view.deals.iter().map(|name| (*name).to_owned()).collect(),
        answers: answer::answers(&view),
        sections: [
            Some(distribution::takes(&view)),
            what_if::what_if(&view),
            Some(answer::compared(&view)),
            bridge::bridge(&view),
            Some(composition::waterfall(&view)),
            Some(distribution::differences(&view)),
            Some(years::fans(&view)),
            Some(timing::cap(&view)),
            Some(clouds::mix(&view)),
            Some(timing::listing_and_failure(&view)),
            Some(sample_paths::paths(&view)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        assumptions: Some(assumptions::assumptions(&view)),
        provenance: provenance::provenance(&view),
    }
}
