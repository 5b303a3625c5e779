"""The house rules that import-linter cannot say, and the proof that its contracts break when they are broken."""

import ast
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "entrepot"
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
CONTEXTS = sorted(path.parent.name for path in PACKAGE.glob("*/apps.py") if path.parent.name != "base")


def test_tables_are_private_to_their_context() -> None:
    graph = grimp.build_graph("entrepot", cache_dir=None)
    for table in (module for module in graph.modules if module.split(".")[-1] == "models" or ".models." in module):
        owner = ".".join(table.split(".")[:2])
        if owner == "entrepot.base":
            continue  # the plumbing's abstract table is there to be inherited
        importers = graph.find_modules_that_directly_import(table)
        strangers = {module for module in importers if not module.startswith(owner + ".")}
        assert not strangers, f"{strangers} import {table}"


def test_every_context_is_held_to_the_order_inside() -> None:
    inside = next(contract for contract in LINTER if contract["id"] == "inside")
    assert sorted(name.split(".")[1] for name in inside["containers"]) == CONTEXTS


def test_writing_verbs_are_unique_in_the_tree() -> None:
    verbs: Counter[str] = Counter()
    for path in PACKAGE.rglob("*.py"):
        if "services" in path.relative_to(PACKAGE).parts or path.name == "services.py" or path.parent.name == "flows":
            tree = ast.parse(path.read_text())
            verbs.update(
                node.name for node in tree.body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            )
    assert [verb for verb, count in verbs.items() if count > 1] == []


# For each contract: the file to plant, and what to plant in it.
PLANTED = {
    "layers": ("kernel/planted.py", "from entrepot.base import clock\n"),
    "inside": ("parties/terms.py", "from entrepot.parties import models\n"),
    "pure": ("kernel/planted.py", "import random\n"),
    "flows": ("base/planted.py", "from entrepot.parties import services\n"),
    "jobs": ("web/planted.py", "from entrepot.carriage import adapters\n"),
    "network": ("flows/planted.py", "import httpx\n"),
    "acyclic": ("base/planted.py", "from entrepot.parties import terms\n"),
    "strangers": ("kernel/planted.py", "import entrepot_sandbox\n"),
}


def test_every_contract_has_a_planted_break() -> None:
    assert sorted(PLANTED) == sorted(contract["id"] for contract in LINTER)


@pytest.mark.parametrize("contract", sorted(PLANTED))
def test_contract_fails_when_broken(contract: str, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(
        ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("__pycache__", "static", "*.png", "*.mo", "market")
    )
    shutil.copy(ROOT / "pyproject.toml", tree / "pyproject.toml")
    where, planted = PLANTED[contract]
    target = tree / "src" / "entrepot" / where
    (tree / "src" / "entrepot" / "carriage" / "adapters.py").touch()
    target.write_text((target.read_text() if target.exists() else '"""Planted."""\n') + planted)
    linter = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run(
        [linter, "--no-cache", "--contract", contract],
        cwd=tree, env={"PYTHONPATH": str(tree / "src"), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1, run.stdout + run.stderr
    assert "BROKEN" in run.stdout


def test_a_stray_package_is_refused(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    shutil.copytree(
        ROOT / "src", tree / "src", ignore=shutil.ignore_patterns("__pycache__", "static", "*.png", "*.mo", "market")
    )
    shutil.copy(ROOT / "pyproject.toml", tree / "pyproject.toml")
    stray = tree / "src" / "entrepot" / "stray"
    stray.mkdir()
    (stray / "__init__.py").write_text('"""Stray."""\n')
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--contract", "layers"],
        cwd=tree, env={"PYTHONPATH": str(tree / "src"), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "stray" in run.stdout
