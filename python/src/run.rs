//! Runs: simulating them, and what they give.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use capstake::config::Code;
use capstake::job::cost::Cost;
use capstake::job::error::{Exit, Failure};
use capstake::job::formats::{Draws as DrawsFormat, Format};
use capstake::job::manifest::Status;
use capstake::job::request::{self, MAX_PATHS};
use capstake::job::series;
use capstake::job::words::thousands;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::run::State;
use capstake::sink::path_series;
use capstake::study::quantity::{Of, Quantity, UnknownName, position};
use capstake::study::subjects::subjects;
use capstake_cli::embedded::RunPrecision;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::calling::{interrupted, is_interrupt, watched};
use super::check::fits;
use super::core::{Core, Ended, Simulation, simulate};
use super::draws::Draws;
use super::error::{raised, raised_with, with_result};
use super::metric::Metric;
use super::paths::Source;
use super::sampling::sampling_named;
use super::scenario::Scenario;
use super::table::Table;
use super::{arrow, columns, output, saved};

/// Simulates a scenario.
#[pyfunction]
#[pyo3(signature = (scenario, paths=None, seed=None, threads=None, sampling=None, precision=Vec::new(), progress=None))]
pub(crate) fn run(
    py: Python<'_>,
    scenario: PyRef<'_, Scenario>,
    paths: Option<u64>,
    seed: Option<u64>,
    threads: Option<u16>,
    sampling: Option<&str>,
    precision: Vec<String>,
    progress: Option<Py<PyAny>>,
) -> PyResult<Py<Run>> {
    let sampling = sampling_named(sampling).map_err(|failure| raised(py, &failure))?;
    let (file, judged) = (scenario.file.clone(), Arc::clone(&scenario.judged));
    drop(scenario);
    let prepared = py.detach(|| {
        let model = &judged.model;
        let plan = Plan::from_model(model, request::randomness(seed, sampling, &judged), Isa::detect());
        let (cost, threads) = (Cost::of(&plan), request::threads(threads));
        let paths = request::paths(paths, &plan, &cost, threads)?;
        let precision = RunPrecision::read(&plan, &precision, paths)?;
        fits(&cost, paths, threads)?;
        Ok((plan, paths, threads, precision))
    });
    let (plan, paths, threads, precision) = prepared.map_err(|failure: Failure| raised(py, &failure))?;
    let from = State::new(&plan);
    let task = Simulation { file, scenario: judged, plan, paths, threads, before: 0.0, precision };
    let (ended, error) = watched(py, progress.as_ref(), move |watch| simulate(task, from, watch));
    given(py, ended, error)
}

/// The run, or the exception for how it ended.
pub(crate) fn given(py: Python<'_>, ended: Ended, error: Option<PyErr>) -> PyResult<Py<Run>> {
    let core = match ended {
        Ended::NonFinite(failure, paths) => return Err(raised_with(py, &failure, &paths)),
        Ended::Imprecise(core, failure) => {
            if let Some(error) = error {
                return Err(error);
            }
            let error = raised(py, &failure);
            let run = Py::new(py, Run(Arc::from(core)))?;
            with_result(py, &error, run)?;
            return Err(error);
        }
        Ended::Done(core) => core,
    };
    let partial = core.manifest.status == Status::Partial;
    let (done, asked) = (core.result.paths, core.manifest.run.paths_asked);
    match error {
        // What was raised came too late to stop anything: the run is whole, and the exception still counts.
        Some(error) if is_interrupt(py, &error) => {
            let kept = done > 0 || !partial;
            let run = if kept { Some(Py::new(py, Run(Arc::from(core)))?) } else { None };
            let run = run.map(|run| run.into_bound(py).into_any());
            Err(interrupted(py, run, done, asked))
        }
        Some(error) => Err(error),
        None => Py::new(py, Run(Arc::from(core))),
    }
}

/// A run.
#[pyclass(frozen, module = "capstake._capstake")]
pub struct Run(pub(crate) Arc<Core>);

fn unknown(py: Python<'_>, error: UnknownName) -> PyErr {
    raised(py, &Failure::coded(Exit::Usage, Code::UnknownQuantity, error.message).help(error.help))
}

impl Run {
    /// The paths that are meant, of those of the run.
    fn range(&self, first: u64, paths: Option<u64>) -> Result<Range<u64>, Failure> {
        let there = self.0.result.paths;
        let end = paths.map_or(there.max(first), |paths| first.saturating_add(paths));
        if end > there || (first >= there && paths.is_none()) {
            let message = format!(
                "the run has paths 0 to {}, and not path {}",
                thousands(there.saturating_sub(1)),
                thousands(if first >= there { first } else { end - 1 })
            );
            return Err(Failure::coded(Exit::Usage, Code::PathsOption, message)
                .help("more paths of the same run: extend(paths=…)"));
        }
        Ok(first..end)
    }
}

