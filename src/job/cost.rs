//! Estimates the time, memory and disk of a run from the size of its plan, without simulating.

use super::formats::{Draws, Format};
use crate::kernel::plan::Plan;
use crate::model::parameters::Distribution;
use crate::run::{CHUNK_PATHS, QUANTILE_PATHS};

// Nanoseconds of one core, fitted on the scenarios in `configs/` and `tests/it/scenarios` (AVX2, one shared core, 2026):
// within a fifth of what was measured on the shipped ones, within a factor of two on the others and on other machines,
// which is enough to choose a number of paths.
const INPUT: f64 = 38.0;
const METRIC: f64 = 13.0;
const PERIOD_PROCESS: f64 = 35.0;
const PERIOD_SHOCK: f64 = 14.0;
const PERIOD_DEAL: f64 = 10.0;
const PERIOD_DEAL_CLOUD: f64 = 9.0;
/// Yearly series are binned on the first paths only.
const YEAR_BINS: f64 = 6.0;
const DRAWS_CELL: f64 = 60.0;
/// A group of deals that takes sales and dues from its base, and counts them against a cap of its own: part of the cost of a
/// deal.
const WITH_BASE: f64 = 0.43;
/// Metrics of a copy, with their differences from the scenario.
const COPY_METRICS: f64 = 22.0;
/// A further deal of a group, which adds its own present values: part of the cost of a deal.
const SAME_GROUP: f64 = 0.1;

// Bytes, fitted on the shipped scenarios (workbook within a third, page within a fifth of what was written).
const WORKBOOK: f64 = 50e3;
const WORKBOOK_METRIC: f64 = 4.5e3;
const PAGE: f64 = 80e3;
const PAGE_METRIC: f64 = 4e3;
const PAGE_SERIES_PERIOD: f64 = 300.0;
/// Size of a cell in Parquet and in a sheet, relative to CSV.
const PARQUET: f64 = 0.33;
const SHEET: f64 = 0.6;
/// Size of a sheet before it is packed, relative to the packed one.
const SHEET_UNPACKED: f64 = 5.0;
/// Bytes of a full sheet.
const FULL_SHEET: f64 = 300e6;
/// Bytes of the program itself before it simulates.
const PROGRAM: f64 = 12e6;
/// Seconds per metric to make the workbook and the page.
const MADE_METRIC: f64 = 2.5e-3;

/// Cost estimates for one plan.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Per path on one core.
    path_seconds: f64,
    /// Extra seconds per path for the first paths, whose yearly series are binned.
    first_path_seconds: f64,
    /// Per path of a copy of a deal with another term, on one core.
    copy_seconds: f64,
    /// Per path in a draws file, on one core.
    draws_seconds: f64,
    /// Per path in a draws file.
    draws_path_bytes: f64,
    /// Rows of a path in a file of yearly series: deals times years.
    series_rows: f64,
    /// All tables together.
    tables_bytes: f64,
    workbook_bytes: f64,
    page_bytes: f64,
    made_seconds: f64,
    /// Number of metrics, and of yearly series times years; their bins dominate the saved state.
    binned: (f64, f64),
    /// Bytes of the sample paths in the saved state.
    state_samples: f64,
    memory_base: f64,
    memory_thread: f64,
    /// Samples of empirical inputs, which stay in memory.
    memory_samples: f64,
    /// What reading them takes beyond that, before anything is simulated: the files, and the largest sample in the order of
    /// its file.
    memory_reading: f64,
}

