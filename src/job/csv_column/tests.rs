//! CSV files as people save them: what is read, and what a refused file is told.

use super::*;

fn read(text: impl AsRef<[u8]>) -> Result<Vec<f64>, ColumnError> {
    parse("a.csv", text.as_ref(), "growth", Dialect::Comma)
}

fn european(text: &str) -> Result<Vec<f64>, ColumnError> {
    parse("a.csv", text.as_bytes(), "growth", Dialect::ExcelEu)
}

/// The message and the remedy of a refused file.
#[track_caller]
fn told(read: Result<Vec<f64>, ColumnError>) -> String {
    let error = read.expect_err("the file is refused");
    match &error {
        ColumnError::Layout { remedy, .. } | ColumnError::Cell { remedy, .. } => {
            format!("{error} | {remedy}")
        }
        other => other.to_string(),
    }
}

#[track_caller]
fn refuses(text: impl AsRef<[u8]>, words: &[&str]) {
    let told = told(read(text));
    for word in words {
        assert!(told.contains(word), "no {word:?} in: {told}");
    }
}

#[test]
fn tables_of_every_line_end_and_with_quotes_are_read() {
    for text in [
        "growth,x\n0.1,1\n0.2,2\n",
        "growth,x\r\n0.1,1\r\n0.2,2\r\n",
        "growth,x\r0.1,1\r0.2,2",
        "\u{feff}growth,x\n0.1,1\n\n0.2,2\n\n\n",
        "x, growth \n1, 0.1\n2,+2e-1 \n",
        "\"growth\",x\n\"0.1\",1\n\" 0.2\",2",
        "growth,note\n0.1,\"a, b\"\n0.2,\"say \"\"yes\"\"\"\n",
        "growth,note\n0.1,\"two\nlines\"\n0.2,\n",
        "growth,note\n0.1,6\" pipe\n0.2,say \"yes\"\n",
        "growth,x,,\n0.1,1,,\n0.2,2,,\n",
        "Growth,growth\n9,0.1\n9,0.2\n",
    ] {
        assert_eq!(read(text), Ok(vec![0.1, 0.2]), "{text:?}");
    }
    assert_eq!(european("growth;x\n0,1;1\n0,2;2\n"), Ok(vec![0.1, 0.2]));
    assert_eq!(european("\u{feff}growth\r\n1\r\n-2,5e-3\r\n"), Ok(vec![1.0, -2.5e-3]));
}

#[test]
fn what_the_program_writes_in_a_dialect_is_read_back_in_it() {
    let values: Vec<f64> = (-40..40).map(|n| f64::from(n) / 3.0 * 10f64.powi(n / 2)).collect();
    for (dialect, written) in
        [(Dialect::Comma, sink::csv::Dialect::STANDARD), (Dialect::ExcelEu, sink::csv::Dialect::EXCEL_EU)]
    {
        let mut bytes = written.begin().to_vec();
        let separator = written.separator();
        bytes.extend([b"deal".as_slice(), &[separator], b"growth\n"].concat());
        for value in &values {
            bytes.extend(format!("\"a{}\"", char::from(separator)).as_bytes());
            bytes.push(separator);
            written.push(&mut bytes, *value);
            bytes.push(b'\n');
        }
        assert_eq!(parse("a.csv", &bytes, "growth", dialect), Ok(values.clone()));
        let other = if dialect == Dialect::Comma { Dialect::ExcelEu } else { Dialect::Comma };
        assert!(parse("a.csv", &bytes, "growth", other).is_err());
    }
}

#[test]
fn well_formed_tables_read_as_the_csv_crate_reads_them() {
    let cells = ["0.5", "7", "\"0.25\"", "1e-3"];
    let notes = ["", "x", "\"a, b\"", "\"\"\"\"", "\"c\"\"d\"", "e\"f"];
    let mut table = "note,growth,more\n".to_owned();
    for (at, note) in notes.iter().cycle().take(60).enumerate() {
        table.push_str(&format!("{note},{},{}\n", cells[at % cells.len()], notes[at % 4]));
    }
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let expected: Vec<f64> =
        reader.records().map(|row| row.expect("a row")[1].parse().expect("a number")).collect();
    assert_eq!(read(&table), Ok(expected));
}

#[test]
fn an_open_quote_is_refused_where_it_opens() {
    let never = "a quote opens here and never closes";
    refuses(
        "growth,note\n0.10,ok\n0.30,\"never closed\n0.50,gone\n0.70,gone too\n",
        &["line 3, column 6", never],
    );
    refuses("growth\n0.1\n\"0.2\n", &["line 3, column 1", never]);
    refuses("growth,\"note\n0.1,a\n0.2,b\n", &["line 1, column 8", never]);
    // A later quote does not make the rows between them a cell.
    let lost = "the rows between would be lost";
    refuses("growth,note\n0.1,ok\n0.3,\"open\n0.5,gone\n0.7,shut\"\n", &["line 3, column 5", "line 5", lost]);
    refuses("growth,\"note\n0.1,a\"\n0.2,b\n", &["line 1, column 8", lost]);
    let follows = "a text follows the end of a cell";
    refuses(
        "growth,note\n0.3,\"open\n0.5,\"gone\"\n",
        &["line 3, column 6", "opens in line 2, column 5", follows],
    );
    refuses("growth,note\n0.3,\"6\" pipe\"\n", &["line 2, column 9", follows]);
    refuses("é,growth\né,\"0.2\" x\n", &["line 2, column 9", follows]);
    refuses("growth,note\n0.3, \"a, b\"\n", &["line 2, column 1", "3 cells", "take the space before it out"]);
}

