"""What the documents say is so."""

import re
import subprocess
import sys
from pathlib import Path

from entrepot.base.locks import RANKS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_variable_that_is_read_is_documented() -> None:
    read = set()
    for path in (ROOT / "src").rglob("*.py"):
        read |= set(
            re.findall(
                r"""environ(?:\.get|\.setdefault)?[(\[]\s*["'](ENTREPOT_\w+)""", path.read_text(encoding="utf-8")
            )
        )
    table = set(
        re.findall(r"^\| `(ENTREPOT_\w+)`", (ROOT / "docs" / "deploying.md").read_text(encoding="utf-8"), re.MULTILINE)
    )

    assert read == table


def test_the_locking_page_names_every_rank_in_order() -> None:
    page = (ROOT / "docs" / "locking.md").read_text(encoding="utf-8")
    block = page.split("```")[1]

    assert [line.split()[0] for line in block.strip().splitlines()] == list(RANKS)


def test_every_link_between_documents_leads_somewhere() -> None:
    lost = [
        (document.name, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]

    assert lost == []


def test_the_glossary_is_what_the_terms_say() -> None:
    done = subprocess.run([sys.executable, "tools/print_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_every_make_target_of_the_documents_is_there_and_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    spoken = set()
    for document in DOCUMENTS:
        spoken |= set(re.findall(r"`make ([a-z]+)|^make ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE))

    assert {one or other for one, other in spoken} <= explained


def test_decisions_are_numbered_once_and_short() -> None:
    pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [page.name[:4] for page in pages]

    assert len(numbers) == len(set(numbers))
    assert [page.name for page in pages if len(page.read_text(encoding="utf-8").splitlines()) > 60] == []
