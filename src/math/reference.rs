//! Measures functions against the reference tables under `tests/reference/`; compiled for tests only.

/// The largest error of a function over a table of `x,high,low` rows, in units of the last place of `high`.
///
/// Prints it with its argument, so that the bounds in the documentation can be brought up to date.
#[expect(clippy::print_stdout, reason = "the measured error is what the test is read for")]
pub(crate) fn worst_ulps(name: &str, table: &str, function: impl Fn(f64) -> f64) -> f64 {
    let (mut worst, mut worst_at, mut rows) = (0.0, f64::NAN, 0);
    for row in table.lines().skip(1) {
        let mut columns = row.split(',').map(|text| text.parse::<f64>().expect("a number"));
        let mut next = || columns.next().expect("three columns");
        let (x, high, low) = (next(), next(), next());
        let place = high.abs().next_up() - high.abs();
        let error = ((function(x) - high) - low).abs() / place;
        // NaN counts as an error.
        if !(error <= worst) {
            (worst, worst_at) = (error, x);
        }
        rows += 1;
    }
    assert!(rows > 500, "{name}: only {rows} rows");
    println!("{name}: at most {worst:.3} ulp, at {worst_at:e}, over {rows} points");
    worst
}
