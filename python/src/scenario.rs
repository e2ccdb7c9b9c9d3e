//! Scenarios: read, judged, changed, looked into, and run.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use capstake::config::spelling::nearest;
use capstake::config::{self, Code, ScenarioBytes, resolved};
use capstake::job::error::{Exit, Failure};
use capstake::job::request;
use capstake::job::scenario::{self as job, ScenarioFile};
use capstake::job::screen;
use capstake::kernel::plan::Plan;
use capstake::kernel::trace::{Quantity, trace};
use capstake::math::simd::Isa;
use capstake::model::absences;
use capstake::model::parameters::{Distribution, Origin, Provenance};
use capstake::report::answer::{Column, Shown, Table as Answer, Value};
use capstake::report::tables::inputs_of;
use capstake_output::scenario_input;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::check::{Estimate, estimate};
use super::error::{problems, raised};
use super::sampling::sampling_named;
use super::table::Table;
use super::{arrow, columns};

/// A scenario with its settings, judged.
#[pyclass(frozen, module = "capstake._capstake")]
pub struct Scenario {
    pub(crate) file: ScenarioFile,
    pub(crate) judged: Arc<job::Scenario>,
}

/// Names and bytes of files.
type Files = Vec<(String, Vec<u8>)>;

impl Scenario {
    fn new(py: Python<'_>, file: Result<ScenarioFile, Failure>, flags: &[String]) -> PyResult<Scenario> {
        let judged = py.detach(|| {
            let file = file?;
            let judged = file.judge(flags)?;
            Ok((file, Arc::new(judged)))
        });
        let (file, judged) = judged.map_err(|failure: Failure| raised(py, &failure))?;
        Ok(Scenario { file, judged })
    }

    /// Every key that is set, with its value as TOML.
    fn flat(&self) -> Vec<(String, String)> {
        let (_, config) = config::parse("", &self.judged.resolved, &[]);
        resolved::flat(&config.expect("what was printed reads back"))
    }

    /// Whether a setting changed a key, a part of it, or what it is part of.
    fn is_set(&self, key: &str) -> bool {
        let within = |part: &str, whole: &str| {
            part.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let keys =
            self.judged.overrides.iter().filter_map(|flag| flag.split_once('=')).map(|(own, _)| own.trim());
        keys.into_iter().any(|own| within(own, key) || within(key, own))
    }
}

#[pymethods]
impl Scenario {
    /// Reads a scenario file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Scenario> {
        let file = py.detach(|| scenario_input::read(&path));
        Scenario::new(py, file, &[])
    }

    /// Reads a scenario from text; `name` stands for its file.
    #[staticmethod]
    fn parse(py: Python<'_>, text: &str, name: PathBuf) -> PyResult<Scenario> {
        Scenario::new(py, Ok(ScenarioFile::of_text(&name, text)), &[])
    }

    /// The same with more settings, each `KEY=VALUE`.
    fn set(&self, py: Python<'_>, flags: Vec<String>) -> PyResult<Scenario> {
        let flags = [self.judged.overrides.as_slice(), &flags].concat();
        Scenario::new(py, Ok(self.file.clone()), &flags)
    }

    /// Path, files, CSV files and settings, from which [`Scenario::restore`] makes it again, on any machine.
    fn parts(&self, py: Python<'_>) -> PyResult<(PathBuf, Files, Files, Vec<String>)> {
        let (path, files) = self.file.parts();
        let files = files.iter().map(|file| (file.name.clone(), file.bytes.clone())).collect();
        let csv = self.file.csv_files(&self.judged).map_err(|failure| raised(py, &failure))?;
        let csv = csv.into_iter().map(|file| (file.name, file.bytes)).collect();
        Ok((path.to_owned(), files, csv, self.judged.overrides.clone()))
    }

