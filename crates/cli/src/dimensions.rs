//! `capstake check --dimensions`: which dimension of the Sobol points each random variable of a scenario has.

use capstake::job::manifest::DimensionsPart;
use capstake::job::words::thousands;
use capstake::kernel::dimensions::Dimensions;
use capstake::model::Model;
use capstake::report::date_axis::period_label;
use capstake::rng::sobol::DIMENSIONS;

/// The page: a line for each dimension, with the stream and, for factors and shocks, the period.
pub fn page(model: &Model, dimensions: &Dimensions) -> String {
    let timeline = &model.timeline;
    let months = timeline.period_length().months();
    let labels: Vec<String> = dimensions
        .visits
        .iter()
        .map(|&period| period_label(&timeline.periods()[period].last_day.to_string(), months))
        .collect();
    let count = dimensions.count();
    let mut out = format!(
        "{}: {} dimensions of Sobol points, the most evenly spread first\ndigest {}\n",
        model.name,
        thousands(count as u64),
        DimensionsPart::of(dimensions).digest
    );
    if count > DIMENSIONS {
        out.push_str(&format!(
            "after dimension {} numbers are as under plain sampling: there are no more direction numbers\n",
            thousands(DIMENSIONS as u64)
        ));
    }
    let widest = dimensions.coordinates().map(|coordinate| coordinate.stream.len()).max().unwrap_or(0);
    out.push('\n');
    for (dimension, coordinate) in dimensions.coordinates().enumerate() {
        let period = match dimensions.inputs.contains(&coordinate.stream) {
            true => "",
            false => labels[coordinate.component].as_str(),
        };
        let line = format!("{:>5}  {:<widest$}  {period}", dimension + 1, coordinate.stream);
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