impl Cost {
    /// Estimates the cost of a plan from the number of its inputs, deals, periods and metrics.
    pub fn of(plan: &Plan) -> Cost {
        let model = plan.model();
        let count = |n: usize| n as f64;
        let periods = count(plan.steps().periods.len());
        let years = count(plan.steps().years.len());
        let (deals, clouds) = (count(plan.deals().len()), count(model.clouds.len()));
        let groups = plan.deal_groups();
        let sharing = count(groups.iter().filter(|group| group.shares_with.is_some()).count());
        let own_deals =
            count(groups.len()) - (1.0 - WITH_BASE) * sharing + SAME_GROUP * (deals - count(groups.len()));
        let inputs = count(plan.inputs().nums.len());
        let series: f64 = plan.deals().iter().map(|deal| count(deal.series.len())).sum();
        let own: f64 = plan.deals().iter().map(|deal| count(deal.metrics.len())).sum();
        let metrics = own + plan.differences().iter().map(|one| count(one.metrics.len())).sum::<f64>();
        let processes = count(model.segments.len())
            + count(usize::from(model.microsoft.ai.is_some()))
            + count(usize::from(model.equity.is_some_and(|equity| equity.method.multiple().is_some())));
        let path = INPUT * inputs
            + METRIC * metrics
            + periods
                * (PERIOD_PROCESS * processes
                    + PERIOD_SHOCK * count(model.shocks.len())
                    + own_deals * (PERIOD_DEAL + PERIOD_DEAL_CLOUD * clouds));
        let copy = periods * WITH_BASE * (PERIOD_DEAL + PERIOD_DEAL_CLOUD * clouds) + METRIC * COPY_METRICS;
        let cells = deals * (inputs + count(crate::kernel::metric::Metric::ALL.len()));
        // Number of rows times their usual length.
        let tables = metrics * (250.0 + 27.0 * 75.0 + 45.0 * 60.0)
            + years * series * 130.0
            + 50.0 * series * periods * 55.0
            + deals * periods * 4.0 * 45.0
            + count(model.parameters.entries().len()) * 140.0
            + 20_000.0;
        // A metric's fine bins spread over a dozen powers of two, those of a year too (see `stats::bins`): 100 million paths of
        // base take 73 MB with two threads, 80 with workbook and page.
        let memory_base = 6e6 + metrics * 0.4e6 + years * series * 40e3;
        let memory_thread = 3e6 + count(CHUNK_PATHS as usize) * 8.0 * (metrics + years * series);
        let samples = model.parameters.entries().iter().map(|entry| match &entry.distribution {
            Distribution::Uncertain(law) => count(law.sample_len()) * count(size_of::<f64>()),
            Distribution::Constant(_) => 0.0,
        });
        let largest = samples.clone().fold(0.0, f64::max);
        Cost {
            path_seconds: path * 1e-9,
            first_path_seconds: YEAR_BINS * years * series * 1e-9,
            copy_seconds: copy * 1e-9,
            draws_seconds: cells * DRAWS_CELL * 1e-9,
            series_rows: deals * years,
            draws_path_bytes: cells * 18.5 + deals * 25.0,
            tables_bytes: tables,
            workbook_bytes: WORKBOOK + WORKBOOK_METRIC * metrics,
            page_bytes: PAGE + PAGE_METRIC * metrics + PAGE_SERIES_PERIOD * series * periods,
            made_seconds: MADE_METRIC * metrics,
            binned: (metrics, years * series),
            state_samples: 50.0 * series * periods * 8.0,
            memory_base,
            memory_thread,
            memory_samples: samples.sum(),
            memory_reading: model.empirical_bytes as f64 + largest,
        }
    }

    /// Wall time to simulate `paths`, seconds.
    pub fn seconds(&self, paths: u64, threads: usize) -> f64 {
        let first = paths.min(QUANTILE_PATHS) as f64 * self.first_path_seconds;
        0.05 + (paths as f64 * self.path_seconds + first) / threads.max(1) as f64
    }

    /// Wall time to simulate `paths` of so many copies of a deal, seconds.
    pub fn copies_seconds(&self, copies: usize, paths: u64, threads: usize) -> f64 {
        paths as f64 * copies as f64 * self.copy_seconds / threads.max(1) as f64
    }

    /// Extra wall time to write the draws of `paths`, seconds.
    pub fn draws_seconds(&self, paths: u64, threads: usize) -> f64 {
        paths as f64 * self.draws_seconds / threads.max(1) as f64
    }

    /// Size of the result files in these formats, bytes.
    pub fn files_bytes(&self, formats: &[Format]) -> f64 {
        let of = |format: &Format| match format {
            Format::Csv => self.tables_bytes,
            Format::Xlsx => self.workbook_bytes,
            Format::Html => self.page_bytes,
        };
        formats.iter().map(of).sum()
    }

    /// Time to make the files in these formats, seconds; does not depend on the number of paths.
    pub fn files_seconds(&self, formats: &[Format]) -> f64 {
        if formats.iter().any(|format| format.file().is_some()) { self.made_seconds } else { 0.0 }
    }

    /// Size of a draws file of `paths`, bytes.
    pub fn draws_bytes(&self, paths: u64, format: Draws) -> f64 {
        let as_csv = paths as f64 * self.draws_path_bytes;
        match format {
            Draws::Csv => as_csv,
            Draws::Parquet => PARQUET * as_csv,
            Draws::Xlsx => (SHEET * as_csv).min(FULL_SHEET),
        }
    }

    /// Size of a file of so many yearly series of `paths`, bytes.
    pub fn series_bytes(&self, paths: u64, series: usize, format: Draws) -> f64 {
        let as_csv = paths as f64 * self.series_rows * (25.0 + 18.5 * series as f64);
        if format == Draws::Parquet { PARQUET * as_csv } else { as_csv }
    }

    /// Size of the temporary file from which a draws file is made, beside it, bytes: the rows of a sheet before they are
    /// packed.
    pub fn draws_scratch_bytes(&self, paths: u64, format: Draws) -> f64 {
        match format {
            Draws::Csv | Draws::Parquet => 0.0,
            Draws::Xlsx => SHEET_UNPACKED * self.draws_bytes(paths, format),
        }
    }

    /// Size of the saved state of so many paths: each is in one bin of a metric, until the bins are full. Those of base are
    /// 14.6 MB after a million paths, 20.9 MB after 20, 23.9 MB after 80.
    pub fn state_bytes(&self, paths: u64) -> f64 {
        let (metrics, years) = self.binned;
        let bins = |full: f64| full.min(paths as f64 * 10.0);
        metrics * bins(300e3) + years * bins(8e3) + self.state_samples
    }

    /// Peak memory, bytes; does not grow with the number of paths.
    pub fn memory_bytes(&self, threads: usize) -> f64 {
        let running = self.memory_base + threads.max(1) as f64 * self.memory_thread;
        self.memory_samples + running.max(PROGRAM + self.memory_reading)
    }
}
