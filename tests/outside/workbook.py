"""Reads results.xlsx with programs that had no part in writing it: openpyxl, and LibreOffice without a screen.

    python3 workbook.py RESULTS_FOLDER SCRATCH_FOLDER

The printed pages are left in the scratch folder, to be looked at.

Ends with 0 and a line per finding if everything holds, else with an assertion. Needs openpyxl and soffice.
"""

import csv
import math
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl

SHEETS = ["Summary", "Charts", "Years", "Inputs", "Assumptions"]
FURTHER = ["Read me", "Ask", "Metrics", "By year", "Events", "Distributions", "Correlations", "Inputs as written"]
MOST_PAGES = 25
TOLERANCE = 1e-12


def csv_rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cells(book):
    return {(s.title, c.coordinate): c for s in book.worksheets for row in s.iter_rows() for c in row if c.value is not None}


def without_results(source, target):
    """A copy whose formulas have no results, so that a reader must calculate them."""
    cleared = 0
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                text, count = re.subn(r"(</f>)<v>[^<]*</v>", r"\1", data.decode())
                data, cleared = text.encode(), cleared + count
            new.writestr(item, data)
    return cleared


def convert(book, kind, scratch):
    """LibreOffice with a profile of its own, which recalculates on loading."""
    profile = scratch / "profile"
    user = profile / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
        '<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>\n'
        "</oor:items>\n"
    )
    out = scratch / kind
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", kind, "--outdir", out, book],
        capture_output=True,
        text=True,
        timeout=240,
    )
    made = out / (book.stem + "." + kind)
    assert done.returncode == 0 and made.exists(), done.stdout + done.stderr
    words = (done.stdout + done.stderr).lower()
    assert not re.search(r"repair|corrupt|error", words), words
    return made


def same(a, b):
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) <= TOLERANCE * max(1.0, abs(a), abs(b))
    return a == b


def openpyxl_reads(folder, book):
    formulas = openpyxl.load_workbook(book)
    values = openpyxl.load_workbook(book, data_only=True)
    assert formulas.sheetnames[: len(SHEETS)] == SHEETS and formulas.active.title == "Summary", formulas.sheetnames
    assert sorted(formulas.sheetnames[len(SHEETS) :]) == sorted(FURTHER), formulas.sheetnames
    assert len(formulas["Summary"]._charts) == 1
    summary = csv_rows(folder / "summary.csv")

    # Named figures are those of the tables.
    mean = {(row["deal"], row["metric"]): row for row in summary}
    deals = [deal for deal in dict.fromkeys(row["deal"] for row in summary) if " - " not in deal]
    for deal in deals:
        row = mean[deal, "microsoft_take_pv"]
        name = "microsoft_take_pv_" + re.sub(r"[^A-Za-z0-9_]", "_", deal)
        for suffix, column in (("", "mean"), ("_error", "std_error")):
            ((sheet, place),) = formulas.defined_names[name + suffix].destinations
            assert values[sheet][place.replace("$", "")].value == float(row[column]), name
    print(f"openpyxl: {len(formulas.defined_names)} names; the headline is that of summary.csv")

    # The big table holds what the file holds, to the bit.
    sheet = values["Metrics"]
    table = formulas["Metrics"].tables["metrics"]
    first, *rows = sheet[table.ref]
    header = [cell.value for cell in first]
    assert len(rows) == len(summary), (len(rows), len(summary))
    for cells_, row in zip(rows, summary):
        for column, cell in zip(header, cells_):
            expected = row.get(column)
            if expected is None:
                continue
            if column in ("deal", "metric", "unit"):
                assert cell.value == expected, (cell.coordinate, cell.value, expected)
            else:
                found = cell.value
                assert (found is None and expected == "") or found == float(expected), (cell.coordinate, found, expected)
    counted = {name: len(csv_rows(folder / f"{name}.csv")) for name in ("annual", "events", "inputs", "correlations")}
    for name, sheet, table in (
        ("annual", "By year", "years"),
        ("events", "Events", "events"),
        ("inputs", "Assumptions", "assumptions"),
        ("correlations", "Correlations", "correlations"),
    ):
        tables = formulas[sheet].tables
        rows = len(formulas[sheet][tables[table].ref]) - 1 if table in tables else 0
        assert rows == counted[name], (name, rows, counted[name])
    print(f"openpyxl: {len(summary)} rows of metrics, " + ", ".join(f"{n} of {name}" for name, n in counted.items()))

    # Every sheet is set up for reading and printing.
    for sheet in formulas.worksheets:
        assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.fitToWidth in (None, 1), sheet.title
        assert sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.title
        if sheet.tables:
            assert sheet.freeze_panes and sheet.print_title_rows, sheet.title
            assert all(table.autoFilter for table in sheet.tables.values()), sheet.title
    charts = formulas["Charts"]._charts
    for chart in charts:
        for series in chart.series:
            reference = (series.val or series.yVal).numRef.f
            sheet, _, place = reference.rpartition("!")
            block = values[sheet.strip("'")][place.replace("$", "")]
            flat = [cell.value for row in (block if isinstance(block, tuple) else ((block,),)) for cell in row]
            assert any(isinstance(value, (int, float)) for value in flat), reference
    print(f"openpyxl: {len(charts)} charts, each on cells with figures")
    properties = formulas.properties
    assert properties.title and properties.creator == "capstake" and properties.created, properties
    links = sum(1 for row in formulas["Assumptions"].iter_rows() for cell in row if cell.hyperlink)
    print(f"openpyxl: {links} links from assumptions to sources")
    return formulas, values


