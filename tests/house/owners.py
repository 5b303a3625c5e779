"""The database wrapper that rejects a statement on an owned table which does not name its owner."""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from django.apps import apps

from entrepot.base.models import OwnedModel
from entrepot.base.owners import crossing


class OwnerMissing(AssertionError):
    """A statement touches an owned table without its owner."""


@cache
def owned_tables() -> Mapping[str, str]:
    """Owner column by table, for every model that says whose its rows are."""
    return {m._meta.db_table: m.OWNER for m in apps.get_models() if issubclass(m, OwnedModel)}


_WORDS = re.compile(r"[a-z_][a-z_0-9]*")
# Schema changes, savepoints and the emptying of tables between tests name no rows.
_EXEMPT = re.compile(
    r"^\s*(CREATE|ALTER|DROP|TRUNCATE|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET|LOCK|COMMENT|ANALYZE|VACUUM|EXPLAIN|LISTEN)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def missing_owner(sql: str) -> str | None:
    """The first owned table named in `sql` whose owner column is not, or nothing.

    A SELECT list does not count: the owner must stand behind WHERE, ON, USING, an INSERT's or COPY's columns.
    """
    if _EXEMPT.match(sql):
        return None
    plain = sql.lower()
    words = set(_WORDS.findall(plain))
    for table, owner in owned_tables().items():
        if table in words and not _names_owner(plain, table=table, owner=owner):
            return f"{table} without {owner}"
    return None


def _names_owner(plain: str, *, table: str, owner: str) -> bool:
    if re.search(rf"(insert\s+into|copy)\s+\"?{table}\"?\s*(as\s+\w+\s*)?\([^)]*\b{owner}\b", plain):
        return True
    column = rf"(\"?\w+\"?\.)?\"?{owner}\"?"
    compared = rf"{column}\s*(=|in\b|>=|<=|is\s+not\s+distinct)|=\s*(any\s*\(\s*)?{column}|using\s*\([^)]*\b{owner}\b|\([^()]*{column}[^()]*\)\s*(=|in\b)"
    return (
        any(
            re.search(compared, clause) is not None
            for clause in re.split(r"\b(?:where|on|using|join|merge)\b", plain)[1:]
        )
        or re.search(rf"using\s*\([^)]*\b{owner}\b", plain) is not None
    )


def refuse_ownerless_statement(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]
) -> Any:
    """Django's execute wrapper: runs the statement, or stops it with the table and column that are missing."""
    fault = missing_owner(str(sql)) if crossing() is None else None
    if fault:
        raise OwnerMissing(f"{fault}:\n{sql}")
    return execute(sql, params, many, context)