    /// A scenario from its parts.
    #[staticmethod]
    fn restore(
        py: Python<'_>,
        path: PathBuf,
        files: Files,
        csv: Files,
        flags: Vec<String>,
    ) -> PyResult<Scenario> {
        let bytes =
            |files: Files| files.into_iter().map(|(name, bytes)| ScenarioBytes { name, bytes }).collect();
        Scenario::new(py, scenario_input::of_parts(&path, bytes(files), bytes(csv)), &flags)
    }

    #[getter]
    fn name(&self) -> &str {
        &self.judged.model.name
    }

    #[getter]
    fn path(&self) -> String {
        self.judged.path.display().to_string()
    }

    #[getter]
    fn digest(&self) -> &str {
        &self.judged.model.digest
    }

    #[getter]
    fn deals(&self) -> Vec<String> {
        self.judged.model.deals.iter().map(|deal| deal.name.clone()).collect()
    }

    /// The settings so far, each `KEY=VALUE`.
    #[getter]
    fn overrides(&self) -> Vec<String> {
        self.judged.overrides.clone()
    }

    /// Every key that is set, as TOML.
    fn to_toml(&self) -> String {
        self.judged.text_for(Path::new(""))
    }

    /// Every full key that is set, with its value as TOML.
    fn keys(&self) -> Vec<(String, String)> {
        self.flat()
    }

    /// The warnings as the program prints them, and one by one.
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<(String, Vec<Bound<'py, PyDict>>)> {
        let scenario = &self.judged;
        let screen = screen::problems(&scenario.sources, &scenario.warnings, false);
        Ok((screen, problems(py, &scenario.sources, &scenario.warnings)?))
    }

    /// Every number with its distribution and source, as in `inputs.csv` without what a run adds.
    fn inputs(&self) -> Table {
        Table(arrow::rows(&inputs_of(&self.judged.model)))
    }

    /// What the scenario leaves out, in sentences.
    fn absent(&self) -> Vec<String> {
        absences(&self.judged.model)
    }

    /// What a run takes: paths, threads, seconds, bytes of memory, bytes on disk.
    #[pyo3(signature = (paths=None, threads=None))]
    fn estimate(&self, py: Python<'_>, paths: Option<u64>, threads: Option<u16>) -> PyResult<Estimate> {
        estimate(&self.judged, paths, threads).map_err(|failure| raised(py, &failure))
    }

    /// Names of the columns of draws, without path and deal.
    fn columns(&self) -> Vec<String> {
        let plan = Plan::from_model(
            &self.judged.model,
            request::randomness(None, None, &self.judged),
            Isa::detect(),
        );
        columns::all(&plan).into_iter().map(|column| column.name).collect()
    }

