"""The house lint: what ruff and import-linter cannot say. Prints `file:line: what is wrong`; exits 1 when it finds any."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "entrepot"
FUNCTION_LINES, FILE_LINES, FLOW_LINES = 60, 400, 80
EMPTY_WORDS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "processor"}
OPEN_FILES = {"services", "queries", "rules", "flows", "kernel"}
EDGES = {"web", "api", "cli"}
# A longer function or file says why in a comment that starts so, on or above its first lines.
REASON = re.compile(r"#\s*long:\s*\S+")

Fault = tuple[Path, int, str]


def faults(path: Path, source: Path = SOURCE) -> Iterator[Fault]:
    """Everything wrong in one file below `source`."""
    text = path.read_text()
    lines = text.splitlines()
    tree = ast.parse(text)
    parts = path.relative_to(source).with_suffix("").parts
    if len(lines) > FILE_LINES and not any(REASON.search(line) for line in lines[:12]):
        yield path, 1, f"{len(lines)} lines; over {FILE_LINES} wants a split by noun or `# long: why`"
    if EMPTY_WORDS & set(parts):
        yield path, 1, "a file name that says nothing"
    if lines and not ast.get_docstring(tree):
        yield path, 1, "no module docstring"
    yield from sizes(path, tree, lines, parts)
    yield from open_functions(path, tree, parts)
    yield from words(path, tree, parts)
    yield from transactions(path, tree, parts)


def sizes(path: Path, tree: ast.Module, lines: list[str], parts: tuple[str, ...]) -> Iterator[Fault]:
    """Functions over their budget without a reason."""
    limit = FLOW_LINES if parts[0] == "flows" else FUNCTION_LINES
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        size = (node.end_lineno or node.lineno) - node.lineno + 1
        above = lines[max(0, node.lineno - 3) : node.lineno + 1]
        if size > limit and not any(REASON.search(line) for line in above):
            yield path, node.lineno, f"{node.name} has {size} lines; over {limit} wants a split or `# long: why`"


def open_functions(path: Path, tree: ast.Module, parts: tuple[str, ...]) -> Iterator[Fault]:
    """Functions that others call, without a docstring or with positional arguments."""
    if not OPEN_FILES & set(parts):
        return
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node):
            yield path, node.lineno, f"{node.name} is called by others and has no docstring"
        positional = node.args.args + node.args.posonlyargs
        if positional and parts[0] != "kernel" and "rules" not in parts:
            yield path, node.lineno, f"{node.name} takes positional arguments"


def words(path: Path, tree: ast.Module, parts: tuple[str, ...]) -> Iterator[Fault]:
    """Signals, floats, catch-alls and clocks where they do not belong."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module="django.dispatch" | "django.db.models.signals"):
                yield path, node.lineno, "signals: call the verb instead"
            case ast.Constant(value=float()) if parts[0] not in {"jobs", "cli", "base", "config"}:
                yield path, node.lineno, "a float; money and rates are whole numbers or Decimal"
            case ast.ExceptHandler() if parts[0] not in {"jobs", "cli", "base"}:
                if (ast.unparse(node.type) if node.type else "") in {"", "Exception", "BaseException"}:
                    yield path, node.lineno, "catches everything; only the job runner may"
            case ast.Call() if parts[0] not in EDGES | {"jobs", "base"}:
                if ast.unparse(node.func) in {"clock.now", "datetime.now", "timezone.now"}:
                    yield path, node.lineno, "reads the clock; take `at`"
            case _:
                pass


def transactions(path: Path, tree: ast.Module, parts: tuple[str, ...]) -> Iterator[Fault]:
    """Transactions are opened by services and flows (and by jobs and the plumbing)."""
    if {"services", "flows", "base", "jobs", "cli"} & set(parts):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "transaction.atomic":
            yield path, node.lineno, "opens a transaction; that is for services and flows"


def main() -> int:
    """Lint the whole package."""
    paths = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
    found = [fault for path in paths for fault in faults(path)]
    for path, line, what in found:
        print(f"{path.relative_to(ROOT)}:{line}: {what}")
    print(f"tidy: {len(paths)} files, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
