//! Shocks: rare jumps of revenue or of the equity multiple (methodology: demand).

use crate::config::{self, Code, Config, Loading, Problem};

use super::parameters::ParamId;
use super::table::{Table, entry_path};
use super::validator::Validator;

/// What a shock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShockTarget {
    /// The log level of the segment with this index.
    Segment(usize),
    /// The logarithm of the equity multiple.
    Multiple,
}

/// A jump that occurs at most once per period. Its random streams are `shock.NAME.strike` (uniform) and
/// `shock.NAME.size` (normal).
#[derive(Clone, Debug)]
pub struct Shock {
    /// Its name.
    pub name: String,
    /// Occurrences per year.
    pub rate: ParamId,
    /// Mean of the size `J`, in logarithms.
    pub mean: ParamId,
    /// Standard deviation of the size, in logarithms.
    pub sd: ParamId,
    /// What it moves, each with its multiplier of the size.
    pub loadings: Vec<(ShockTarget, ParamId)>,
}

/// Validates `[[shock]]`.
pub(super) fn validate(validator: &mut Validator, config: &Config) -> Vec<Shock> {
    let names = validator.names("shock", "name", config.shock.iter().map(|shock| (&shock.name, shock.place)));
    let targets = Targets::new(config);
    let mut shocks = Vec::new();
    for (shock, name) in config.shock.iter().zip(names) {
        let table = Table::new::<config::Shock>(entry_path("shock", &name), shock.place);
        let mut loadings: Vec<(ShockTarget, ParamId)> = Vec::new();
        match &shock.loading {
            None => validator.missing(&table, "loading"),
            Some(given) if given.list.is_empty() => {
                validator.no_effect(
                    given.place,
                    format!("the shock `{name}` moves nothing"),
                    "name a segment in `loading`",
                );
            }
            Some(given) => {
                for loading in &given.list {
                    targets.add(validator, &name, loading, &mut loadings);
                }
            }
        }
        shocks.push(Shock {
            rate: validator.number(&table, "rate_per_year", &shock.rate_per_year),
            mean: validator.number(&table, "mean", &shock.mean),
            sd: validator.number(&table, "sd", &shock.sd),
            loadings,
            name,
        });
    }
    shocks
}

/// The key of the equity multiple among the loadings of a shock.
const MULTIPLE: &str = "equity.multiple";

/// What shocks can move: the segments and, if there is one, the equity multiple.
struct Targets {
    /// Names of the segments, then of the multiple.
    names: Vec<String>,
    segments: usize,
    has_multiple: bool,
}

impl Targets {
    fn new(config: &Config) -> Targets {
        let mut names: Vec<String> =
            config.segment.iter().flat_map(|segment| &segment.name).map(|name| name.value.clone()).collect();
        let segments = names.len();
        let has_multiple = config
            .equity
            .as_ref()
            .is_some_and(|equity| super::equity::method(equity) != config::Method::PerpetualGrowth);
        if has_multiple {
            names.push(MULTIPLE.to_owned());
        }
        Targets { names, segments, has_multiple }
    }

    /// Adds one loading of the shock `name`; reports a target that is unknown or given twice.
    fn add(
        &self,
        validator: &mut Validator,
        name: &str,
        loading: &Loading,
        loadings: &mut Vec<(ShockTarget, ParamId)>,
    ) {
        let written = &loading.target;
        if written.value == MULTIPLE && !self.has_multiple {
            validator.problems.push(
                Problem::error(
                    Code::UnknownSegment,
                    written.place,
                    format!("the shock `{name}` moves `{MULTIPLE}`, and there is none"),
                )
                .found(MULTIPLE)
                .allowed(self.names.join(", "))
                .help("add [equity] with a method that has a multiple, or take the loading out"),
            );
            return;
        }
        let index = validator.find(written, &self.names, Code::UnknownSegment, "segment", "segment");
        let id = validator.optional(&Some(loading.factor.clone()));
        let Some((index, id)) = index.zip(id) else { return };
        let target = if index < self.segments { ShockTarget::Segment(index) } else { ShockTarget::Multiple };
        if loadings.iter().any(|(other, _)| *other == target) {
            validator.problems.push(
                Problem::error(
                    Code::DuplicateName,
                    written.place,
                    format!("the shock `{name}` moves `{}` twice", written.value),
                )
                .found(written.value.clone())
                .help("keep one of the loadings"),
            );
        }
        loadings.push((target, id));
    }
}