DRAWING = {
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}
SERIES = {
    "OpenAI’s revenue": "net_revenue",
    "Equity value": "equity",
    "Payments so far": "cumulative_payments",
    "Cash": "cash",
}


def drawn(book, values):
    """Title of every chart, and name, categories and values of its series, read from the cells that they point at."""

    def block(reference):
        sheet, _, place = reference.rpartition("!")
        found = values[sheet.strip("'")][place.replace("$", "")]
        return [cell.value for row in (found if isinstance(found, tuple) else ((found,),)) for cell in row]

    with zipfile.ZipFile(book) as archive:
        for name in archive.namelist():
            if not name.startswith("xl/charts/chart"):
                continue
            chart = ElementTree.fromstring(archive.read(name))
            title = "".join(text.text for text in chart.find(".//c:title", DRAWING).iter("{%s}t" % DRAWING["a"]))
            series = []
            for one in chart.iter("{%s}ser" % DRAWING["c"]):
                range_of = lambda *tags: next(r.text for tag in tags for r in one.findall(f"{tag}//c:f", DRAWING))
                legend = one.find("c:tx//c:v", DRAWING)
                x, y = block(range_of("c:cat", "c:xVal")), block(range_of("c:val", "c:yVal"))
                assert len(x) == len(y), (title, len(x), len(y))
                series.append((None if legend is None else legend.text, x, y))
            yield title, series