    /// What is known of a key: a number with unit and source, or any other value as TOML.
    fn look<'py>(&self, py: Python<'py>, key: &str) -> PyResult<Bound<'py, PyDict>> {
        let model = &self.judged.model;
        let out = PyDict::new(py);
        out.set_item("key", key)?;
        let set = self.is_set(key);
        if let Some(id) = model.parameters.named(key) {
            let entry = model.parameters.entry(id);
            let alias = model.parameters.aliases().iter().find(|alias| alias.key == key);
            let (provenance, note) =
                alias.map_or((entry.provenance, &entry.note), |alias| (alias.provenance, &alias.note));
            let source = match provenance {
                Provenance::Judgement => None,
                Provenance::Source(at) | Provenance::InformedBy(at) => Some(&model.sources[at].key),
            };
            let value = match entry.distribution {
                Distribution::Constant(value) => Some(value),
                Distribution::Uncertain(_) => None,
            };
            let row = inputs_of(model).into_iter().find(|row| row.key == key);
            out.set_item("value", value)?;
            out.set_item("unit", alias.map_or(entry.unit, |alias| alias.unit).name())?;
            out.set_item("distribution", value.is_none().then_some(&entry.wording))?;
            out.set_item("mean", row.as_ref().map(|row| row.mean))?;
            out.set_item("p05", row.as_ref().map(|row| row.p05))?;
            out.set_item("p50", row.as_ref().map(|row| row.p50))?;
            out.set_item("p95", row.as_ref().map(|row| row.p95))?;
            out.set_item("source", source)?;
            out.set_item("informed", matches!(provenance, Provenance::InformedBy(_)))?;
            out.set_item("note", note)?;
            let origin = match entry.origin {
                _ if set => "set",
                Origin::Scenario => "scenario",
                Origin::Default => "default",
            };
            out.set_item("origin", origin)?;
            return Ok(out);
        }
        let flat = self.flat();
        if let Some((_, value)) = flat.iter().find(|(own, _)| own == key) {
            out.set_item("toml", value)?;
            out.set_item("origin", if set { "set" } else { "scenario" })?;
            return Ok(out);
        }
        let failure =
            Failure::coded(Exit::Usage, Code::UnknownKey, format!("the scenario has no key `{key}`"));
        let known = flat.iter().map(|(own, _)| own.as_str());
        let numbers = model.parameters.entries().iter().map(|entry| entry.key.as_str());
        let all: Vec<&str> = known.chain(numbers).collect();
        let within = |own: &&str| own.strip_prefix(key).is_some_and(|rest| rest.starts_with('.'));
        let ends = |own: &&str| own.rsplit('.').next().is_some_and(|last| last.starts_with(key));
        let of = |is: &dyn Fn(&&str) -> bool| {
            all.iter().copied().filter(|own| !key.is_empty() && is(own)).collect()
        };
        // A table or an entry of a list is meant, or the end of a key.
        let mut meant: Vec<&str> = of(&within);
        if meant.is_empty() {
            meant = of(&ends);
        }
        meant.sort_unstable();
        meant.dedup();
        let failure = match nearest(key, all.iter().copied()) {
            _ if !meant.is_empty() => failure.help(format!("write the full key: {}", meant.join(", "))),
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`scenario.keys()` lists those that are set"),
        };
        Err(raised(py, &failure))
    }

    /// One path period by period: every quantity of the model.
    #[pyo3(signature = (path, seed=None, sampling=None))]
    fn replay(
        &self,
        py: Python<'_>,
        path: u64,
        seed: Option<u64>,
        sampling: Option<&str>,
    ) -> PyResult<Table> {
        let model = &self.judged.model;
        let plan = sampling_named(sampling).and_then(|sampling| {
            let randomness = request::randomness(seed, sampling, &self.judged);
            let plan = Plan::from_model(model, randomness, Isa::detect());
            request::within_points(&plan, path.saturating_add(1), Exit::Usage)?;
            Ok(plan)
        });
        let plan = plan.map_err(|failure| raised(py, &failure))?;
        let trace = trace(&plan, path);
        let mut rows: Vec<Vec<Value>> = Vec::new();
        for (p, period) in model.timeline.periods().iter().enumerate() {
            let end = period.last_day.to_string();
            let mut add = |deal: &str, quantities: &[Quantity], values: &[f64]| {
                for (quantity, &value) in quantities.iter().zip(values) {
                    let name = Value::from(quantity.name.clone());
                    rows.push(vec![
                        deal.into(),
                        end.as_str().into(),
                        name,
                        quantity.unit.name().into(),
                        value.into(),
                    ]);
                }
            };
            add("", &trace.shared, &trace.shared_values[p]);
            for (d, deal) in model.deals.iter().enumerate() {
                add(&deal.name, &trace.own[d], &trace.own_values[d][p]);
            }
        }
        let keys = ["deal", "period_end", "quantity", "unit"].map(Column::key);
        let columns = keys.into_iter().chain([Column::quantity("value", None)]).collect();
        let table = Answer { name: "replay".into(), title: String::new(), columns, rows, shown: Shown::All };
        Ok(Table(arrow::study(&table)))
    }
}
