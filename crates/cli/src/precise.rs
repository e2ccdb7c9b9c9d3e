//! `--precision`: what a run or study goes by from level to level, and what its manifest notes of it.

use capstake::config::Code;
use capstake::job::error::{Exit, Failure};
use capstake::job::manifest::{PrecisionLevel, PrecisionPart};
use capstake::job::request::MAX_PATHS;
use capstake::job::saved::SavedRun;
use capstake::job::words::{counted, thousands};
use capstake::kernel::plan::Plan;
use capstake::report::digits::significant;
use capstake::run::{self, Finished, Observer, RunResult, State, Task};
use capstake::study::precision::metric::MetricFigure;
use capstake::study::precision::{Estimate, Target, is_reached, paths_needed};
use capstake::study::quantity::UnknownName;
use capstake::study::valuation::valuation;

/// A run of so many paths has a level before its last one; one level alone never ends a run.
const TWO_LEVELS: u64 = 2 * run::CHUNK_PATHS;

/// Targets of a run or study, and the levels judged so far.
#[derive(Clone, Debug)]
pub struct Precision {
    targets: Vec<Target>,
    /// What the manifest notes.
    pub part: PrecisionPart,
}

/// What a level says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// More paths are needed.
    GoesOn,
    /// Every figure is precise enough.
    Reached,
    /// No path has a value of some figure: more paths would not mend it.
    NoValue,
}

/// Reads targets, each with the figure that `find` finds.
///
/// # Errors
/// A target cannot be read, or names a figure that there is not.
pub fn targets<F>(
    texts: &[String],
    find: impl Fn(&str) -> Result<F, UnknownName>,
) -> Result<(Vec<Target>, Vec<F>), Failure> {
    let read = |text: &String| {
        let read = Target::read(text).and_then(|(target, figure)| Ok((target, find(figure)?)));
        read.map_err(|unknown| refused(text, unknown))
    };
    texts.iter().map(read).collect()
}

/// The failure of a target that cannot be read.
pub fn refused(text: &str, unknown: UnknownName) -> Failure {
    let message = format!("--precision {text}: {}", unknown.message);
    let failure = Failure::coded(Exit::Usage, Code::Precision, message);
    if unknown.help.is_empty() { failure } else { failure.help(unknown.help) }
}

impl Precision {
    /// The precision asked for; `None` without targets.
    pub fn new(targets: Vec<Target>, most_paths: u64) -> Option<Precision> {
        let texts: Vec<String> = targets.iter().map(|target| target.text.clone()).collect();
        let part = PrecisionPart { targets: texts, most_paths, reached: None, levels: Vec::new() };
        (!targets.is_empty()).then_some(Precision { targets, part })
    }

    /// The targets.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// Whether a level was judged before the run was stopped.
    pub fn has_judged(&self, paths: u64) -> bool {
        self.part.levels.iter().any(|level| level.paths == paths)
    }

    /// Judges a level by the estimate of each target: notes it, and says whether the run stops here.
    pub fn judge(&mut self, paths: u64, estimates: &[Estimate]) -> Verdict {
        let finite = |x: f64| Some(x).filter(|x| x.is_finite());
        self.part.levels.push(PrecisionLevel {
            paths,
            values: estimates.iter().map(|estimate| finite(estimate.value)).collect(),
            half_widths: estimates.iter().map(|estimate| finite(estimate.half_width)).collect(),
        });
        match () {
            () if self.is_reached(self.part.levels.len()) => Verdict::Reached,
            () if !estimates.iter().all(|estimate| estimate.has_value()) => Verdict::NoValue,
            () => Verdict::GoesOn,
        }
    }

    /// Notes of each level what was farthest from precise here or in `other`, which has judged the same levels.
    pub fn take_worse(&mut self, other: &Precision) {
        let common = self.part.levels.len();
        for (own, its) in self.part.levels.iter_mut().zip(&other.part.levels) {
            for (i, target) in self.targets.iter().enumerate() {
                let pair = [&*own, its].map(|level| Precision::estimates(level).nth(i));
                let [Some(mine), Some(theirs)] = pair else { continue };
                let worst = target.worst([mine, theirs]);
                if worst.is_some_and(|worst| !worst.is_same(mine)) {
                    own.values[i] = its.values[i];
                    own.half_widths[i] = its.half_widths[i];
                }
            }
        }
        self.part.levels.extend(other.part.levels.iter().skip(common).cloned());
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

    /// The target that is farthest from reached: `microsoft_take_pv has a 95% interval of ±0.62, wanted is ±0.41`.
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
        format!(
            "{} has a 95% interval of ±{}, wanted is ±{}",
            target.figure(),
            digits(estimate.half_width),
            digits(wanted)
        )
    }

    /// What progress says of the last level: `at 8,192 paths microsoft_take_pv has a 95% interval of ±0.62, wanted is ±0.41`.
    pub fn so_far(&self) -> String {
        let Some(level) = self.part.levels.last() else { return String::new() };
        format!("at {} paths {}", thousands(level.paths), self.in_words())
    }

