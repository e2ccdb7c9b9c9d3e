"""Changes the sheet Inputs of results.xlsx as people do, with openpyxl, and looks at what capstake makes of it.

    CAPSTAKE=PROGRAM python3 inputs.py RESULTS_FOLDER SCENARIO_FILE SCRATCH_FOLDER

Every fixture is a workbook of its own in the scratch folder. Ends with 0 and a line per fixture if all say what they should, else
with an assertion. Needs openpyxl.
"""

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl

PROGRAM = os.environ["CAPSTAKE"]
FOLDER, SCENARIO, SCRATCH = (Path(argument) for argument in sys.argv[1:4])
COLUMNS = ["key", "label", "unit", "kind", "value", "p10", "p50", "p90", "low", "mode", "high", "mean", "sd"]
COLUMNS += ["other parameters", "lower", "upper", "source", "note"]


def column(name):
    return COLUMNS.index(name) + 1


class Sheet:
    """The sheet Inputs of a copy of a workbook."""

    def __init__(self, workbook):
        self.book = openpyxl.load_workbook(workbook)
        self.sheet = self.book["Inputs"]

    def row(self, key):
        return next(cell.row for (cell,) in self.sheet.iter_rows(max_col=1) if cell.value == key)

    def cell(self, key, name):
        return self.sheet.cell(self.row(key), column(name))

    def table(self, path):
        """The first row below the header of a list, and the first empty one."""
        first = self.row(f"[[{path}]]") + 2
        row = first
        while any(self.sheet.cell(row, at).value is not None for at in range(1, 19)):
            row += 1
        return first, row

    def spare(self):
        return self.row("further keys, each with its full path") + 1


