//! A number of the scenario that may be uncertain: plain, with a source, or a distribution; and the places it stands in.

use super::code::Code;
use super::leaf::{Located, choice};
use super::place::Place;
use super::problem::{Problem, Problems};
use super::section::{
    Field, KeyContext, KeySpec, Kind, Section, as_real, join, number, print_table, printed_entry,
    read_entries, read_list, section, wrong_type,
};
use super::tree::{Node, Value};
use super::unit::{Domain, Unit};

choice! {
    /// A family of distributions.
    Family {
        /// Every value from `low` to `high` alike.
        Uniform = "uniform",
        /// Rising in a straight line from `low` to `mode`, falling to `high`.
        Triangular = "triangular",
        /// A smooth hump between `low` and `high` with its peak at `mode`.
        Pert = "pert",
        /// The normal distribution, by `mean` and standard deviation `sd`.
        Normal = "normal",
        /// A value whose logarithm is normal, by `median` and the logarithm's standard deviation `sigma`.
        Lognormal = "lognormal",
        /// Student's t with `df` degrees of freedom, moved to `mean` and stretched by `scale`.
        StudentT = "student-t",
        /// The beta distribution with shapes `a` and `b`, between `low` and `high`.
        Beta = "beta",
        /// One of `values`, with chances in proportion to `weights`.
        Discrete = "discrete",
        /// One of the values in a column of a CSV file, each alike.
        Empirical = "empirical",
        /// Through three quantiles `p10`, `p50`, `p90`, with `lower` and `upper` bounds where given (metalog).
        Quantiles = "quantiles",
    }
}

section! {
    /// The table form of a number.
    NumberTable by Single;
    /// The value itself: a constant with a source or a note.
    value: Option<Located<f64>> = plain();
    /// The family of the distribution.
    dist: Option<Located<Family>> = plain();
    /// The number is the same draw as the one under this key.
    same_as: Option<Located<String>> = plain();
    /// The lowest value of uniform, triangular, pert and beta.
    low: Option<Located<f64>> = plain();
    /// The most likely value of triangular and pert.
    mode: Option<Located<f64>> = plain();
    /// The highest value of uniform, triangular, pert and beta.
    high: Option<Located<f64>> = plain();
    /// How far a pert distribution leans to its mode.
    weight: Option<Located<f64>> = plain().or("4");
    /// The mean of normal, the centre of student-t.
    mean: Option<Located<f64>> = plain();
    /// The standard deviation of normal.
    sd: Option<Located<f64>> = plain();
    /// The median of lognormal.
    median: Option<Located<f64>> = plain();
    /// The standard deviation of the logarithm of lognormal.
    sigma: Option<Located<f64>> = plain();
    /// The degrees of freedom of student-t.
    df: Option<Located<f64>> = plain();
    /// The scale of student-t.
    scale: Option<Located<f64>> = plain();
    /// The first shape of beta.
    a: Option<Located<f64>> = plain();
    /// The second shape of beta.
    b: Option<Located<f64>> = plain();
    /// The values of discrete.
    values: Option<Located<Vec<Located<f64>>>> = plain();
    /// The weights of discrete; they need not sum to 1.
    weights: Option<Located<Vec<Located<f64>>>> = plain();
    /// The CSV file of empirical, relative to the scenario's folder.
    csv: Option<Located<String>> = plain();
    /// The column of that file, by its header.
    column: Option<Located<String>> = plain();
    /// The value not reached in one case of ten, of quantiles.
    p10: Option<Located<f64>> = plain();
    /// The median, of quantiles.
    p50: Option<Located<f64>> = plain();
    /// The value exceeded in one case of ten, of quantiles.
    p90: Option<Located<f64>> = plain();
    /// The lower bound of quantiles.
    lower: Option<Located<f64>> = plain();
    /// The upper bound of quantiles.
    upper: Option<Located<f64>> = plain();
    /// The law is conditioned on being at least this.
    min: Option<Located<f64>> = plain();
    /// The law is conditioned on being at most this.
    max: Option<Located<f64>> = plain();
    /// The key of the `[[source]]` it comes from.
    source: Option<Located<String>> = plain();
    /// Why this number.
    note: Option<Located<String>> = plain();
}

