//! Lines of business (methodology: demand).

use crate::config::{self, Code, Config, Place, Problem};

use super::parameters::ParamId;
use super::process::Process;
use super::reversion::{Reversion, Trend};
use super::table::{Table, entry_path};
use super::validator::Validator;

/// A line of business.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name; its factors are `factor.segment.NAME.level` and `.growth`.
    pub name: String,
    /// Process of its annual rate `R_k`.
    pub process: Process,
    /// Share of its demand sold through clouds, `φ_k`.
    pub cloud_sold: ParamId,
    /// Cost of inference as a fraction of sales.
    pub inference_cost: Trend,
}

/// Validates `[[segment]]`; segments without a valid process are left out.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Vec<Segment> {
    if config.segment.is_empty() {
        validator.problems.push(
            Problem::error(Code::NoSegment, Place::FILE, "the scenario has no [[segment]]")
                .found("no segment")
                .allowed("at least one")
                .help("add [[segment]] with a name and a process: revenue comes from there"),
        );
    }
    let names = validator.names(
        "segment",
        "name",
        config.segment.iter().map(|segment| (&segment.name, segment.place)),
    );
    let mut segments = Vec::new();
    for (segment, name) in config.segment.iter().zip(names) {
        let table = Table::new::<config::Segment>(entry_path("segment", &name), segment.place);
        let process = Process::validate(validator, &table, &segment.keys);
        let cloud_sold = validator.number(&table, "cloud_sold", &segment.cloud_sold);
        if config.cloud.is_empty()
            && let Some(number) = &segment.cloud_sold
            && validator.constant(cloud_sold) != Some(0.0)
        {
            validator.no_effect(
                number.place,
                format!("`{}` has no effect: there is no [[cloud]]", number.key),
                "without clouds everything is sold directly",
            );
        }
        let inference_cost = Reversion {
            now: ("inference_cost_now", &segment.inference_cost_now),
            long_run: ("inference_cost_long_run", &segment.inference_cost_long_run),
            half_life: ("inference_cost_half_life_years", &segment.inference_cost_half_life_years),
        };
        let inference_cost = inference_cost.validate(validator, &table);
        if let Some(process) = process {
            segments.push(Segment { name, process, cloud_sold, inference_cost });
        }
    }
    segments
}
