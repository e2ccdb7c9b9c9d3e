//! `capstake ipo`: when the company is ready for an IPO, which gates hold it back, and what the offer would be.

use std::path::PathBuf;

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::non_finite::NonFinitePaths;
use capstake::report;
use capstake::study::ipo::gather::gather;
use capstake::study::precision::offer::OfferFigure;

use super::arguments::Simulation;
use super::precise::{self, Precision};
use super::study::{self, LevelResult, Study, StudyError, StudyOutcome};

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake ipo base.toml                     the readiness calendar
  capstake ipo base.toml --set ipo.shares_bn=1.2
                                             with the price of a share
  capstake ipo base.toml --set ipo.gate.growth=0.4 -o strict
                                             a stricter gate
  capstake ipo base.toml --json | jq .tables.gates
                                             which gate is the last to open

The tables are in the results folder: times, readiness and calendar (each gate,
each quarter), gates (left out one by one), offer, dilution, standards of
exchanges and custom. Rules change: their dates stand beside them, and each is
to be checked again before use.";

/// Arguments of `ipo`.
#[derive(Debug, clap::Args)]
pub struct IpoArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// Stop when the 95% interval of this figure is at most so wide on either side: ready=0.005 or listed=1% of the probability, offer_equity=2%, prior-2025:p95:proceeds=3; may be repeated
    ///
    /// Figures of the day of the offer are those of offer.csv. Judged after 4,096 paths, 8,192, 16,384, …; -n is the most that may be
    /// spent. Exit code 8 where that is not enough: the results are written all the same.
    #[arg(long, value_name = "FIGURE=WIDTH")]
    pub precision: Vec<String>,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
}

/// Cost of a path relative to a plain run: it also gathers series, leaves gates out one by one, and tests listing standards.
const MORE: f64 = 1.5;
/// Bytes per row of the tables.
const ROW_BYTES: f64 = 70.0;

/// Studies the readiness for an IPO.
pub fn ipo(arguments: &IpoArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let scenario = simulation.scenario.load(&arguments.scenario)?;
    let plan = simulation.plan(&scenario);
    let Some(terms) = &plan.model().ipo else {
        let missing = if plan.model().equity.is_none() { "[equity]" } else { "[ipo]" };
        let message = format!("`{}` has no IPO to ask about: there is no {missing}", scenario.model.name);
        return Err(Failure::coded(Exit::Problems, Code::NoListing, message).help(
            "add [ipo] and [equity]; `capstake explain ipo` lists the keys, configs/base.toml has an example",
        ));
    };
    let gates = terms.gates.len();
    let cost = Cost::of(&plan);
    let paths = simulation.paths(&plan, &cost)?;
    let rows = plan.deals().len() * plan.steps().periods.len() * (gates + 25);
    let request = simulation.request(&plan, paths, study::folder_of(&scenario, "ipo"));
    let (targets, figures) =
        precise::targets(&arguments.precision, |figure| OfferFigure::named(&plan, figure))?;
    let study = Study {
        command: "ipo",
        precision: Precision::new(targets, paths),
        arguments: Vec::new(),
        scenarios: vec![&scenario],
        seconds: MORE * cost.seconds(paths, request.threads),
        request,
        show: simulation.show(),
        bytes: ROW_BYTES * rows as f64,
    };
    study.conduct(|context| {
        let readiness = context.by_levels(
            "",
            |before, options, observer| {
                let result = gather(&plan, before, options, observer).expect("the scenario has an IPO");
                if result.non_finite.count > 0 {
                    let found = NonFinitePaths::of_scenario(result.non_finite, result.paths);
                    return Err(StudyError::NonFinite(found));
                }
                Ok(LevelResult { interrupted: result.interrupted, result })
            },
            |readiness, _| figures.iter().map(|figure| figure.estimate(readiness)).collect(),
        )?;
        let asked = if readiness.interrupted { paths } else { readiness.paths };
        Ok(StudyOutcome {
            paths: readiness.paths,
            interrupted: readiness.interrupted,
            answer: (readiness.paths > 0).then(|| report::ipo::ipo(&plan, &readiness, asked)),
            failure: None,
        })
    })
}
