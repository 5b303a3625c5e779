"""Tests keep passwords cheaply; the market does not."""

import runpy
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher, make_password
from django.utils.module_loading import import_string

from entrepot.config import settings
from tests.house.passwords import Hasher

# Source: OWASP Password Storage Cheat Sheet: Argon2id with at least 19 MiB, two rounds. Read 22 November 2026.
MEMORY_LEAST, ROUNDS_LEAST = 19 * 1024, 2


def test_the_market_keeps_passwords_at_a_cost() -> None:
    chosen = runpy.run_path(str(Path(settings.__file__)))["PASSWORD_HASHERS"]
    first = import_string(chosen[0])()
    assert isinstance(first, Argon2PasswordHasher)
    assert not isinstance(first, Hasher)
    assert first.memory_cost >= MEMORY_LEAST
    assert first.time_cost >= ROUNDS_LEAST


def test_tests_keep_them_in_the_same_form_for_nothing() -> None:
    kept = make_password("plain harbour lamp")
    assert identify_hasher(kept).algorithm == "argon2"
    assert "m=8,t=1,p=1" in kept
