//! Workbooks that fuzzing found worth keeping, given to the property of the fuzz target again, and many more that chance makes.

#[path = "../../fuzz/workbooks.rs"]
mod workbooks;

use std::path::Path;

#[test]
fn kept_workbooks() {
    let folder = Path::new(crate::ROOT).join("fuzz/kept/workbook");
    let mut accepted = 0;
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    for file in &files {
        println!("{}", file.display());
        accepted += usize::from(workbooks::workbook(&std::fs::read(file).expect("a file")));
    }
    println!("{} inputs, {accepted} accepted", files.len());
    assert!(files.len() >= 20, "{} inputs", files.len());
    assert!(accepted >= 5 && accepted + 10 < files.len(), "{accepted} of {} are accepted", files.len());
}

#[test]
fn workbooks_changed_by_chance() {
    // Marsaglia's xorshift: enough for a choice of cells.
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut chance = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let contents = [
        "",
        "0",
        "1",
        "-3",
        "0.25",
        "1e300",
        "46000",
        "\"none",
        "\"constant",
        "\"quantiles",
        "\"uniform",
        "\"discrete",
        "\"same_as",
        "\"empirical",
        "\"deal.capped.rate",
        "\"deal.x.like",
        "\"capped",
        "\"segment.all.growth",
        "\"median = 2, sigma = 0.3",
        "\"[[contract]]",
        "\"key",
        "\"true",
        "\"2030-01-01",
        "\"0,12",
        "#DIV/0!",
        "=A1",
        "=1=2",
        "\"see above",
        "\"a.b.c.d",
    ];
    let (mut accepted, rounds) = (0, 1_500);
    for _ in 0..rounds {
        let mut lines = "x".to_owned();
        for _ in 0..=chance(5) {
            let column = char::from(b'A' + chance(18) as u8);
            lines += &format!("{column}{} {}\n", 7 + chance(95), contents[chance(contents.len())]);
        }
        accepted += usize::from(workbooks::workbook(lines.replace(" \n", "\n").as_bytes()));
    }
    println!("{accepted} of {rounds} are accepted");
    assert!(accepted > rounds / 50 && accepted < rounds, "{accepted} of {rounds}");
}
