"""Reads draws.parquet with DuckDB and draws.xlsx with openpyxl, and compares them with draws.csv of the same run.

    python3 draws.py CSV_FOLDER PARQUET_FOLDER XLSX_FOLDER

Ends with 0 and a line per finding if everything holds, else with an assertion. Needs duckdb and openpyxl.
"""

import csv
import json
import sys
from pathlib import Path

import duckdb
import openpyxl


def main():
    text, parquet, sheet = (Path(folder) for folder in sys.argv[1:4])
    with open(text / "draws.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    header, rows = rows[0], rows[1:]

    file = str(parquet / "draws.parquet")
    described = duckdb.sql(f"describe select * from '{file}'").fetchall()
    assert [row[0] for row in described] == header, "columns"
    assert [row[1] for row in described] == ["BIGINT", "VARCHAR"] + ["DOUBLE"] * (len(header) - 2), "types"
    found = duckdb.sql(f"select * from '{file}'").fetchall()
    assert len(found) == len(rows), (len(found), len(rows))
    empty = 0
    for one, other in zip(found, rows):
        assert (str(one[0]), one[1]) == (other[0], other[1])
        for value, field in zip(one[2:], other[2:]):
            empty += field == ""
            assert (value is None and field == "") or value == float(field), (value, field)
    mean = header.index("microsoft_take_pv")
    by_deal = duckdb.sql(f"select deal, avg(microsoft_take_pv) from '{file}' group by deal").fetchall()
    for deal, average in by_deal:
        own = [float(row[mean]) for row in rows if row[1] == deal]
        assert abs(average - sum(own) / len(own)) < 1e-9 * abs(average)
    metadata = dict(duckdb.sql(f"select decode(key), decode(value) from parquet_kv_metadata('{file}')").fetchall())
    units, manifest = json.loads(metadata["units"]), json.loads(metadata["manifest"])
    assert list(units) == header[2:] and units["microsoft_take_pv"] == "usd_bn", "units"
    own = json.loads((parquet / "manifest.json").read_text())
    for part in ("build", "scenario", "run"):
        assert manifest[part] == own[part], part
    groups = duckdb.sql(f"select count(distinct row_group_id) from parquet_metadata('{file}')").fetchall()[0][0]
    print(f"DuckDB: {len(found)} rows of {len(header)} columns equal draws.csv to the bit, {empty} nulls, {groups} row groups")

    book = openpyxl.load_workbook(sheet / "draws.xlsx", read_only=True)
    about, draws = book.worksheets
    said = next(row[1].value for row in about.iter_rows() if row and row[0].value == "rows in this file")
    lines = draws.iter_rows(values_only=True)
    assert list(next(lines)) == header
    count = 0
    for one, other in zip(lines, rows):
        count += 1
        one = list(one) + [None] * (len(header) - len(one))
        assert (str(int(one[0])), one[1]) == (other[0], other[1])
        for value, field in zip(one[2:], other[2:]):
            assert (value is None and field == "") or value == float(field), (value, field)
    assert count == said, (count, said)
    print(f"openpyxl: {count} rows of draws.xlsx equal draws.csv to the bit; the file says {said}")


main()
