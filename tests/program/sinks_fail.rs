//! File writers on an output that fails at byte k: they return the output's own error and never panic.

// The writers are in a full build only.
#![cfg(all(feature = "xlsx", feature = "parquet"))]

use crate::scenario;
use capstake::kernel::plan::Plan;
use capstake::math::simd::Isa;
use capstake::sink::draws_columns::{Column, Rows, columns};
use capstake_output::{draws_parquet, draws_xlsx, xlsx};
use std::io::{self, Write};

/// An output that accepts a number of bytes and then fails.
struct Full {
    left: usize,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Every byte at both ends, and in between steps that do not fall on block boundaries.
fn places(length: usize) -> Vec<usize> {
    let step = (length / 40).max(1) | 1;
    let ends = (0..40.min(length)).chain(length.saturating_sub(40)..length);
    let mut places: Vec<usize> = ends.chain((40..length).step_by(step)).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// Runs `write` on outputs that fail at each position; it must return the error of the output.
fn fails_everywhere(length: usize, write: impl Fn(Full) -> io::Result<()>) {
    for left in places(length) {
        let error = write(Full { left }).expect_err("a full output");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "at byte {left} of {length}: {error}");
    }
    // An output that is large enough gives no error, so the errors above are the output's.
    write(Full { left: length }).expect("all of it fits");
}

fn draws() -> (Vec<String>, Vec<Column>, Vec<Rows>) {
    let plan = Plan::from_model(&scenario::shipped("minimal"), 1, Isa::detect());
    let columns = columns(&plan);
    let value = |column: usize, row: usize| match (column + row) % 7 {
        0 => f64::NAN,
        _ => (column as f64 + 0.1) * (row as f64 - 3.7),
    };
    let rows = |chunk: u64| Rows {
        first_path: 500 * chunk,
        rows: 500,
        columns: (0..columns.len()).map(|column| (0..500).map(|row| value(column, row)).collect()).collect(),
    };
    (vec!["capped".to_owned()], columns.clone(), (0..3).map(rows).collect())
}

#[test]
fn draws_as_parquet() {
    let (deals, columns, chunks) = draws();
    fn write<W: Write + Send>(
        out: W,
        (deals, columns, chunks): &(Vec<String>, Vec<Column>, Vec<Rows>),
    ) -> io::Result<W> {
        let mut writer = draws_parquet::Writer::new(out, deals, &[], columns)?;
        chunks.iter().try_for_each(|rows| writer.write(rows))?;
        writer.finish(&[("units", "{}".to_owned())])
    }
    let all = (deals, columns, chunks);
    let whole = write(Vec::new(), &all).expect("a vector takes everything");
    assert!(whole.starts_with(b"PAR1") && whole.ends_with(b"PAR1"));
    fails_everywhere(whole.len(), |out| write(out, &all).map(drop));
}

#[test]
fn draws_as_a_workbook() {
    let (deals, columns, chunks) = draws();
    let place = tempfile::tempdir().expect("a folder");
    let write = |out: &mut (dyn Write + Send)| {
        let mut writer = draws_xlsx::Writer::new(&deals, &columns, place.path())?;
        chunks.iter().try_for_each(|rows| writer.write(rows))?;
        writer.finish(1_500, "2026-07-01T12:00:00Z", &[], out).map(drop)
    };
    let mut whole = Vec::new();
    write(&mut whole).expect("a vector takes everything");
    assert!(whole.starts_with(b"PK"));
    fails_everywhere(whole.len(), |mut out| write(&mut out));
}

#[test]
fn results_as_a_workbook() {
    let results = crate::page::results(&scenario::shipped("minimal"), 500);
    let book = capstake_output::workbook::workbook(&results).expect("it fits");
    let mut whole = Vec::new();
    xlsx::write(&book, &mut whole).expect("a vector takes everything");
    fails_everywhere(whole.len(), |out| xlsx::write(&book, out));
}