    /// The failure of a run or study that stopped and is not precise enough.
    pub fn failure(&self) -> Failure {
        let level = self.part.levels.last().expect("a run has at least one level");
        let worst = self.ratios(level).into_iter().fold(0.0, f64::max);
        let paths = counted(level.paths as usize, "path");
        let coded = |message: String| Failure::coded(Exit::Imprecise, Code::Precision, message);
        let without = self.targets.iter().zip(&level.values).find(|(_, value)| value.is_none());
        if let Some((target, _)) = without.filter(|_| level.paths < self.part.most_paths) {
            let message = format!(
                "the precision asked for cannot be reached: `{}` has no value on any of the first {paths}, so no more were run",
                target.figure()
            );
            return coded(message).help(
                "ask for another figure; without --precision all paths are run, and the figure has a value on those where its event happens",
            );
        }
        if worst <= 1.0 {
            let message = format!("the precision asked for is not shown by {paths}: {}", self.in_words());
            let why = match self.part.levels.len() {
                1 => {
                    "the half-width is small enough, but it is an estimate itself, and one level alone shows nothing"
                }
                _ => {
                    "the half-width is small enough, but at the level before it was more than twice what is wanted"
                }
            };
            let next = TWO_LEVELS.max(2 * level.paths);
            return coded(message).help(why).help(format!("the next level decides: -n {next}"));
        }
        let message = format!("the precision asked for was not reached within {paths}: {}", self.in_words());
        coded(message).help(match paths_needed(level.paths, worst).map(|needed| needed.max(TWO_LEVELS)) {
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

/// The precision of a run, with the figures that its targets are of.
pub struct RunPrecision {
    figures: Vec<MetricFigure>,
    /// What was asked for, and the levels judged.
    pub levels: Precision,
}

impl RunPrecision {
    /// Reads the targets; `None` without any.
    ///
    /// # Errors
    /// A target cannot be read, or names a figure that there is not.
    pub fn read(plan: &Plan, texts: &[String], most_paths: u64) -> Result<Option<RunPrecision>, Failure> {
        let (targets, figures) = targets(texts, |figure| MetricFigure::of_run(plan, figure))?;
        Ok(Precision::new(targets, most_paths).map(|levels| RunPrecision { figures, levels }))
    }

    /// That of a run that goes on.
    ///
    /// # Errors
    /// The manifest has what no run writes.
    pub fn of_manifest(saved: &SavedRun, part: &PrecisionPart) -> Result<RunPrecision, Failure> {
        let edited = |why: &str| saved.edited(&format!("its precision {why}"));
        let Ok(read) = RunPrecision::read(&saved.plan, &part.targets, part.most_paths) else {
            return Err(edited("has a target that cannot be read"));
        };
        let Some(RunPrecision { figures, levels }) = read else { return Err(edited("has no target")) };
        let (most, asked) = (part.most_paths, saved.manifest.run.paths_asked);
        let whole = |level: &PrecisionLevel| {
            [&level.values, &level.half_widths].iter().all(|n| n.len() == figures.len())
        };
        let judged = part.levels.iter().map(|level| level.paths);
        let ends = part.levels.last().map(|level| level.paths);
        let fits = match part.reached {
            None => most == asked && ends != Some(most),
            Some(_) => ends == Some(asked),
        };
        match () {
            () if !part.levels.iter().all(whole) => {
                Err(edited("has levels without a figure for each target"))
            }
            () if !judged.eq(run::levels(most).take(part.levels.len())) => {
                Err(edited("has other levels than a run has"))
            }
            () if !fits => Err(edited("does not go with its paths")),
            () => {
                let levels = Precision { part: part.clone(), ..levels };
                Ok(RunPrecision { figures, levels })
            }
        }
    }

    /// Judges a level: notes it, and says whether the run stops here.
    pub fn judge(&mut self, plan: &Plan, result: &RunResult) -> Verdict {
        let answers = valuation(plan, result);
        let estimates: Vec<Estimate> = self.figures.iter().map(|figure| figure.estimate(&answers)).collect();
        self.levels.judge(result.paths, &estimates)
    }
}

/// Runs level after level until the precision is reached or all paths are spent. `noted` hears of each level once it is judged, and
/// whether the run ends with it, before the next one begins: a run that goes on after a stop decides as if it had not been stopped.
///
/// # Errors
/// What `noted` reports.
pub fn by_levels(
    plan: &Plan,
    from: State,
    precision: &mut RunPrecision,
    threads: usize,
    observer: &dyn Observer,
    mut noted: impl FnMut(&Precision, u64, bool) -> Result<(), Failure>,
) -> Result<Finished, Failure> {
    let most = precision.levels.part.most_paths;
    let (mut state, mut chunks) = (from, 0);
    for level in run::levels(most) {
        if precision.levels.has_judged(level) {
            continue;
        }
        // A state beyond a level that is not judged, of a manifest that was lost, cannot judge it.
        if state.paths() > level {
            state = State::new(plan);
        }
        let end = level / run::CHUNK_PATHS;
        // Draws are wanted of every path, of those that are done already too; afterwards of the new ones.
        let task = Task { paths: level, chunks: chunks..end, tail: true };
        let finished = run::resume(plan, state, &task, threads, observer);
        if !finished.complete() || finished.non_finite() > 0 {
            return Ok(finished);
        }
        let verdict = precision.judge(plan, &finished.clone().into_result(plan));
        let ends = verdict != Verdict::GoesOn || level == most;
        if ends {
            precision.levels.part.reached = Some(verdict == Verdict::Reached);
        }
        noted(&precision.levels, level, ends)?;
        if ends {
            return Ok(finished);
        }
        (state, chunks) = (finished.into_state(), end);
    }
    unreachable!("the last level spends all paths")
}

/// A half-width with two significant digits.
fn digits(width: f64) -> String {
    significant(width, 2)
}
