"""The house lint sees each thing it is for, and the tree is clean."""

from pathlib import Path

import pytest
from tools import tidy

SEEN = {
    "signals": ("web/x.py", "from django.dispatch import receiver\n"),
    "a float": ("ledger/x.py", "RATE = 0.5\n"),
    "catches everything": ("orders/x.py", "try:\n    pass\nexcept Exception:\n    pass\n"),
    "reads the clock": ("orders/services.py", "from entrepot.base import clock\nX = clock.now()\n"),
    "opens a transaction": ("orders/queries.py", "from django.db import transaction\nX = transaction.atomic\n"),
    "no docstring": ("orders/services.py", "def pay() -> None:\n    return\n"),
    "positional": ("orders/services.py", 'def pay(order: int) -> None:\n    """Pay."""\n'),
    "says nothing": ("orders/utils.py", ""),
    "over 60": ("orders/x.py", "def f() -> None:\n" + "    pass\n" * 61),
    "over 80": ("flows/x.py", "def f() -> None:\n" + "    pass\n" * 81),
    "over 400": ("orders/x.py", "X = 1\n" * 401),
}


@pytest.mark.parametrize("what", sorted(SEEN))
def test_sees_what_it_is_for(what: str, tmp_path: Path) -> None:
    where, text = SEEN[what]
    path = tmp_path / where
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('"""Planted."""\n' + text)
    assert any(what in fault for _, _, fault in tidy.faults(path, tmp_path))


def test_a_written_reason_lets_a_long_function_pass(tmp_path: Path) -> None:
    path = tmp_path / "orders" / "x.py"
    path.parent.mkdir()
    path.write_text('"""Planted."""\n\n\n# long: a flat table\ndef f() -> None:\n' + "    pass\n" * 61)
    assert not list(tidy.faults(path, tmp_path))


def test_the_tree_is_tidy() -> None:
    assert tidy.main() == 0
