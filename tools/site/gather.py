"""Gathers the pages of the site in one folder: docs/, the pages of other folders, and the reference of the Python package.

    gather.py TOP SITE

copies mkdocs.yml and the pages of the repository TOP into the new folder SITE. Links between gathered pages lead to their new places;
links to files that are no pages become the name of the file. A link to a file that does not exist ends it with an error.
"""

import ast
import re
import shutil
import sys
from pathlib import Path

# Pages outside docs/, and their places on the site.
OTHERS = {
    "configs/README.md": "reference/scenario.md",
    "output/README.md": "reference/results.md",
    "benches/README.md": "reference/benchmarks.md",
    "tests/README.md": "reference/tests.md",
    "CHANGELOG.md": "changelog.md",
}
# Of the Python package, what people need first; the others follow.
FIRST = ["_scenario", "_result", "_table", "_figures", "_study", "_distributions", "_parts", "_executors", "_progress", "_program", "_errors"]
# A signature that is longer has a line for each argument.
WIDTH = 88
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^()\s]+)\)")


def pages(top: Path) -> dict[str, str]:
    """Where each page of the repository stands on the site."""
    found = {page.relative_to(top).as_posix(): page.relative_to(top / "docs").as_posix() for page in (top / "docs").rglob("*.md")}
    return found | OTHERS


def linked(text: str, page: str, places: dict[str, str], top: Path) -> str:
    """The text of a page with its links as they must be on the site."""

    def moved(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        path, _, anchor = target.partition("#")
        whole = (top / page).parent.joinpath(path).resolve()
        if not whole.exists():
            raise SystemExit(f"error: {page}: the link {target} leads nowhere")
        inside = whole.relative_to(top.resolve()).as_posix()
        inside = inside + "/README.md" if whole.is_dir() else inside
        if picture:
            return found[0]
        if inside not in places:
            return words if words.startswith("`") else f"{words} (`{inside}`)" if words != inside else f"`{inside}`"
        depth = places[page].count("/")
        return f"[{words}]({'../' * depth}{places[inside]}{'#' + anchor if anchor else ''})"

    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    # Screens are shown as they are: a line that begins with "$89.6 bn" is no command.
    return "".join(part.replace("```console", "```text", 1) if part.startswith("```") else LINK.sub(moved, part) for part in parts)


def signature(node: ast.FunctionDef | ast.AsyncFunctionDef, owner: str) -> str:
    """A function as it is called."""
    own = node.args
    positional = own.posonlyargs + own.args
    defaults: list[ast.expr | None] = [*[None] * (len(positional) - len(own.defaults)), *own.defaults]

    def one(argument: ast.arg, default: ast.expr | None = None, stars: str = "") -> str:
        kind = f": {ast.unparse(argument.annotation)}" if argument.annotation else ""
        given = "" if default is None else f"{' = ' if kind else '='}{ast.unparse(default)}"
        return f"{stars}{argument.arg}{kind}{given}"

    shown = [one(argument, default) for argument, default in zip(positional, defaults)]
    if owner and positional and positional[0].arg in ("self", "cls"):
        shown = shown[1:]
    if own.vararg:
        shown.append(one(own.vararg, stars="*"))
    elif own.kwonlyargs:
        shown.append("*")
    shown += [one(argument, default) for argument, default in zip(own.kwonlyargs, own.kw_defaults)]
    if own.kwarg:
        shown.append(one(own.kwarg, stars="**"))
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    line = f"{owner}{node.name}({', '.join(shown)}){returns}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"{owner}{node.name}(", *(f"    {argument}," for argument in shown), f"){returns}"])


def described(node: ast.AST) -> str:
    """A definition's own words."""
    return (ast.get_docstring(node) or "").replace("``", "`").replace("::\n", ":\n")  # type: ignore[arg-type]


def is_property(node: ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator) == "property" for decorator in node.decorator_list)


def python_reference(package: Path) -> str:
    """The public names of the package with their signatures and texts, from its typed sources."""
    door = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    words = "The public names of `import capstake as cs`, made from the sources of the package. [The Python package](../python.md) shows them at work."
    out = ["# Python reference", "", words, ""]
    parts = [part for part in door.body if isinstance(part, ast.ImportFrom) and part.module and part.module.startswith("_")]
    for statement in sorted(parts, key=lambda part: FIRST.index(part.module) if part.module in FIRST else len(FIRST)):
        source = package / f"{statement.module}.py"
        if not source.exists():
            continue
        nodes = {node.name: node for node in ast.parse(source.read_text(encoding="utf-8")).body if hasattr(node, "name")}
        names = sorted(statement.names, key=lambda alias: alias.name not in ("Scenario", "Result", "Table", "Study"))
        if statement.module == "_study":
            # Nobody imports it, and all studies take it.
            names.insert(1, ast.alias("How"))
        for alias in names:
            node, name = nodes.get(alias.name), alias.asname or alias.name
            if node is None or name.startswith("_"):
                continue
            if isinstance(node, ast.FunctionDef):
                out += [f"## {name}", "", "```python", signature(node, "cs."), "```", "", described(node), ""]
            elif isinstance(node, ast.ClassDef):
                out += [f"## {name}", "", described(node), ""]
                for member, after in zip(node.body, [*node.body[1:], None]):
                    if isinstance(member, ast.FunctionDef) and not member.name.startswith("_"):
                        shown = f"{name}.{member.name}" + (f": {ast.unparse(member.returns)}" if member.returns else "")
                        shown = shown if is_property(member) else signature(member, f"{name}.")
                        out += ["```python", shown, "```", "", described(member), ""]
                    elif isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name) and not member.target.id.startswith("_"):
                        said = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
                        words = " ".join(str(said).split()).replace("``", "`")
                        out += [f"- `{member.target.id}: {ast.unparse(member.annotation)}`" + (f" {words}" if words else "")]
                out.append("")
    return "\n".join(out) + "\n"


def main(top: Path, site: Path) -> None:
    shutil.rmtree(site, ignore_errors=True)
    (site / "docs").mkdir(parents=True)
    shutil.copy(top / "mkdocs.yml", site)
    for folder in ("pictures", "style"):
        shutil.copytree(top / "docs" / folder, site / "docs" / folder)
    places = pages(top)
    for page, place in places.items():
        target = site / "docs" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        text = linked((top / page).read_text(encoding="utf-8"), page, places, top)
        target.write_text(text, encoding="utf-8")
    reference = python_reference(top / "python" / "package" / "capstake")
    if reference.count("\n## ") < 10:
        raise SystemExit("error: the Python package has lost its public names")
    (site / "docs" / "reference" / "python.md").write_text(reference, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
