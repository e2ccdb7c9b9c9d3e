//! `capstake solve`: finds the value of a key at which a mean, a quantile or a probability reaches its target.

// Comments on options are their help texts too, where [run] is a table of the scenario and <...> a placeholder.
#![allow(rustdoc::broken_intra_doc_links, rustdoc::invalid_html_tags)]

use std::path::PathBuf;

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::varied_scenario::{Layout, VariedScenario};
use capstake::job::vary::{self, Bracket};
use capstake::kernel::plan::Plan;
use capstake::report;
use capstake::report::solve::{Question as Page, statistic_words};
use capstake::run::Options;
use capstake::run::paired::{self, Keep, Question};
use capstake::stats::summary::MetricSummary;
use capstake::study::precision::{self, Estimate, Tolerance};
use capstake::study::quantity::Quantity;
use capstake::study::solve::{self, Outcome, Task, Trial, Trials};
use capstake::study::sweep::Named;
use capstake::study::target::{BadTarget, Side, Statistic, Target};
use capstake::study::variant::{Columns, Variants};

use super::arguments::Simulation;
use super::given;
use super::precise::{self, Precision, Verdict};
use super::study::{self, Study, StudyContext, StudyError, StudyObserver, StudyOutcome};
use super::sweep::unit_of;

/// Examples and notes at the end of the help.
pub const EXAMPLES: &str = "\
Examples:
  capstake solve base.toml --vary deal.amended-2026.cap_usd_bn=10:120 \\
      --target 'prior-2025 - amended-2026.microsoft_take_pv.mean=0'
                                which cap makes the new deal neutral?
  capstake solve base.toml --vary deal.amended-2026.cap_usd_bn=10:120 \\
      --target amended-2026.microsoft_take_pv.mean=340
  capstake solve base.toml --vary deal.amended-2026.rate=0.05:0.4 \\
      --target 'P(amended-2026.cap_hit)=0.5'
                                at which rate does the cap bind in half of all futures?

A target is DEAL.METRIC.STATISTIC=VALUE with mean, p05 (any percent) or q0.025,
or P(DEAL.METRIC > X)=VALUE with <, <=, > or >=, or P(DEAL.FLAG)=VALUE. DEAL may
be the difference of two deals, 'LATER - FIRST'. All values of the key see the
same draws; the interval says what other draws would have given. Where no value
reaches the target, the figures at both ends are shown and the exit code is 2.";

/// Arguments of `solve`.
#[derive(Debug, clap::Args)]
pub struct SolveArguments {
    /// The scenario: a TOML file or a results.xlsx; - reads TOML from standard input
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// The key and the interval that is searched: KEY=low:high
    #[arg(long, value_name = "KEY=LOW:HIGH", value_parser = vary::bracket_argument)]
    pub vary: Bracket,
    /// What is to hold: 'DEAL.METRIC.mean=VALUE', .p05, .q0.025, 'P(DEAL.METRIC > X)=VALUE'; DEAL may be 'DEAL - DEAL'
    #[arg(long, value_name = "TARGET", verbatim_doc_comment, allow_hyphen_values = true)]
    pub target: String,
    /// Stop when the 95% interval of the value found is at most so wide on either side: 0.5 in the key's unit, or 1% of the value
    ///
    /// The search is made with 4,096 paths, then with 8,192, 16,384, …; the answer is that of a search with as many paths as it took. -n is
    /// the most that may be spent. Exit code 8 where that is not enough: the results are written all the same.
    #[arg(long, value_name = "WIDTH")]
    pub precision: Option<String>,
    /// How to simulate and what to show.
    #[command(flatten)]
    pub simulation: Simulation,
}

/// Values tried first if they share one simulation of revenue.
const GRID_OF_COPIES: usize = 9;
/// Values tried first if each needs a simulation of its own.
const GRID_OF_PLANS: usize = 4;
/// Typical number of runs of a search.
const USUAL_RUNS: f64 = 6.0;

/// Why an evaluation has no result.
enum Stop {
    StudyError(StudyError),
    Interrupted,
}