def charts_draw_the_tables(folder, book, values):
    """Every cell that a chart draws holds the figure of the table that the chart's title and legend name."""
    table = {name: csv_rows(folder / f"{name}.csv") for name in ("annual", "events", "quantiles", "histogram", "summary")}
    drawn_cells = 0
    first, *rows = values["Metrics"][openpyxl.load_workbook(book)["Metrics"].tables["metrics"].ref]
    place = {cell.value: at for at, cell in enumerate(first)}
    metric_of = {row[place["label"]].value: row[place["metric"]].value for row in rows}

    def by_year(deal, series, column, years):
        """A column of a series by year; the first year may be the whole year, where history completes it."""
        rows = {(row["series"], row["year"]): row for row in table["annual"] if row["deal"] == deal}
        years = [str(year)[:4] for year in years]
        assert years == [year for name, year in rows if name == series], (deal, series, years)
        part = [float(rows[series, year][column]) for year in years]
        whole = [float(rows.get((series + "_full_year", year), rows[series, year])[column]) for year in years]
        return part, whole

    def check(title, name, found, *allowed):
        nonlocal drawn_cells
        drawn_cells += len(found)
        found = [value or 0.0 for value in found]
        equal = lambda expected: len(expected) == len(found) and all(
            abs(a - b) <= 1e-9 * max(1.0, abs(b)) for a, b in zip(found, expected)
        )
        assert any(equal(expected) for expected in allowed), (title, name, found, allowed[0])

    count = 0
    for title, series in drawn(book, values):
        count += 1
        deal, _, words = title.partition(": ")
        if words in SERIES:
            column = {"median": "p50", "mean": "mean"}
            level, bounds = [0.0] * len(series[0][1]), iter(("p05", "p25", "p50", "p75", "p95"))
            for name, x, y in series:
                if name in column:
                    check(title, name, y, *by_year(deal, SERIES[words], column[name], x))
                else:
                    level = [low + (part or 0.0) for low, part in zip(level, y)]
                    check(title, name, level, *by_year(deal, SERIES[words], next(bounds), x))
            assert next(bounds, None) is None and len(series) == 7, title
        elif words.startswith("which clouds sell"):
            clouds = [row["series"] for row in table["annual"] if row["deal"] == deal and row["series"].startswith("cloud_share.")]
            assert [f"cloud_share.{name}" for name, _, _ in series] == list(dict.fromkeys(clouds)), title
            for name, x, y in series:
                check(title, name, y, *by_year(deal, f"cloud_share.{name}", "mean", x))
        elif words == "when the cap is reached":
            rows = [row for row in table["events"] if (row["deal"], row["event"]) == (deal, "cap_reached")]
            by_then = [float(row["probability"]) for row in rows]
            expected = {"by then": by_then, "in the period": [b - a for a, b in zip([0.0, *by_then], by_then)]}
            assert sorted(expected) == sorted(name for name, _, _ in series), title
            for name, x, y in series:
                quarters = [f"Q{(int(row['date'][5:7]) + 2) // 3} {row['date'][:4]}" for row in rows]
                assert x == quarters, title
                check(title, name, y, expected[name])
        elif words == "probability of less":
            for name, x, y in series:
                rows = [row for row in table["quantiles"] if (row["deal"], row["metric"]) == (name, metric_of[deal])]
                check(title, name, x, [float(row["value"]) for row in rows])
                check(title, name, y, [float(row["q"]) for row in rows])
        elif words in metric_of:
            rows = [row for row in table["histogram"] if (row["deal"], row["metric"]) == (deal, metric_of[words])]
            (paths,) = [float(row["paths"]) for row in table["summary"] if (row["deal"], row["metric"]) == (deal, metric_of[words])]
            (_, x, inside), (_, _, outside) = series
            part = [int(row["count"]) / paths for row in rows]
            check(title, "all bins", [(a or 0.0) + (b or 0.0) for a, b in zip(inside, outside)], part)
            edge = lambda name, row: float(row["high"] if name.startswith("<") else row["low"])
            assert all(float(name.strip("<+")) == edge(name, row) for name, row in zip(map(str, x), rows)), title
            assert not any(a and b for a, b in zip(inside, outside)), f"{title}: a bin is inside and outside"
        elif title == "Where Microsoft’s total comes from, mean present value":
            mean = {(row["deal"], row["metric"]): float(row["mean"]) for row in table["summary"] if row["mean"]}
            for name, x, y in series:
                check(title, name, y, [mean[deal, metric_of[name]] for deal in x])
        else:
            raise AssertionError(f"a chart that nobody reads: {title}")
    print(f"{count} charts draw {drawn_cells} figures of the tables")