def capstake(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def digest(file, *flags):
    """The digest of a scenario, and the keys in which it differs from the original."""
    if flags:
        code, out, err = capstake("scenario", file, *flags)
        assert code == 0, err
        (SCRATCH / "set.toml").write_text(out, encoding="utf-8")
        file = SCRATCH / "set.toml"
    code, out, err = capstake("diff", SCENARIO, file, "--json")
    assert code == 0, err
    found = json.loads(out)
    return found["digests"][1], [change["key"] for change in found["keys"]]


count = 0


# These change the whole workbook, the others a copy of three sheets: openpyxl takes a second to read and write all of them.
WHOLE = ["unchanged", "number", "further-key", "sorted-contract", "decimal-comma", "unknown-cloud", "deleted-row"]


def fixture(name, change):
    """A workbook that was changed, and the cell that messages should name."""
    global count
    count += 1
    sheet = Sheet(FOLDER / "results.xlsx" if name in WHOLE else SCRATCH / "few-sheets.xlsx")
    cell = change(sheet)
    file = SCRATCH / f"{name}.xlsx"
    sheet.book.save(file)
    return file, f"{file}:Inputs!{cell}" if cell else str(file)


def refused(name, code, help, change, exit=4):
    """The workbook is refused with that code, at the cell that the change returns, with that help."""
    file, place = fixture(name, change)
    status, out, err = capstake("check", file)
    assert status == exit, (name, status, err)
    blocks = [block for block in err.split("\n\n") if f"[{code}]" in block]
    assert any(place in block and help in block for block in blocks), f"{name}: {code} at {place}: {help}\n{err}"
    first = next(block for block in blocks if place in block and help in block)
    print(f"{name}: {first.splitlines()[0]} | {place.rsplit('/', 1)[-1]}")


def means(name, flags, change, warning=None):
    """The workbook is the scenario under these flags; with that warning at the cell that the change returns."""
    file, place = fixture(name, change)
    status, out, err = capstake("check", file)
    assert status == 0, (name, err)
    if warning:
        assert f"[{warning}]" in err and place in err, (name, err)
    else:
        assert "Inputs!" not in err, (name, err)
    found, keys = digest(file)
    expected, _ = digest(SCENARIO, *[word for flag in flags for word in ("--set", flag)]) if flags else digest(SCENARIO)
    assert found == expected, (name, keys)
    print(f"{name}: as {' '.join(flags) or 'the original'}{f', warning {warning}' if warning else ''}")


def put(key, name, value, format=None):
    def change(sheet):
        cell = sheet.cell(key, name)
        cell.value = value
        if format:
            cell.number_format = format
        return cell.coordinate

    return change


def several(*changes):
    def change(sheet):
        return [one(sheet) for one in changes][-1]

    return change


def few_sheets():
    """A copy of the workbook with three of its sheets."""
    sheet = Sheet(FOLDER / "results.xlsx")
    for name in sheet.book.sheetnames:
        if name not in ("Summary", "Inputs", "Inputs as written"):
            del sheet.book[name]
    sheet.book.save(SCRATCH / "few-sheets.xlsx")


few_sheets()

# ---- what is taken as it stands
means("unchanged", [], lambda sheet: None)
means("number", ["discount.revenue=0.2"], put("discount.revenue", "value", 0.2))
means("percent", [], put("discount.revenue", "value", 0.12, "0%"))
means("parameter", ["discount.share.p90=0.2"], put("discount.share", "p90", 0.2))
means("date", ["timeline.horizon=2034-12-31"], put("timeline.horizon", "value", datetime.date(2034, 12, 31), "yyyy-mm-dd"))
means("date-as-text", ["timeline.horizon=2034-12-31"], put("timeline.horizon", "value", "2034-12-31"))
means("word", ['run.scheme="euler"'], put("run.scheme", "value", "euler"))
means("flag", ["funding.enabled=false"], put("funding.enabled", "value", False))
means("none", ["deal.amended-2026.cap_usd_bn=none"], put("deal.amended-2026.cap_usd_bn", "kind", "none"))
constant = several(
    put("deal.amended-2026.cap_usd_bn", "kind", "constant"),
    put("deal.amended-2026.cap_usd_bn", "source", None),
    put("deal.amended-2026.cap_usd_bn", "note", None),
    put("deal.amended-2026.cap_usd_bn", "value", 60),
)
means("constant-for-discrete", ["deal.amended-2026.cap_usd_bn=60"], constant)
uniform = several(
    put("discount.revenue", "value", None),
    put("discount.revenue", "kind", "uniform"),
    put("discount.revenue", "low", 0.1),
    put("discount.revenue", "high", 0.2),
)
means("uniform-for-constant", ['discount.revenue={ dist = "uniform", low = 0.1, high = 0.2 }'], uniform)
lognormal = several(
    put("discount.revenue", "value", None),
    put("discount.revenue", "kind", "lognormal"),
    put("discount.revenue", "other parameters", "median = 0.1, sigma = 0.2"),
)
means("lognormal", ['discount.revenue={ dist = "lognormal", median = 0.1, sigma = 0.2 }'], lognormal)
same = several(
    put("discount.revenue", "value", None),
    put("discount.revenue", "kind", "same_as"),
    put("discount.revenue", "other parameters", "discount.equity"),
)
written = several(same, put("discount.revenue", "other parameters", 'same_as = "discount.equity"'))
means("same-as-in-toml", ['discount.revenue={ same_as = "discount.equity" }'], written)
means("same-as", ['discount.revenue={ same_as = "discount.equity" }'], same)
# What only the former kind took need not be emptied.
certain = several(put("costs.tax_rate", "kind", "constant"), put("costs.tax_rate", "value", 0.25))
means("constant-for-quantiles", ["costs.tax_rate=0.25"], certain)
bounds = [put("costs.tax_rate", name, value) for name, value in (("kind", "uniform"), ("low", 0.1), ("high", 0.2))]
means("uniform-for-quantiles", ['costs.tax_rate={ dist = "uniform", low = 0.1, high = 0.2 }'], several(*bounds))


def discrete(sheet):
    first, end = sheet.table("discrete")
    row = next(row for row in range(first, end) if sheet.sheet.cell(row, 1).value == "deal.amended-2026.cap_usd_bn")
    sheet.sheet.cell(row, column("value")).value = 30


means("discrete-value", ["deal.amended-2026.cap_usd_bn.values=[30, 36, 38, 40]"], discrete)


def further(sheet):
    row = sheet.spare()
    for name, value in (("key", "deal.prior-2025.paid_to_date_usd_bn"), ("kind", "constant"), ("value", 4)):
        sheet.sheet.cell(row, column(name)).value = value


means("further-key", ["deal.prior-2025.paid_to_date_usd_bn=4"], further)


def another_deal(sheet):
    row = sheet.spare()
    for name, value in (("key", "deal.mine.like"), ("value", "amended-2026")):
        sheet.sheet.cell(row, column(name)).value = value


means("another-deal", ['deal.mine.like="amended-2026"'], another_deal)


def emptied(path, label, name):
    def change(sheet):
        first, end = sheet.table(path)
        row = next(row for row in range(first, end) if str(sheet.sheet.cell(row, column(name)).value).startswith(label))
        for at in range(1, 19):
            sheet.sheet.cell(row, at).value = None

    return change


means("emptied-period", ["history.period.2025-04-01=none"], emptied("history.period", "2025-04-01", "value"))
means("emptied-contract", ["contract.cerebras=none"], emptied("contract", "cerebras", "key"))
means("emptied-pair", ["correlation.31=none"], emptied("correlation", "factor.microsoft-ai.level", "key"))


def added(path, **cells):
    def change(sheet):
        _, row = sheet.table(path)
        header = {sheet.sheet.cell(sheet.row(f"[[{path}]]") + 1, at).value: at for at in range(1, 19)}
        for name, value in cells.items():
            sheet.sheet.cell(row, header[name.rstrip("_")]).value = value
        return sheet.sheet.cell(row, header[next(iter(cells)).rstrip("_")]).coordinate

    return change


def adds(name, text, change):
    """The workbook is the scenario with that text at its end."""
    file, _ = fixture(name, change)
    (SCRATCH / "more.toml").write_text(SCENARIO.read_text(encoding="utf-8") + "\n" + text + "\n", encoding="utf-8")
    found, keys = digest(file)
    expected, _ = digest(SCRATCH / "more.toml")
    assert found == expected, (name, keys)
    print(f"{name}: as {' '.join(text.split())}")


dates = {"from": datetime.date(2027, 1, 1), "to": datetime.date(2029, 12, 31)}
adds(
    "added-contract",
    '[[contract]]\nname = "new"\ncloud = "aws"\ntotal_usd_bn = 25.0\ndraw = 0.5\nfrom = 2027-01-01\nto = 2029-12-31',
    added("contract", name="new", cloud="aws", total_usd_bn=25, draw=0.5, **dates),
)
adds(
    "added-round",
    '[[round]]\nname = "series-z"\ndate = 2027-03-01\namount_usd_bn = 20.0\npre_money_usd_bn = 900.0',
    added("round", name="series-z", date=datetime.date(2027, 3, 1), amount_usd_bn=20, pre_money_usd_bn=900),
)
pair = {"between": "discount.share", "and": "discount.equity", "value": 0.5}
adds("added-pair", '[[correlation]]\nbetween = ["discount.share", "discount.equity"]\nvalue = 0.5', added("correlation", **pair))
adds("added-source", '[[source]]\nkey = "mine"\ntitle = "My model"', added("source", key="mine", title="My model"))


def steps(sheet):
    sheet.cell("deal.amended-2026.rate", "kind").value = "none"
    _, row = sheet.table("deal.rate")
    header = {sheet.sheet.cell(sheet.row("[[deal.rate]]") + 1, at).value: at for at in range(1, 19)}
    for at, (day, rate) in enumerate([(datetime.date(2026, 7, 1), 0.2), (datetime.date(2028, 1, 1), 0.1)]):
        for name, value in (("deal", "amended-2026"), ("from", day), ("rate", rate)):
            sheet.sheet.cell(row + at, header[name]).value = value


means("rate-steps", ["deal.amended-2026.rate=[{ from = 2026-07-01, rate = 0.2 }, { from = 2028-01-01, rate = 0.1 }]"], steps)


def hide(key):
    def change(sheet):
        sheet.sheet.row_dimensions[sheet.row(key)].hidden = True
        return sheet.cell(key, "key").coordinate

    return change


means("hidden-row", [], several(hide("discount.revenue"), lambda sheet: None))
means("hidden-change", ["discount.revenue=0.2"], several(put("discount.revenue", "value", 0.2), hide("discount.revenue")), "S134")



def hide_column(sheet):
    sheet.sheet.column_dimensions["E"].hidden = True


def flat(key):
    def change(sheet):
        sheet.sheet.row_dimensions[sheet.row(key)].height = 0.1
        return sheet.cell(key, "key").coordinate

    return change


in_column = several(hide_column, put("discount.revenue", "value", 0.2))
means("hidden-column", ["discount.revenue=0.2"], in_column, "S134")
means("row-without-height", ["discount.revenue=0.2"], several(put("discount.revenue", "value", 0.2), flat("discount.revenue")), "S134")
means("another-unit", [], put("cash.now_usd_bn", "unit", "usd_mn"), "S135")


def turned(path):
    """The rows of a table the other way round, as sorting it does."""

    def change(sheet):
        first, end = sheet.table(path)
        rows = [[sheet.sheet.cell(row, at).value for at in range(1, 19)] for row in range(first, end)]
        for row, cells in zip(range(first, end), reversed(rows)):
            for at, value in enumerate(cells, 1):
                sheet.sheet.cell(row, at).value = value

    return change


for path in ("history.period", "contract", "round", "discrete", "correlation", "source"):
    means(f"sorted-{path}", [], turned(path))

# ---- what is refused, each at its cell
refused("decimal-comma", "S102", "0.12", put("discount.revenue", "value", "0,12"))
refused("percent-text", "S102", "0.12", put("discount.revenue", "value", "12%"))
refused("billions-text", "S102", "write `60`", put("cash.now_usd_bn", "value", "60bn"))
refused("date-for-number", "S102", "the format General", put("discount.revenue", "value", datetime.date(2027, 1, 1), "yyyy-mm-dd"))
refused("number-for-date", "S102", "2026-12-31", put("timeline.horizon", "value", 46387, "General"))
refused("date-as-written-here", "S102", "2030-12-31", put("timeline.horizon", "value", "31.12.2030"))
refused("reference-error", "S131", "type the number", put("discount.revenue", "value", "#REF!"))
refused("formula-without-value", "S131", "save it", put("discount.revenue", "value", "=0.1+0.02"))
refused("unknown-kind", "S103", "did you mean", put("discount.share", "kind", "quantile"))
refused("unknown-word", "S103", "did you mean", put("run.scheme", "value", "exakt"))
refused("empty", "S309", "choose none", put("discount.revenue", "value", None))
refused("parameter-missing", "S304", "fill the cell", put("discount.share", "p10", None))
refused("no-kind", "S309", "quantiles", put("discount.share", "kind", None))
refused("kind-in-capitals", "S103", "did you mean quantiles", put("discount.share", "kind", "Quantiles"))
refused("parameter-foreign", "S305", "empty the cell", put("discount.revenue", "p50", 0.2))
refused("true-for-number", "S102", "type the number", put("discount.revenue", "value", True))


def constant_alone(sheet):
    sheet.cell("discount.share", "kind").value = "constant"
    return sheet.cell("discount.share", "value").coordinate


refused("constant-without-value", "S309", "type the value", constant_alone)
refused("outside-domain", "S301", "", put("deal.amended-2026.home_keeps", "value", 1.5))
refused("unknown-source", "S205", "", put("cash.now_usd_bn", "source", "my-cousin"))
refused("no-toml", "S005", "median = 30", several(lognormal, put("discount.revenue", "other parameters", "median 0.1")), exit=3)
refused("unknown-cloud", "S203", "", added("contract", cloud="asw", name="new", total_usd_bn=25, **dates))
refused("unknown-input", "S207", "did you mean", added("correlation", **{**pair, "between": "discount.shares"}))
refused("name-twice", "S201", "", added("contract", name="oracle", cloud="aws", total_usd_bn=25, **dates))
refused("no-number-in-list", "S102", "25", added("contract", total_usd_bn="25bn", name="new", cloud="aws", **dates))

# ---- what would count for nothing is refused, each at its cell
refused("digits-as-text", "S102", "type 0.2 again", put("discount.revenue", "value", "0.2"))
refused("digits-as-text-in-list", "S102", "type 25 again", added("contract", total_usd_bn="25", name="new", cloud="aws", **dates))
refused("typed-for-former-kind", "S305", "empty the cell", several(certain, put("costs.tax_rate", "p10", 0.18)))
refused("kind-of-a-word", "S135", "write word", put("segment.consumer.process", "kind", "uniform"))
refused("parameter-of-a-date", "S135", "empty the cell", put("timeline.horizon", "p50", 2035))
refused("source-of-a-word", "S135", "empty the cell", put("run.scheme", "source", "my-cousin"))


def in_list(path, label, name, value, index=None):
    """Puts a value into a column of the row of a list, known by its header or its position."""

    def change(sheet):
        first, end = sheet.table(path)
        row = next(row for row in range(first, end) if sheet.sheet.cell(row, 1).value == label)
        header = {sheet.sheet.cell(first - 1, at).value: at for at in range(1, 19)}
        cell = sheet.sheet.cell(row, index or header[name])
        cell.value = value
        return cell.coordinate

    return change


refused("beside-a-list", "S135", "the columns are name, cloud", in_list("contract", "oracle", "", "my-cousin", column("source")))
refused("number-for-see-above", "S135", "choose none", in_list("contract", "azure-a", "draw", 0.5))
below = several(
    put("contract.azure-a.draw", "kind", "none"),
    put("contract.azure-b.draw", "kind", "none"),
    in_list("contract", "azure-b", "draw", 0.4),
    in_list("contract", "azure-a", "draw", 0.5),
)
changed = set(digest(fixture("number-for-none-above", below)[0])[1])
assert changed == {"contract.azure-a.draw", "contract.azure-b.draw"}, changed


def spare_of_discrete(sheet):
    _, row = sheet.table("discrete")
    for at, value in ((1, "discount.revenue"), (column("value"), 0.1), (column("p10"), 1)):
        sheet.sheet.cell(row, at).value = value
    return sheet.sheet.cell(row, 1).coordinate




def constant_with_other_rows(sheet):
    first, end = sheet.table("discrete")
    row = next(row for row in range(first, end) if sheet.sheet.cell(row, 1).value == "deal.amended-2026.cap_usd_bn")
    sheet.sheet.cell(row, column("value")).value = 30
    constant(sheet)
    return sheet.sheet.cell(row, 1).coordinate


refused("values-of-what-is-constant-now", "S135", "choose discrete", constant_with_other_rows)
refused("values-of-a-constant", "S135", "whose kind is discrete", spare_of_discrete)


def marked(text):
    def change(sheet):
        cell = sheet.sheet.cell(sheet.sheet.max_row + 3, 1)
        cell.value = text
        return cell.coordinate

    return change


refused("unknown-table", "S135", "[[contract]]", marked("[[contracts]]"))
refused("table-twice", "S135", "keep one", marked("[[contract]]"))


def moved(change):
    """Columns are put in before the change."""

    def moved(sheet):
        at = change(sheet)
        row, column = sheet.sheet[at].row, sheet.sheet[at].column
        sheet.sheet.insert_cols(3, 14)
        return sheet.sheet.cell(row, column + 14).coordinate

    return moved


refused("formula-in-a-moved-column", "S131", "save it", moved(put("discount.revenue", "value", "=0.1+0.02")))


def unknown_key(sheet):
    row = sheet.spare()
    for name, value in (("key", "deal.amended-2026.cap_usd_bln"), ("value", 60)):
        sheet.sheet.cell(row, column(name)).value = value
    return sheet.sheet.cell(row, 1).coordinate


refused("unknown-key", "S101", "did you mean `cap_usd_bn`", unknown_key)


def merged(sheet):
    row = sheet.row("discount.share")
    sheet.sheet.merge_cells(start_row=row, end_row=row, start_column=column("p10"), end_column=column("p50"))
    return sheet.sheet.cell(row, column("p10")).coordinate


means("merged-title", [], lambda sheet: sheet.sheet.merge_cells("A1:C1"))
refused("merged", "S133", "unmerge", merged)


def deleted(sheet):
    sheet.sheet.delete_rows(sheet.row("discount.revenue"))


refused("deleted-row", "S135", "choose none", deleted)
refused("deleted-rows", "S135", "of another one", lambda sheet: sheet.sheet.delete_rows(sheet.row("discount.share"), 5))


def twice(sheet):
    row = sheet.spare()
    for name, value in (("key", "discount.revenue"), ("kind", "constant"), ("value", 0.3)):
        sheet.sheet.cell(row, column(name)).value = value
    return sheet.sheet.cell(row, 1).coordinate


refused("row-twice", "S135", "keep one", twice)


def no_sheet(name):
    def change(sheet):
        del sheet.book[name]

    return change


def renamed(sheet):
    sheet.sheet.title = "Numbers"


def hidden_changed(sheet):
    hidden = sheet.book["Inputs as written"]
    cell = next(row[1] for row in hidden.iter_rows(max_col=2) if row[0].value == "resolved" and "horizon" in str(row[1].value))
    cell.value = cell.value.replace("20", "19")


def of_another(sheet):
    digest = next(cell for cell in sheet.sheet[1] if str(cell.value).startswith("made from scenario "))
    digest.value = "made from scenario " + 64 * "0"


refused("no-inputs", "S007", "original workbook", no_sheet("Inputs"), exit=3)
refused("renamed", "S007", "call it Inputs again", renamed, exit=3)
refused("no-hidden-sheet", "S007", "leave its hidden sheet alone", no_sheet("Inputs as written"), exit=3)
refused("hidden-sheet-changed", "S007", "leave its hidden sheet alone", hidden_changed, exit=3)
refused("sheets-of-two-workbooks", "S007", "leave its hidden sheet alone", of_another, exit=3)


def no_header(sheet):
    sheet.cell("key", "p50").value = "median"


refused("no-header", "S007", "bring the row of headers back", no_header, exit=3)
print(f"{count} workbooks")
