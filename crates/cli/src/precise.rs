//! A run that stops when it is precise enough: it goes from level to level, judges each, and notes it in the manifest.

use capstake::config::Code;
use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::{PrecisionLevel, PrecisionPart};
use capstake::job::request::MAX_PATHS;
use capstake::job::saved::SavedRun;
use capstake::job::words::thousands;
use capstake::kernel::plan::Plan;
use capstake::report::digits::significant;
use capstake::run::{self, RunResult};
use capstake::study::precision::{Estimate, Target, is_reached, paths_needed};
use capstake::study::valuation::valuation;

/// Targets of a run, and the levels judged so far.
pub struct Precision {
    targets: Vec<Target>,
    /// What the manifest notes.
    pub part: PrecisionPart,
}

/// Reads the targets.
///
/// # Errors
/// A target cannot be read, or names a figure that there is not.
pub fn targets(plan: &Plan, texts: &[String]) -> Result<Vec<Target>, Failure> {
    let read = |text: &String| {
        Target::named(plan, text).map_err(|unknown| {
            let message = format!("--precision {text}: {}", unknown.message);
            let failure = Failure::coded(Exit::Usage, Code::Precision, message);
            if unknown.help.is_empty() { failure } else { failure.help(unknown.help) }
        })
    };
    texts.iter().map(read).collect()
}

impl Precision {
    /// The precision asked for; `None` without targets.
    pub fn new(targets: Vec<Target>, most_paths: u64) -> Option<Precision> {
        let texts: Vec<String> = targets.iter().map(|target| target.text.clone()).collect();
        let part = PrecisionPart { targets: texts, most_paths, reached: None, levels: Vec::new() };
        (!targets.is_empty()).then_some(Precision { targets, part })
    }

    /// That of a run that goes on.
    ///
    /// # Errors
    /// The manifest has what no run writes.
    pub fn of_manifest(saved: &SavedRun, part: &PrecisionPart) -> Result<Precision, Failure> {
        let edited = |why: &str| saved.edited(&format!("its precision {why}"));
        let read = part.targets.iter().map(|text| Target::named(&saved.plan, text));
        let Ok(targets) = read.collect::<Result<Vec<Target>, _>>() else {
            return Err(edited("has a target that cannot be read"));
        };
        let (most, asked) = (part.most_paths, saved.manifest.run.paths_asked);
        let whole = |level: &PrecisionLevel| {
            [&level.values, &level.half_widths].iter().all(|n| n.len() == targets.len())
        };
        let judged = part.levels.iter().map(|level| level.paths);
        let ends = part.levels.last().map(|level| level.paths);
        let fits = match part.reached {
            None => most == asked && ends != Some(most),
            Some(_) => ends == Some(asked),
        };
        match () {
            () if targets.is_empty() => Err(edited("has no target")),
            () if !part.levels.iter().all(whole) => {
                Err(edited("has levels without a figure for each target"))
            }
            () if !judged.eq(run::levels(most).take(part.levels.len())) => {
                Err(edited("has other levels than a run has"))
            }
            () if !fits => Err(edited("does not go with its paths")),
            () => Ok(Precision { targets, part: part.clone() }),
        }
    }

    /// Whether a level was judged before the run was stopped.
    pub fn has_judged(&self, paths: u64) -> bool {
        self.part.levels.iter().any(|level| level.paths == paths)
    }

    /// Judges a level: notes it, and says whether the run stops here.
    pub fn judge(&mut self, plan: &Plan, result: &RunResult) -> bool {
        let answers = valuation(plan, result);
        let estimates: Vec<Estimate> = self.targets.iter().map(|target| target.estimate(&answers)).collect();
        let finite = |x: f64| Some(x).filter(|x| x.is_finite());
        self.part.levels.push(PrecisionLevel {
            paths: result.paths,
            values: estimates.iter().map(|estimate| finite(estimate.value)).collect(),
            half_widths: estimates.iter().map(|estimate| finite(estimate.half_width)).collect(),
        });
        self.is_reached(self.part.levels.len())
    }

    /// Whether all targets are reached at the last of the first `count` levels.
    pub fn is_reached(&self, count: usize) -> bool {
        let ratios: Vec<Vec<f64>> =
            self.part.levels[..count].iter().map(|level| self.ratios(level)).collect();
        is_reached(&ratios)
    }

    fn estimates(level: &PrecisionLevel) -> impl Iterator<Item = Estimate> + '_ {
        level.values.iter().zip(&level.half_widths).map(|(value, half_width)| Estimate {
            value: value.unwrap_or(f64::NAN),
            half_width: half_width.unwrap_or(f64::NAN),
        })
    }

    fn ratios(&self, level: &PrecisionLevel) -> Vec<f64> {
        self.targets
            .iter()
            .zip(Precision::estimates(level))
            .map(|(target, estimate)| target.ratio(estimate))
            .collect()
    }

    /// The target that is farthest from reached: `microsoft_take_pv ±0.62 of ±0.41 wanted`.
    pub fn in_words(&self) -> String {
        let Some(level) = self.part.levels.last() else { return String::new() };
        let ratios = self.ratios(level);
        let worst = (0..ratios.len()).max_by(|&a, &b| ratios[a].total_cmp(&ratios[b]));
        let Some(worst) = worst else { return String::new() };
        let (target, estimate) = (&self.targets[worst], Precision::estimates(level).nth(worst));
        let estimate = estimate.expect("every target has an estimate");
        let wanted = target.wanted(estimate);
        if estimate.half_width.is_nan() {
            return format!("{} has no interval yet", target.figure());
        }
        format!("{} ±{} of ±{} wanted", target.figure(), digits(estimate.half_width), digits(wanted))
    }

    /// The failure of a run that spent all its paths and is not precise enough.
    pub fn failure(&self) -> Failure {
        let level = self.part.levels.last().expect("a run has at least one level");
        let worst = self.ratios(level).into_iter().fold(0.0, f64::max);
        let paths = thousands(level.paths);
        let coded = |message: String| Failure::coded(Exit::Imprecise, Code::Precision, message);
        if worst <= 1.0 {
            let message = format!("{paths} paths do not show the precision asked for: {}", self.in_words());
            let why = match self.part.levels.len() {
                1 => {
                    "the half-width is small enough, but it is an estimate itself, and one level alone shows nothing"
                }
                _ => {
                    "the half-width is small enough, but at the level before it was more than twice what is wanted"
                }
            };
            return coded(message).help(why).help(format!("the next level decides: -n {}", 2 * level.paths));
        }
        let message =
            format!("the precision asked for was not reached within {paths} paths: {}", self.in_words());
        coded(message).help(match paths_needed(level.paths, worst) {
            Some(needed) if needed > MAX_PATHS => {
                format!("it would take more than the {} paths that are run at most: ask for a wider interval", thousands(MAX_PATHS))
            }
            Some(needed) => format!("about {} paths would reach it: -n {needed}", thousands(needed)),
            None => "a figure that has a value on too few paths, or the same value on all of them, has no interval yet: more \
                     paths with -n, or another figure"
                .to_owned(),
        })
    }
}

/// A half-width with two significant digits.
fn digits(width: f64) -> String {
    significant(width, 2)
}
