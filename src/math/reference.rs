//! Measures the error of functions against the reference tables in `tests/reference/`; compiled for tests only.

/// The largest error of a function over a table of `x,high,low` rows, in units of the last place of `high`: over the
/// normal results, and over the subnormal ones (where `low` cannot be written, so that ½ is rounded away).
///
/// Prints it with its argument, so that the bounds in the documentation can be brought up to date.
#[expect(clippy::print_stdout, reason = "the measured error is what the test is read for")]
pub(crate) fn worst_ulps(name: &str, table: &str, function: impl Fn(f64) -> f64) -> [f64; 2] {
    let (mut worst, mut worst_at, mut rows) = ([0.0; 2], [f64::NAN; 2], 0);
    for row in table.lines().skip(1) {
        let mut columns = row.split(',').map(|text| text.parse::<f64>().expect("a number"));
        let mut next = || columns.next().expect("three columns");
        let (x, high, low) = (next(), next(), next());
        let place = high.abs().next_up() - high.abs();
        let error = ((function(x) - high) - low).abs() / place;
        let kind = usize::from(high.abs() < f64::MIN_POSITIVE);
        if error > worst[kind] || error.is_nan() {
            (worst[kind], worst_at[kind]) = (error, x);
        }
        rows += 1;
    }
    assert!(rows > 500, "{name}: only {rows} rows");
    println!(
        "{name}: normal and subnormal results at most {worst:.3?} ulp, at {worst_at:?}, over {rows} points"
    );
    worst
}