/// Runs a search.
pub fn solve(arguments: &SolveArguments) -> Result<Exit, Failure> {
    let simulation = &arguments.simulation;
    let bracket = &arguments.vary;
    let keys = vec![bracket.key.clone()];
    vary::refuse_keys(&keys)?;
    let file = given::read(&arguments.scenario)?;
    let base = simulation.scenario.judge(&file, &[])?;
    let plan = simulation.plan(&base);
    let target = Target::read(&plan, &arguments.target).map_err(refused)?;
    let cost = Cost::of(&plan);
    let paths = simulation.paths(&plan, &cost)?;
    let request = simulation.request(&plan, paths, study::folder_of(&base, "solve"));
    let varied = VariedScenario::new(keys, &file, &base, &plan);
    let ends = [vec![vary::toml(bracket.low)], vec![vary::toml(bracket.high)]];
    simulation.judge_ends(&varied, &ends)?;
    let layout = varied.layout(&ends);
    let width = arguments.precision.iter().map(|width| {
        let tolerance = Tolerance::read(width.trim()).map_err(|unknown| precise::refused(width, unknown))?;
        Ok::<_, Failure>(precision::Target { text: format!("{}={}", bracket.key, width.trim()), tolerance })
    });
    let width = width.collect::<Result<Vec<_>, _>>()?;
    let study = Study {
        command: "solve",
        arguments: vec![
            "--vary".to_owned(),
            format!("{}={}:{}", bracket.key, bracket.low, bracket.high),
            "--target".to_owned(),
            arguments.target.clone(),
        ],
        scenarios: vec![&base],
        seconds: cost.seconds(paths, request.threads) * USUAL_RUNS,
        request,
        precision: Precision::new(width, paths),
        show: simulation.show(),
        bytes: 3_000.0,
    };
    let search = Search { varied: &varied, plan: &plan, target: &target, bracket, layout };
    study.conduct(|context| search.run(context))
}

fn refused(error: BadTarget) -> Failure {
    let (code, message, help) = match error {
        BadTarget::Form { message, help } => (Code::TargetForm, message, help),
        BadTarget::Unknown(unknown) => (Code::UnknownQuantity, unknown.message, unknown.help),
        BadTarget::Impossible { message, help } => (Code::TargetImpossible, message, help),
    };
    Failure::coded(Exit::Usage, code, message).help(help)
}

/// What a search found.
struct Found {
    /// The level wanted.
    want: f64,
    tried: Vec<Trial>,
    as_it_stands: Option<Trial>,
    /// `None` if a signal stopped it.
    outcome: Option<Outcome>,
}

/// By so many standard errors the level misses the target at every value tried, where more paths are not needed to see it.
const CLEARLY: f64 = 4.0;

impl Found {
    /// The value found and the half-width of its interval, which is not known where the interval ends where the search does.
    fn estimate(&self, outcome: &Outcome) -> Estimate {
        match outcome {
            Outcome::Found(root) if root.open == (false, false) => {
                Estimate::of_interval(root.at.x, (root.low95, root.high95))
            }
            Outcome::Found(root) => Estimate { value: root.at.x, half_width: f64::NAN },
            Outcome::NoRoot | Outcome::Flat => Estimate { value: f64::NAN, half_width: f64::NAN },
        }
    }

    /// Whether more paths would not find a value where there is none: no value tried comes near, or no path has a figure. That all paths
    /// so far agree shows nothing, unless no draw can move the figure.
    fn is_clear(&self, outcome: &Outcome) -> bool {
        let may_reach = |trial: &Trial| match trial.level_error {
            0.0 if !trial.exact => true,
            error => (trial.level - self.want).abs() <= CLEARLY * error,
        };
        *outcome == Outcome::NoRoot && !self.tried.iter().any(may_reach)
    }
}

/// A search for the value of a key.
struct Search<'a> {
    varied: &'a VariedScenario<'a>,
    plan: &'a Plan,
    target: &'a Target,
    bracket: &'a Bracket,
    layout: Layout,
}