#[test]
fn a_column_is_found_by_one_name() {
    let twice = read("growth,note,growth\n0.10,a,0.9\n").expect_err("two columns");
    let ColumnError::SeveralColumns { places, .. } = &twice else { panic!("{twice}") };
    assert_eq!(places.iter().map(|place| place.column).collect::<Vec<_>>(), [1, 13]);
    assert!(twice.to_string().contains("line 1, column 1: 2 columns are named `growth`"), "{twice}");
    assert!(matches!(read("growth, \"growth\"\n1,2\n"), Err(ColumnError::NoColumn { .. }) | Ok(_)));
    assert!(matches!(read("growth , growth\n1,2\n"), Err(ColumnError::SeveralColumns { .. })));
    let columns = |text: &str| match read(text) {
        Err(ColumnError::NoColumn { columns, .. }) => columns,
        other => panic!("{other:?}"),
    };
    assert_eq!(columns("date, Growth\n1,2\n"), ["date", "Growth"]);
    assert!(matches!(parse("a.csv", b"x,\n1,2\n", "", Dialect::Comma), Err(ColumnError::NoColumn { .. })));
    refuses("0.1,2\n0.2,3\n", &["line 1, column 1", "numbers and no names", "`growth`"]);
}

#[test]
fn other_flavours_are_named_with_the_remedy() {
    let excel = "say `dialect = \"excel-eu\"`";
    refuses("growth;x\n0,1;1\n0,2;2\n", &["line 1, column 7", "separated by semicolons", "CSV UTF-8", excel]);
    refuses("\u{feff}growth;x\r\n0.1;1\r\n", &["semicolons and decimal points: write commas"]);
    refuses(
        "growth\n0,1\n0,2\n",
        &["line 2", "2 cells, the header 1", "semicolons and decimal commas", excel],
    );
    refuses("x,growth\n1,0,1\n", &["3 cells, the header 2", "decimal commas become decimal points"]);
    refuses("sep=;\ngrowth;x\n0,1;1\n", &["line 1", "a line for Excel", "take the line out; then", excel]);
    refuses("SEP=,\ngrowth,x\n0.1,1\n", &["a line for Excel", "take the line out"]);
    refuses("growth\tx\n0.1\t1\n", &["separated by tabs", "CSV UTF-8"]);
    refuses("growth|x\n0.1|1\n", &["separated by bars"]);
    let latin = told(read(b"gr\xf6wth\n0.1\n"));
    assert!(latin.contains("line 1, column 3: byte 0xF6") && latin.contains("Latin-1"), "{latin}");
    assert!(latin.contains("CSV UTF-8"), "{latin}");
    let utf16 = |mark: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("{mark}growth\n0.1\n").encode_utf16().flat_map(bytes).collect()
    };
    for bytes in [
        utf16("\u{feff}", u16::to_le_bytes),
        utf16("\u{feff}", u16::to_be_bytes),
        utf16("", u16::to_le_bytes),
    ] {
        refuses(bytes, &["UTF-16", "CSV UTF-8"]);
    }
    refuses(b"PK\x03\x04\x14\0", &["a workbook or another archive"]);
    refuses("growth,x\n0.1,1\n0.2,\0\n", &["line 3, column 5", "NUL"]);
    refuses("", &["the file is empty"]);
    refuses("\u{feff}\n \n", &["the file is empty"]);
    assert!(told(european("growth,x\n0.1,1\n")).contains("leave `dialect = \"excel-eu\"` out"));
    assert!(told(european("growth;x\n0.1;1\n")).contains("decimal points: write 0,1"));
}

#[test]
fn rows_are_whole_and_cells_are_numbers() {
    refuses("x,growth\n1,0.1\n2\n", &["line 3, column 1", "1 cell, the header 2"]);
    refuses("growth,x\n0.1,1\n0.2,2\n,\n,\n", &["line 4, column 1", "empty cells only", "spreadsheet"]);
    for (cell, remedy) in [
        ("", "fill the cell"),
        ("n/a", "fill the cell"),
        ("nan", "fill the cell"),
        ("inf", "fill the cell"),
        ("1e999", "fill the cell"),
        ("10%", "write fractions, here 0.1"),
        ("12.5 %", "write fractions, here 0.125"),
        ("\"1,234.5\"", "separators of thousands: write 1234.5"),
        ("\"1,234\"", "separators of thousands: write 1234"),
        ("1\u{a0}234", "separators of thousands: write 1234"),
        ("\"0,1\"", "decimal commas: write 0.1"),
        ("$5", "currency signs: write the number alone, here 5"),
        ("(5)", "parentheses for negative numbers: write -5"),
        ("\u{2212}5", "a minus sign of print: write -5"),
    ] {
        refuses(format!("x,growth\n1,2\n\n1,{cell}\n"), &["line 4, column 3: the cell of `growth`", remedy]);
    }
    assert!(told(european("growth;x\n1.234,5;1\n")).contains("separators of thousands: write 1234,5"));
    assert!(told(european("growth;x\n10%;1\n")).contains("here 0,1"));
    let hole = read("growth\n1\n\n5\n").expect_err("a hole");
    assert!(
        matches!(&hole, ColumnError::Cell { place, text, .. } if place.line == 3 && text.is_empty()),
        "{hole}"
    );
    assert_eq!(read("growth\n"), Err(ColumnError::NoRows { csv: "a.csv".to_owned() }));
    assert_eq!(read("growth,x\n\n\n"), Err(ColumnError::NoRows { csv: "a.csv".to_owned() }));
}