impl Family {
    /// The parameters that must be given.
    pub const fn required(self) -> &'static [&'static str] {
        match self {
            Family::Uniform => &["low", "high"],
            Family::Triangular | Family::Pert => &["low", "mode", "high"],
            Family::Normal => &["mean", "sd"],
            Family::Lognormal => &["median", "sigma"],
            Family::StudentT => &["df", "mean", "scale"],
            Family::Beta => &["a", "b"],
            Family::Discrete => &["values", "weights"],
            Family::Empirical => &["csv", "column"],
            Family::Quantiles => &["p10", "p50", "p90"],
        }
    }

    /// The parameters that may be given, beside `min`, `max`, `source` and `note`, which every family takes.
    pub const fn optional(self) -> &'static [&'static str] {
        match self {
            Family::Pert => &["weight"],
            Family::Beta => &["low", "high"],
            Family::Quantiles => &["lower", "upper"],
            _ => &[],
        }
    }

    /// The parameters that must hold for one another, in words; an example of use.
    pub const fn notes(self) -> (&'static str, &'static str) {
        match self {
            Family::Uniform => ("low < high", "{ dist = \"uniform\", low = 0.25, high = 0.43 }"),
            Family::Triangular => (
                "low <= mode <= high, low < high",
                "{ dist = \"triangular\", low = 0.0, mode = 0.25, high = 0.75 }",
            ),
            Family::Pert => (
                "low <= mode <= high, low < high, weight > 0 (4 unless given); the mean is (low + weight*mode + high)/(weight + 2)",
                "{ dist = \"pert\", low = 10, mode = 25, high = 60 }",
            ),
            Family::Normal => ("sd > 0", "{ dist = \"normal\", mean = 4.5, sd = 0.6 }"),
            Family::Lognormal => {
                ("median > 0, sigma > 0", "{ dist = \"lognormal\", median = 30, sigma = 0.4 }")
            }
            Family::StudentT => (
                "df > 0, scale > 0; no mean up to df = 1, no standard deviation up to df = 2",
                "{ dist = \"student-t\", df = 5, mean = 0.04, scale = 0.02 }",
            ),
            Family::Beta => (
                "a > 0, b > 0, low < high (0 and 1 unless given)",
                "{ dist = \"beta\", a = 2, b = 5, low = 0.1, high = 0.6 }",
            ),
            Family::Discrete => (
                "as many weights as values, none negative, not all 0; values are taken in ascending order",
                "{ dist = \"discrete\", values = [34, 36, 38], weights = [0.1, 0.1, 0.8] }",
            ),
            Family::Empirical => (
                "a CSV file with a header, at most 64 MiB, every cell of the column a finite number; order statistics without interpolation",
                "{ dist = \"empirical\", csv = \"multiples.csv\", column = \"ev_to_revenue\" }",
            ),
            Family::Quantiles => (
                "p10 < p50 < p90 within lower and upper; (p50 - p10)/(p90 - p10), after the logarithm or logit that bounds bring, lies in 0.1666 to 0.8334",
                "{ dist = \"quantiles\", p10 = 0.085, p50 = 0.105, p90 = 0.13, lower = 0.03, upper = 0.5 }",
            ),
        }
    }
}

/// A number as written, with all that is known of its key.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// The full dotted key: `segment.business.growth_now`.
    pub key: String,
    /// What it is counted in.
    pub unit: Unit,
    /// Where it may lie.
    pub domain: Domain,
    /// Where the value stands.
    pub place: Place,
    /// The value.
    pub content: NumberContent,
}