impl Search<'_> {
    /// Searches, with as many paths as the precision asked for takes.
    fn run(&self, context: &StudyContext<'_>) -> Result<StudyOutcome, StudyError> {
        let mut last = None;
        for paths in context.levels() {
            let found = self.search(context, Options { paths, ..context.options() })?;
            let ends = match &found.outcome {
                None => true,
                Some(outcome) => {
                    let verdict = context.judge(paths, &[found.estimate(outcome)]);
                    verdict == Verdict::Reached || found.is_clear(outcome)
                }
            };
            last = Some((paths, found));
            if ends {
                break;
            }
        }
        let (paths, found) = last.expect("there is at least one level");
        let page = self.page(paths, &found);
        let answer = (!found.tried.is_empty()).then(|| report::solve::solve(&page));
        let verdict = found.outcome.as_ref().and_then(|outcome| self.verdict(outcome, &page));
        Ok(StudyOutcome {
            answer,
            paths: if found.tried.is_empty() { 0 } else { paths },
            interrupted: found.outcome.is_none(),
            failure: verdict,
        })
    }

    /// Searches with so many paths at each value.
    fn search(&self, context: &StudyContext<'_>, options: Options) -> Result<Found, StudyError> {
        let (threshold, want) = solve::level(self.target);
        let task = Task {
            low: self.bracket.low,
            high: self.bracket.high,
            want,
            grid: match self.layout {
                Layout::Copies(_) => GRID_OF_COPIES,
                Layout::Plans => GRID_OF_PLANS,
            },
        };
        let mut tried: Vec<Trial> = Vec::new();
        let mut as_it_stands = None;
        let mut evaluate = |xs: &[f64]| -> Result<Trials, Stop> {
            let label = match tried.len() {
                0 => {
                    format!("{} values of {} from {} to {}", xs.len(), self.bracket.key, task.low, task.high)
                }
                _ => {
                    let xs: Vec<String> = xs.iter().map(|x| format!("{x:.6}")).collect();
                    format!("{} = {}", self.bracket.key, xs.join(", "))
                }
            };
            let observer = context.observer(options.paths, &label);
            let (base, trials) = self.evaluate(options, &observer, xs, threshold, tried.is_empty())?;
            if base.is_some() {
                as_it_stands = base;
            }
            tried.extend(&trials.trials);
            Ok(trials)
        };
        let outcome = match solve::search(task, &mut evaluate) {
            Ok(outcome) => Some(outcome),
            Err(Stop::StudyError(halt)) => return Err(halt),
            Err(Stop::Interrupted) => None,
        };
        Ok(Found { want, tried, as_it_stands, outcome })
    }

    fn page<'b>(&'b self, paths: u64, found: &'b Found) -> Page<'b> {
        Page {
            scenario: &self.plan.model().name,
            seed: self.plan.seed(),
            paths,
            key: &self.bracket.key,
            key_unit: unit_of(self.plan, &self.bracket.key),
            low: self.bracket.low,
            high: self.bracket.high,
            target: self.target,
            quantity: Named::new(self.plan, self.target.quantity),
            names: &self.plan.model().names,
            unit: match self.target.statistic {
                Statistic::Probability { .. } => capstake::config::Unit::Probability,
                _ => self.target.quantity.unit(),
            },
            as_it_stands: found.as_it_stands,
            tried: &found.tried,
            outcome: found.outcome.as_ref(),
        }
    }

    /// The failure of a search without a root.
    fn verdict(&self, outcome: &Outcome, page: &Page<'_>) -> Option<Failure> {
        let (low, high) = (page.at(page.low)?, page.at(page.high)?);
        let key = &self.bracket.key;
        match outcome {
            Outcome::Found(_) => None,
            Outcome::Flat => {
                let message = format!(
                    "`{}` does not depend on `{key}`: it is {} at all values tried",
                    page.target.text,
                    statistic_words(page, low)
                );
                Some(
                    Failure::coded(Exit::Usage, Code::VaryKey, message)
                        .help("vary a key that it depends on; `capstake explain` says what a metric is"),
                )
            }
            Outcome::NoRoot => {
                let message = format!(
                    "no value of `{key}` between {} and {} makes `{}` {}: it is {} at {} and {} at {}",
                    page.low,
                    page.high,
                    page.target.text,
                    page.target.value,
                    statistic_words(page, low),
                    page.low,
                    statistic_words(page, high),
                    page.high
                );
                Some(Failure::coded(Exit::Usage, Code::NoRoot, message).help(page.hint(low, high)))
            }
        }
    }

    /// Runs the scenario at some values of the key; also as it stands if `with_base`.
    fn evaluate(
        &self,
        options: Options,
        observer: &StudyObserver,
        xs: &[f64],
        threshold: Option<f64>,
        with_base: bool,
    ) -> Result<(Option<Trial>, Trials), Stop> {
        let values: Vec<Vec<String>> = xs.iter().map(|&x| vec![vary::toml(x)]).collect();
        let laid_out =
            if with_base { self.varied.lay_out(&values) } else { self.varied.lay_out_alone(&values) };
        let mut variants = laid_out.map_err(|failure| Stop::StudyError(failure.into()))?;
        variants.lean(&[self.target.quantity]);
        let (columns, places) = self.columns(&variants, threshold, usize::from(with_base));
        let plans: Vec<&Plan> = variants.plans.iter().collect();
        let question = Question { columns: &columns.columns, pairs: &[], ..Question::default() };
        let result = paired::execute(&plans, question, options, observer);
        if let Some((plan, paths)) = result.first_non_finite() {
            let found = self.varied.non_finite_paths(&values, &variants, plan, paths.clone(), result.paths);
            return Err(Stop::StudyError(StudyError::NonFinite(found)));
        }
        if result.interrupted {
            return Err(Stop::Interrupted);
        }
        let exact = laid_out_exact(&variants, self.target.quantity);
        let trial = |x: f64, place: &Place| {
            self.trial(x, exact, &result.columns[place.value], &result.columns[place.level])
        };
        let base = with_base.then(|| trial(f64::NAN, &places[0]));
        let places = &places[usize::from(with_base)..];
        let trials = xs.iter().zip(places).map(|(&x, place)| trial(x, place)).collect();
        let from_first = places.iter().map(|place| result.estimate(place.from_first).1.std_error).collect();
        Ok((base, Trials { trials, from_first }))
    }

    fn columns(&self, variants: &Variants, threshold: Option<f64>, first: usize) -> (Columns, Vec<Place>) {
        let mut columns = Columns::default();
        let keep = match self.target.statistic {
            Statistic::Quantile(_) => Keep::Bins,
            Statistic::Mean | Statistic::Probability { .. } => Keep::Moments,
        };
        let mut places: Vec<Place> = Vec::new();
        for variant in &variants.variants {
            let value = columns.value(variants, variant, self.target.quantity, keep);
            let level = threshold.map_or(value, |threshold| columns.at_most(value, threshold));
            places.push(Place { value, level, from_first: level });
        }
        let reference = places.get(first).map_or(0, |place| place.level);
        for place in &mut places {
            place.from_first = columns.difference(place.level, reference);
        }
        (columns, places)
    }

    fn trial(&self, x: f64, exact: bool, value: &MetricSummary, level: &MetricSummary) -> Trial {
        let (error, paths) = (level.mean_error(), level.moments().count());
        let (level, level_error) = (level.moments().mean(), error.std_error);
        let around = |statistic: f64, (low, high): (f64, f64)| (statistic, level_error, low, high);
        // One path tells nothing of the error, and where no draw can move the probability there is none.
        let of_probability = |p: f64| match level_error.is_nan() || exact {
            true => around(p, error.interval(p)),
            false => around(p, error.shown_interval(p, paths)),
        };
        let (statistic, statistic_error, low95, high95) = match self.target.statistic {
            Statistic::Mean => around(level, error.interval(level)),
            Statistic::Probability { side: Side::Below, .. } => of_probability(level),
            Statistic::Probability { side: Side::Above, .. } => of_probability(1.0 - level),
            Statistic::Quantile(q) => {
                let ranked = value.ranked();
                if ranked.count() == 0 {
                    (f64::NAN, f64::NAN, f64::NAN, f64::NAN)
                } else {
                    let (low, high) = ranked.quantile_interval(value.quantile_ranks(&[q])[0]);
                    (ranked.quantile(q), f64::NAN, low, high)
                }
            }
        };
        let level_reach = error.reach();
        Trial { x, level, level_error, level_reach, statistic, statistic_error, low95, high95, exact }
    }
}

/// Whether no draw can move a quantity in any of the variants.
fn laid_out_exact(variants: &Variants, quantity: Quantity) -> bool {
    let columns = Columns::new(variants, &[quantity], Keep::Moments);
    columns.exact.iter().flatten().all(|&(exact, _)| exact)
}

/// Indices of the columns of one value of the key.
struct Place {
    value: usize,
    level: usize,
    from_first: usize,
}