def libreoffice_recalculates(book, formulas, values, scratch):
    bare = scratch / "bare.xlsx"
    cleared = without_results(book, bare)
    live = {place for place, cell in cells(formulas).items() if isinstance(cell.value, str) and cell.data_type == "f"}
    assert cleared == len(live) > 0, (cleared, len(live))
    again = openpyxl.load_workbook(convert(bare, "xlsx", scratch), data_only=True)
    assert again.sheetnames == formulas.sheetnames
    worst, wrong = 0.0, []
    for sheet, place in sorted(live):
        cached, found = values[sheet][place].value, again[sheet][place].value
        if not same(cached, found):
            wrong.append((sheet, place, formulas[sheet][place].value, cached, found))
        elif isinstance(found, (int, float)):
            worst = max(worst, abs(cached - found) / max(1.0, abs(cached)))
    assert not wrong, f"{len(wrong)} formulas give something else than is cached: {wrong[:5]}"
    print(f"LibreOffice: {len(live)} formulas recalculated, the largest difference {worst:.1e}")
    # The test can fail: a cached figure that is off by a millionth is seen.
    assert not same(1.0, 1.0 + 1e-6)
    # Figures that are no formulas come through unchanged.
    changed = [
        place
        for place, cell in cells(values).items()
        if place not in live and isinstance(cell.value, float) and not math.isclose(cell.value, again[place[0]][place[1]].value, rel_tol=1e-14)
    ]
    assert not changed, changed[:5]
    with zipfile.ZipFile(scratch / "xlsx" / "bare.xlsx") as archive:
        charts = sum(name.startswith("xl/charts/chart") for name in archive.namelist())
    assert charts == sum(len(sheet._charts) for sheet in formulas.worksheets), charts


LABELS = {
    "OpenAI’s revenue": "net_revenue",
    "Payments of the year": "payments",
    "What the cap still allows": "cap_left",
    "Cash": "cash",
    "Equity value": "equity",
}


def years_hold_the_table(folder, values):
    """The sheet Years holds the figures of annual.csv, each under its deal, year and statistic, and all of them."""
    annual = {(row["deal"], row["series"], row["year"]): row for row in csv_rows(folder / "annual.csv")}
    deals = {deal for deal, _, _ in annual}
    deal, years, series, found = None, None, None, set()
    for cells_ in values["Years"].iter_rows(min_row=4, values_only=True):
        label, _, statistic, *rest = cells_
        if label in deals:
            deal = label
        elif cells_[1] == "Unit":
            years = [str(year) for year in rest if year is not None]
        elif statistic:
            if label:
                home = label.removeprefix("Share of cloud sales: ")
                series = LABELS[label] if label in LABELS else f"cloud_share.{home}"
            column = {"mean": "mean", "p5": "p05", "median": "p50", "p95": "p95"}[statistic]
            for year, figure in zip(years, rest):
                assert figure == float(annual[deal, series, year[:4]][column]), (deal, series, year, figure)
                found.add((deal, series, year, statistic))
    assert years[0] == "2026 H2" and years[1] == "2027", years
    expected = sum(1 for _, series, _ in annual if series in (*LABELS.values(), "cloud_share.azure"))
    assert len(found) == 4 * expected > 0, (len(found), expected)
    print(f"the sheet Years holds {len(found)} figures of annual.csv")


def pages(pdf):
    """Number of the pages of a PDF of LibreOffice, which leaves their dictionaries uncompressed."""
    count = len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))
    assert count > 0, pdf
    return count


def main():
    folder, scratch = Path(sys.argv[1]), Path(sys.argv[2])
    book = folder / "results.xlsx"
    formulas, values = openpyxl_reads(folder, book)
    charts_draw_the_tables(folder, book, values)
    years_hold_the_table(folder, values)
    columns = [cell.value for cell in formulas["Assumptions"][4]]
    assert columns.index("source") < columns.index("informed_by") < columns.index("sampled_mean"), columns
    libreoffice_recalculates(book, formulas, values, scratch)
    count = pages(convert(book, "pdf", scratch))
    assert count <= MOST_PAGES, f"{count} printed pages"
    print(f"LibreOffice: {count} printed pages")


main()