/// A plain number or a table.
#[derive(Clone, Debug, PartialEq)]
pub enum NumberContent {
    /// A plain number, not yet tested: it may be `nan`.
    Constant(f64),
    /// A table, not yet judged.
    Table(Box<NumberTable>),
}

impl Number {
    /// Reads a number or its table.
    pub(crate) fn from_node(at: KeyContext<'_>, node: &Node, problems: &mut Problems) -> Option<Number> {
        let content = match &node.value {
            Value::Table(entries) => NumberContent::Table(Box::new(read_entries::<NumberTable>(
                at.path, node.place, entries, problems,
            ))),
            value => match as_real(value) {
                Some(number) => NumberContent::Constant(number),
                None => {
                    problems.push(wrong_type(at, node));
                    return None;
                }
            },
        };
        Some(Number {
            key: at.path.to_owned(),
            unit: at.spec.unit.unwrap_or(Unit::Fraction),
            domain: at.spec.domain,
            place: node.place,
            content,
        })
    }

    /// The number as it is printed: a table with nothing but a value is the value.
    pub(crate) fn to_value(&self) -> Value {
        match &self.content {
            NumberContent::Constant(number) => Value::Float(*number),
            NumberContent::Table(table) => {
                let mut entries = table.print();
                match entries.as_slice() {
                    [(key, Value::Float(_))] if key == "value" => entries.remove(0).1,
                    _ => print_table(entries),
                }
            }
        }
    }
}

impl Field for Option<Number> {
    const KIND: Kind = Kind::Number;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        *self = Number::from_node(at, node, problems);
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(Number::to_value)
    }
    fn numbers<'a>(&'a self, out: &mut Vec<&'a Number>) {
        out.extend(self);
    }
}

section! {
    /// One step of a rate that changes at dates.
    RateStep by Dated("from");
    /// The first day of this rate.
    from: Option<Located<super::leaf::Date>> = required();
    /// The rate from that day on.
    rate: Option<Number> = number(Unit::Fraction, Fraction).required();
}

/// A deal's rate: one number, or steps in time.
#[derive(Clone, Debug, PartialEq)]
pub enum RateContent {
    /// The same rate throughout.
    Number(Number),
    /// Steps in the order of the file; nothing before the first.
    Schedule(Vec<RateStep>),
}

impl Field for Option<RateContent> {
    const KIND: Kind = Kind::Steps(RateStep::SPEC);
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        *self = match &node.value {
            Value::Array(_) => Some(RateContent::Schedule(read_list(at, node, problems))),
            _ => Number::from_node(at, node, problems).map(RateContent::Number),
        };
    }
    fn print(&self) -> Option<Value> {
        match self.as_ref()? {
            RateContent::Number(number) => Some(number.to_value()),
            RateContent::Schedule(steps) => Some(steps.print().unwrap_or(Value::Array(Vec::new()))),
        }
    }
    fn numbers<'a>(&'a self, out: &mut Vec<&'a Number>) {
        match self {
            Some(RateContent::Number(number)) => out.push(number),
            Some(RateContent::Schedule(steps)) => steps.numbers(out),
            None => {}
        }
    }
}

/// What a shock moves, and how strongly.
#[derive(Clone, Debug, PartialEq)]
pub struct Loading {
    /// A segment's name, or `equity.multiple`.
    pub target: Located<String>,
    /// The factor on the shock's size.
    pub factor: Number,
}

/// The loadings of a shock, in the order of their targets: a scenario read back from its resolved text has the same rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loadings {
    /// Where the table stands.
    pub place: Place,
    /// One for each target.
    pub list: Vec<Loading>,
}