#[pymethods]
impl Run {
    #[getter]
    fn scenario(&self) -> Scenario {
        Scenario { file: self.0.file.clone(), judged: Arc::clone(&self.0.scenario) }
    }

    #[getter]
    fn paths(&self) -> u64 {
        self.0.result.paths
    }

    #[getter]
    fn paths_asked(&self) -> u64 {
        self.0.manifest.run.paths_asked
    }

    #[getter]
    fn seed(&self) -> u64 {
        self.0.plan.seed()
    }

    #[getter]
    fn complete(&self) -> bool {
        self.0.manifest.status == Status::Complete
    }

    #[getter]
    fn seconds(&self) -> f64 {
        self.0.manifest.run.wall_seconds
    }

    /// Deals, then differences, each with its metrics.
    #[getter]
    fn subjects(&self) -> Vec<(String, Vec<String>)> {
        let year = self.0.plan.model().run.mix_year;
        let named = |(name, metrics): (String, Vec<capstake::kernel::metric::Metric>)| {
            (name, metrics.iter().map(|metric| metric.name(year)).collect())
        };
        subjects(&self.0.plan).into_iter().map(named).collect()
    }

    /// Names of the yearly series.
    #[getter]
    fn series(&self) -> Vec<String> {
        path_series::all(&self.0.plan).into_iter().map(|column| column.name).collect()
    }

    /// The name of a deal or difference, as in the tables.
    fn subject(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        let of = Of::named(&self.0.plan, name).map_err(|error| unknown(py, error))?;
        let known = Of::all(&self.0.plan);
        if !known.contains(&of) {
            let first = &self.0.plan.model().deals[0].name;
            let message = format!("`{name}` is not computed: differences are taken from the first deal");
            let help = format!("write a later deal first, and `{first}` second");
            return Err(raised(py, &Failure::coded(Exit::Usage, Code::UnknownQuantity, message).help(help)));
        }
        Ok(of.name(&self.0.plan))
    }

    /// A metric of a deal or difference.
    fn metric(&self, py: Python<'_>, of: &str, metric: &str) -> PyResult<Metric> {
        let (core, name) = (&self.0, self.subject(py, of)?);
        let of = Of::named(&core.plan, &name).map_err(|error| unknown(py, error))?;
        let quantity = Quantity::of_name(&core.plan, of, metric).map_err(|error| unknown(py, error))?;
        let (who, at) = position(&core.plan, quantity).expect("the run computes it");
        let key = quantity.metric.name(core.plan.model().run.mix_year);
        let (ranked, tables) = py.detach(|| (core.result.metrics[who][at].ranked(), core.tables()));
        let row = tables.summary.iter().find(|row| row.deal == name && row.metric == key);
        let exact = tables.is_exact(&name, &key);
        Ok(Metric::new(row.expect("every metric has a row").clone(), ranked, exact))
    }

    /// A table by the stem of its file; `None` if there is none of that name.
    fn table(&self, py: Python<'_>, name: &str) -> Option<Table> {
        let core = &self.0;
        py.detach(|| {
            let tables = || core.tables();
            Some(Table(match name {
                "summary" => arrow::rows(&tables().summary),
                "quantiles" => arrow::rows(&tables().quantiles),
                "annual" => arrow::rows(&tables().annual),
                "histogram" => arrow::rows(&tables().histogram),
                "inputs" => arrow::rows(&tables().inputs),
                "correlations" => arrow::rows(&tables().correlations),
                "events" => arrow::rows(&tables().events),
                "sample_paths" => arrow::rows(&output::results(core).tables.sample_paths),
                "bridge" => arrow::rows(&output::results(core).tables.bridge),
                "origins" => arrow::rows(&output::results(core).tables.origins),
                _ => return None,
            }))
        })
    }

    /// Inputs and metrics of single paths.
    #[pyo3(signature = (columns=None, first=0, paths=None, threads=None))]
    fn draws(
        &self,
        py: Python<'_>,
        columns: Option<Vec<String>>,
        first: u64,
        paths: Option<u64>,
        threads: Option<u16>,
    ) -> PyResult<Draws> {
        let core = &self.0;
        let make = || {
            let range = self.range(first, paths)?;
            let threads = threads.map_or(core.threads(), usize::from);
            let pruned = columns.is_some();
            let columns = match columns {
                Some(names) => columns::named(&core.plan, &names)?,
                None => columns::all(&core.plan),
            };
            Ok(Source::draws(&core.scenario.model, &core.plan, columns, pruned, range, threads))
        };
        let source = py.detach(make).map_err(|failure: Failure| raised(py, &failure))?;
        Ok(Draws(Arc::new(source)))
    }

