"""The Chinese texts: `messages.py check`, `messages.py compile`, `messages.py extract AREA PATH...`.

check says which are missing or do not fit their English; compile writes what gettext reads; extract puts the texts that
the files under PATH ask for and no area has yet into AREA's catalogue, to be translated there.
"""

import ast
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
PACKAGE = ROOT / "src" / "entrepot"
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
}
TEMPLATE_OPTIONS = {
    "extensions": "jinja2.ext.i18n,jinja2.ext.loopcontrols",
    "newstyle_gettext": "true",
    "silent": "false",
    "encoding": "utf-8",
}
LAW_TEXT = re.compile(r'(?:note|en) *= *"([^"]+)"')
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!\{)\{(\w*)\}")


def asked_for() -> Iterator[tuple[str, str]]:
    """Every English text that the code shows to people, with the place that shows it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        yield from _extracted(path, "python", {"encoding": "utf-8"})
        yield from _of_errors(path)
        yield from _of_steps(path)
        if path.name == "findings.py":
            yield from _of_findings(path)
    for path in sorted((PACKAGE / "customs" / "starter").glob("*.toml")):
        yield from _of_law(path)
    for path in sorted((PACKAGE / "web" / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".jinja", ".j2"}:
            yield from _extracted(path, "jinja2", TEMPLATE_OPTIONS)


def _extracted(path: Path, method: str, options: dict[str, str]) -> Iterator[tuple[str, str]]:
    for line, text, _comments, _context in extract_from_file(method, path, keywords=KEYWORDS, options=options):
        msgid = text if isinstance(text, str) else text[0]
        if msgid:
            yield msgid, f"{path.relative_to(ROOT)}:{line}"


def _of_errors(path: Path) -> Iterator[tuple[str, str]]:
    """`message` and `remedy` of the error classes are gettext ids too, and the words for codes among their facts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        yield from _of_words(node, path)
        if not isinstance(node, ast.ClassDef):
            continue
        assigned = {
            target.id: entry.value
            for entry in node.body
            if isinstance(entry, ast.Assign)
            for target in entry.targets
            if isinstance(target, ast.Name)
        }
        if "code" not in assigned:
            continue
        for name in ("message", "remedy"):
            value = assigned.get(name)
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield value.value, f"{path.relative_to(ROOT)}:{value.lineno}"


def _of_law(path: Path) -> Iterator[tuple[str, str]]:
    """What the shipped law notes beside its figures, and says of what may not enter."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        found = LAW_TEXT.match(line)
        if found and found[1]:
            yield found[1], f"{path.relative_to(ROOT)}:{number}"


def _of_steps(path: Path) -> Iterator[tuple[str, str]]:
    """Sentences of the reasoning behind a price: what the sheet says and notes, and steps written out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        text = node.args[0].value
        if name in {"say", "note", "step", "Step"} and "landed" in path.parts and isinstance(text, str):
            yield text, f"{path.relative_to(ROOT)}:{node.lineno}"


def _of_words(node: ast.AST, path: Path) -> Iterator[tuple[str, str]]:
    """Tables named `..._WORDS` hold what people read for a code, `..._SENTENCES` what is said and what to do."""
    if (
        not isinstance(node, ast.AnnAssign)
        or not isinstance(node.target, ast.Name)
        or not isinstance(node.value, ast.Dict)
    ):
        return
    if node.target.id.endswith(("_WORDS", "_SENTENCES")):
        for value in node.value.values:
            for part in value.elts if isinstance(value, ast.Tuple) else (value,):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    yield part.value, f"{path.relative_to(ROOT)}:{part.lineno}"


def _of_findings(path: Path) -> Iterator[tuple[str, str]]:
    """What a product file's findings say, and what to do: code -> (message, remedy)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        for entry in node.values if isinstance(node, ast.Dict) else ():
            for part in entry.elts if isinstance(entry, ast.Tuple) else ():
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    yield part.value, f"{path.relative_to(ROOT)}:{part.lineno}"


def _translations() -> tuple[dict[str, str], list[str]]:
    """The Chinese of every English text, and what is wrong with the catalogues themselves."""
    known: dict[str, str] = {}
    wrong: list[str] = []
    for path in sorted((PACKAGE / "web" / "locale").glob("*/zh_Hans/LC_MESSAGES/django.po")):
        with path.open("rb") as lines:
            catalogue = read_po(lines, locale="zh_Hans", abort_invalid=True)
        for message in catalogue:
            if not message.id:
                continue
            place = f"{path.relative_to(ROOT)}:{message.lineno}"
            msgid, chinese = _pair(message)
            if message.fuzzy:
                wrong.append(f"{place}: fuzzy: {msgid}")
            if not chinese:
                wrong.append(f"{place}: no Chinese for: {msgid}")
                continue
            if _placeholders(chinese) - _placeholders(msgid, *message.id):
                wrong.append(f"{place}: a placeholder that the English lacks: {chinese}")
            if known.get(msgid, chinese) != chinese:
                wrong.append(f"{place}: another area says {known[msgid]!r} for {msgid!r}, here {chinese!r}")
            known[msgid] = chinese
    return known, wrong


def _pair(message: Message) -> tuple[str, str]:
    msgid = message.id if isinstance(message.id, str) else message.id[0]
    chinese = message.string if isinstance(message.string, str) else message.string[0]
    return msgid, chinese


def _placeholders(*texts: str) -> set[str]:
    return {name for text in texts for pair in PLACEHOLDER.findall(text) for name in pair if name}


def check() -> int:
    """Print what is missing or wrong; 1 when there is any."""
    known, wrong = _translations()
    missing: dict[str, str] = {}
    for msgid, place in asked_for():
        if msgid not in known:
            missing.setdefault(msgid, place)
    wrong.extend(f"{place}: no Chinese for: {msgid}" for msgid, place in missing.items())
    for line in wrong:
        print(line)
    print(f"{len(known)} texts in Chinese, {len(wrong)} to mend.")
    return 1 if wrong else 0


def extract(area: str, places: Sequence[str]) -> int:
    """Add what is asked for under `places` and known nowhere to the area's catalogue; how many texts that were."""
    known, _wrong = _translations()
    target = PACKAGE / "web" / "locale" / area / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue = Catalog(locale="zh_Hans")
    if target.exists():
        with target.open("rb") as lines:
            catalogue = read_po(lines, locale="zh_Hans")
    wanted = {text for text, place in asked_for() if place.startswith(tuple(places))}
    missing = sorted(text for text in wanted if text not in known and text not in catalogue)
    for text in missing:
        catalogue.add(text)
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        write_po(out, catalogue, width=0, sort_output=True)
    print(f"{len(missing)} texts to translate in {target.relative_to(ROOT)}")
    return len(missing)


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        from entrepot.cli.messages import compile_messages

        compile_messages()
    elif sys.argv[1:] == ["check"]:
        sys.exit(check())
    elif sys.argv[1:2] == ["extract"] and len(sys.argv) > 3:
        extract(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(__doc__)