impl Field for Option<Loadings> {
    const KIND: Kind = Kind::Loadings;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        let Value::Table(entries) = &node.value else {
            problems.push(wrong_type(at, node));
            return;
        };
        let mut list = Vec::new();
        let row = number_row(at);
        let mut add = |target: String, place: Place, node: &Node, problems: &mut Problems| {
            let path = join(at.path, &target);
            if let Some(factor) = Number::from_node(KeyContext { spec: row, path: &path }, node, problems) {
                list.push(Loading { target: Located { value: target, place }, factor });
            }
        };
        for entry in entries {
            match entry.node.entries() {
                // `equity.multiple = 1.0` without quotes is a table in a table.
                Some(inner) if inner.len() == 1 && inner[0].key == "multiple" => {
                    let target = join(&entry.key, &inner[0].key);
                    add(target, entry.key_place, &inner[0].node, problems);
                }
                _ => add(entry.key.clone(), entry.key_place, &entry.node, problems),
            }
        }
        list.sort_by(|a: &Loading, b| a.target.value.cmp(&b.target.value));
        *self = Some(Loadings { place: node.place, list });
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|loadings| {
            let mut entries: Vec<_> = loadings
                .list
                .iter()
                .map(|loading| printed_entry(loading.target.value.clone(), loading.factor.to_value()))
                .collect();
            entries.sort_by(|a, b| a.key.cmp(&b.key));
            Value::Table(entries)
        })
    }
    fn numbers<'a>(&'a self, out: &mut Vec<&'a Number>) {
        out.extend(self.iter().flat_map(|loadings| &loadings.list).map(|loading| &loading.factor));
    }
}

/// The total of a calendar year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearTotal {
    /// The year.
    pub year: Located<i32>,
    /// Its total.
    pub total: Number,
}

/// Totals of calendar years, in the order of the years.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnnualTotals {
    /// Where the table stands.
    pub place: Place,
    /// One for each year.
    pub list: Vec<YearTotal>,
}

impl Field for Option<AnnualTotals> {
    const KIND: Kind = Kind::Years;
    fn read(&mut self, at: KeyContext<'_>, node: &Node, problems: &mut Problems) {
        let Value::Table(entries) = &node.value else {
            problems.push(wrong_type(at, node));
            return;
        };
        let mut list = Vec::new();
        let row = number_row(at);
        for entry in entries {
            let path = join(at.path, &entry.key);
            let digits = entry.key.len() == 4 && entry.key.bytes().all(|byte| byte.is_ascii_digit());
            if !digits {
                problems.push(
                    Problem::error(
                        Code::NotAYear,
                        entry.key_place,
                        format!("`{}` is not a calendar year in `{}`", entry.key, at.path),
                    )
                    .found(entry.key.clone())
                    .allowed("years of four digits, like 2027"),
                );
            } else if let Ok(year) = entry.key.parse()
                && let Some(total) =
                    Number::from_node(KeyContext { spec: row, path: &path }, &entry.node, problems)
            {
                list.push(YearTotal { year: Located { value: year, place: entry.key_place }, total });
            }
        }
        list.sort_by_key(|total| total.year.value);
        *self = Some(AnnualTotals { place: node.place, list });
    }
    fn print(&self) -> Option<Value> {
        self.as_ref().map(|totals| {
            let entry =
                |total: &YearTotal| printed_entry(format!("{:04}", total.year.value), total.total.to_value());
            Value::Table(totals.list.iter().map(entry).collect())
        })
    }
    fn numbers<'a>(&'a self, out: &mut Vec<&'a Number>) {
        out.extend(self.iter().flat_map(|totals| &totals.list).map(|total| &total.total));
    }
}

/// The row for the numbers inside a map of numbers.
fn number_row(at: KeyContext<'_>) -> &'static KeySpec {
    const LOADING: KeySpec = number(Unit::Multiple, Domain::Any).row("loading", Kind::Number, "");
    const TOTAL: KeySpec = number(Unit::UsdBn, Domain::Positive).row("total", Kind::Number, "");
    match at.spec.kind {
        Kind::Years => &TOTAL,
        _ => &LOADING,
    }
}