    /// Yearly series of single paths.
    #[pyo3(signature = (series, first=0, paths=None, threads=None))]
    fn years(
        &self,
        py: Python<'_>,
        series: Vec<String>,
        first: u64,
        paths: Option<u64>,
        threads: Option<u16>,
    ) -> PyResult<Draws> {
        let core = &self.0;
        let make = || {
            let range = self.range(first, paths)?;
            let threads = threads.map_or(core.threads(), usize::from);
            let columns = series::named(&core.plan, &series)?;
            Ok(Source::years(&core.scenario.model, &core.plan, columns, range, threads))
        };
        let source = py.detach(make).map_err(|failure: Failure| raised(py, &failure))?;
        Ok(Draws(Arc::new(source)))
    }

    /// The same run with more paths in all.
    #[pyo3(signature = (paths, threads=None, progress=None))]
    fn extend(
        &self,
        py: Python<'_>,
        paths: u64,
        threads: Option<u16>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Py<Run>> {
        let core = &self.0;
        let before = core.result.paths;
        let refused = |message: String| Failure::coded(Exit::Usage, Code::PathsOption, message);
        if paths < before {
            let message = format!("the run has {} paths, more than {}", thousands(before), thousands(paths));
            let failure = refused(message)
                .help("`paths` is their number in all; for fewer, run the scenario with `paths=`");
            return Err(raised(py, &failure));
        }
        if paths > MAX_PATHS {
            let message = format!("at most {} paths are run, not {}", thousands(MAX_PATHS), thousands(paths));
            return Err(raised(py, &refused(message)));
        }
        request::within_points(&core.plan, paths, Exit::Usage).map_err(|failure| raised(py, &failure))?;
        let from = core.sums().map_err(|failure| raised(py, &failure))?;
        let threads = threads.map_or(core.threads(), usize::from);
        let task = Simulation { threads, before: core.manifest.run.wall_seconds, ..core.again(paths) };
        let (ended, error) = watched(py, progress.as_ref(), move |watch| simulate(task, from, watch));
        given(py, ended, error)
    }

    /// Writes the results folder.
    #[pyo3(signature = (folder, formats=None, draws=None, series=None, force=false, progress=None))]
    fn save(
        &self,
        py: Python<'_>,
        folder: PathBuf,
        formats: Option<Vec<String>>,
        draws: Option<String>,
        series: Option<Vec<String>>,
        force: bool,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<()> {
        let named = |name: &String| Format::named(name);
        let usage = |why: String| raised(py, &Failure::told(Exit::Usage, why));
        let formats = formats.map(|names| names.iter().map(named).collect::<Result<Vec<_>, _>>());
        let formats = formats.transpose().map_err(usage)?;
        let draws = draws.as_deref().map(DrawsFormat::named).transpose().map_err(usage)?;
        let has_series = series.as_ref().is_some_and(|names| !names.is_empty());
        if has_series && draws.and_then(DrawsFormat::paths_file).is_none() {
            let why = "yearly series are written beside draws, as csv or parquet: draws=\"parquet\"";
            return Err(usage(why.to_owned()));
        }
        let files = saved::Files { formats, draws, series: series.unwrap_or_default() };
        saved::save(py, &self.0, folder, files, force, progress.as_ref())
    }

    /// Simulates it again and compares.
    #[pyo3(signature = (progress=None))]
    fn verify(&self, py: Python<'_>, progress: Option<Py<PyAny>>) -> PyResult<()> {
        saved::verify(py, &self.0, progress.as_ref())
    }

    /// The manifest as JSON.
    fn manifest(&self) -> String {
        String::from_utf8_lossy(&self.0.manifest.bytes()).into_owned()
    }

    /// The command that gives the same run.
    fn command(&self) -> String {
        capstake::report::command::again(&self.0.manifest.facts())
    }

    /// The answer on one screen, as the program prints it.
    fn screen(&self, py: Python<'_>, width: usize) -> String {
        let core = &self.0;
        py.detach(|| output::screen(core, width))
    }

    /// The page as HTML.
    fn page<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        let core = &self.0;
        PyBytes::new(py, &py.detach(|| output::report(core)))
    }

    /// The workbook.
    fn workbook<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let core = &self.0;
        let bytes = py.detach(|| output::workbook(core)).map_err(|failure| raised(py, &failure))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Names and titles of the page's figures.
    fn pictures(&self, py: Python<'_>) -> Vec<(String, String)> {
        let core = &self.0;
        py.detach(|| output::pictures(&output::page(core)))
    }

    /// A figure of the page as SVG.
    fn picture(&self, py: Python<'_>, name: &str) -> PyResult<String> {
        let core = &self.0;
        py.detach(|| output::picture(&output::page(core), name)).map_err(|failure| raised(py, &failure))
    }
}
