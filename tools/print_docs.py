"""`print_docs.py [--check]`: writes docs/glossary.md from the docstrings of every context's terms; --check only compares."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "entrepot"
TARGET = ROOT / "docs" / "glossary.md"
HEAD = """# Glossary

One thing, one word. Printed from `terms` by `tools/print_docs.py`; change it there.

"""


def words(path: Path) -> Iterator[tuple[str, str]]:
    """Every class that is not an error: its name and the first paragraph of its docstring."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.ClassDef) or node.name.startswith("_"):
            continue
        if any(isinstance(entry, ast.Assign) and _sets(entry, "code") for entry in node.body):
            continue
        meaning = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
        if meaning:
            yield node.name, " ".join(meaning.split())


def _sets(entry: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in entry.targets)


def glossary() -> str:
    """The whole page."""
    parts = [HEAD]
    for context in sorted(path for path in SOURCE.iterdir() if path.is_dir()):
        files = [context / "terms.py"] if (context / "terms.py").exists() else sorted((context / "terms").glob("*.py"))
        rows = sorted({row for path in files for row in words(path)})
        if not rows:
            continue
        purpose = (ast.get_docstring(ast.parse(files[0].read_text(encoding="utf-8"))) or "").split("\n\n")[0]
        parts.append(f"## {context.name}\n\n{' '.join(purpose.split())}\n\n")
        parts.extend(f"- **{_spaced(name)}**: {meaning}\n" for name, meaning in rows)
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def _spaced(name: str) -> str:
    """`BasketLine` as people say it."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


if __name__ == "__main__":
    page = glossary()
    if "--check" not in sys.argv:
        TARGET.write_text(page, encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != page:
        sys.exit("docs/glossary.md is not what the terms say: run make docs")
