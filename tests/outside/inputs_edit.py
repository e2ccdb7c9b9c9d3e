"""Changes the sheet Inputs of results.xlsx in LibreOffice itself, by its own interface, and looks at what capstake makes of it.

    CAPSTAKE=PROGRAM python3 inputs_edit.py RESULTS_FOLDER SCENARIO_FILE SCRATCH_FOLDER

The file is loaded and stored again as it is, with a number typed into a cell, and with a formula, each as xlsx and as ods. Ends with 0
and a line per finding if everything holds, else with an assertion. Needs soffice and its Python module uno.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue

PROGRAM = os.environ["CAPSTAKE"]
FOLDER, SCENARIO, SCRATCH = (Path(argument).resolve() for argument in sys.argv[1:4])
FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "ods": "calc8"}
# Of each scenario: a key of one number, what it is, what is typed, and how its line begins in the text that is written out.
KEY, BEFORE, AFTER, LINE = {
    "base": ("deal.amended-2026.home_keeps", "1.0", 0.9, "home_keeps = { value = 0.9"),
    "capped-share": ("deal.capped.cap_usd_bn", "10.0", 12.5, "cap_usd_bn = 12.5"),
}[SCENARIO.stem]


def capstake(*arguments):
    done = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def property(name, value):
    return PropertyValue(name, 0, value, 0)


class Office:
    """LibreOffice without a screen, with a profile of its own."""

    def __enter__(self):
        pipe = f"capstake{os.getpid()}"
        words = ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{SCRATCH}/profile"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([*words, f"--accept=pipe,name={pipe};urp;"], **quiet)
        context = uno.getComponentContext()
        resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
        for _ in range(240):
            try:
                remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:
                time.sleep(0.5)
        self.desktop = remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        return self

    def __exit__(self, *_):
        try:
            self.desktop.terminate()
        except Exception:
            pass
        self.process.wait(60)

    def store(self, name, change):
        """Stores a copy of the workbook in both formats, after a change of the cell of the key's value."""
        url = (FOLDER / "results.xlsx").as_uri()
        document = self.desktop.loadComponentFromURL(url, "_blank", 0, (property("Hidden", True),))
        sheet = document.Sheets.getByName("Inputs")
        assert sheet.isProtected() and not document.Sheets.getByName("Inputs as written").IsVisible
        text = lambda column, row: sheet.getCellByPosition(column, row).String
        row = next(row for row in range(1000) if text(0, row) == KEY)
        header = next(row for row in range(20) if text(0, row) == "key")
        place = next(column for column in range(20) if text(column, header) == "value")
        cell = sheet.getCellByPosition(place, row)
        assert not cell.CellProtection.IsLocked and sheet.getCellByPosition(0, row).CellProtection.IsLocked
        change(cell)
        where = cell.AbsoluteName.replace("$", "").replace("Inputs.", "Inputs!")
        files = [SCRATCH / f"{name}.{ending}" for ending in FILTERS]
        for file in files:
            document.storeToURL(file.as_uri(), (property("FilterName", FILTERS[file.suffix[1:]]),))
        document.close(True)
        return files, where


def differs(file):
    found = json.loads(capstake("diff", SCENARIO, file, "--json")[0])
    return found["equal"], [(change["key"], change["first"], change["second"]) for change in found["keys"]]


def main():
    with Office() as office:
        stored = office.store("stored", lambda cell: None)[0]
        typed = office.store("typed", lambda cell: setattr(cell, "Value", AFTER))[0]
        formula, place = office.store("formula", lambda cell: setattr(cell, "Formula", f"={AFTER}*1"))
    for file in stored:
        assert differs(file) == (True, []), (file, differs(file))
        print(f"{file.name}: loaded and stored by LibreOffice, the digest is that of the scenario")
    change = [(KEY, BEFORE, str(AFTER))]
    capstake("run", SCENARIO, "-n", 2000, "-q", "-o", SCRATCH / "set", "--formats", "csv", "--set", f"{KEY}={AFTER}")
    expected = (SCRATCH / "set" / "summary.csv").read_bytes()
    for file in typed:
        assert differs(file) == (False, change), (file, differs(file))
        out = SCRATCH / f"run-{file.suffix[1:]}"
        capstake("run", file, "-n", 2000, "-q", "-o", out, "--formats", "csv")
        assert (out / "summary.csv").read_bytes() == expected, file
        assert expected != (FOLDER / "summary.csv").read_bytes()
        print(f"{file.name}: differs in {KEY} alone, and runs to the results of --set {KEY}={AFTER}")
    text, _ = capstake("scenario", typed[0])
    lines = [line for line in text.splitlines() if line not in SCENARIO.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 1 and lines[0].startswith(LINE), lines
    print(f"{typed[0].name}: written out, one line differs: {lines[0]}")
    for file in formula:
        assert differs(file) == (False, change), (file, differs(file))
        warnings = capstake("check", file)[1]
        assert "[S132]" in warnings and f"{file}:{place}" in warnings, warnings
        print(f"{file.name}: the formula counts by its result, with a warning at {place}")


main()
