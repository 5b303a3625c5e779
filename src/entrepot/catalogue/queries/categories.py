"""The category tree, kept in memory for at most a minute: every page with a search box asks for it."""

from collections.abc import Mapping
from time import monotonic
from typing import Final

from django.db import connection

from entrepot.catalogue.models import Category
from entrepot.catalogue.terms import CategoryNode, CategoryRef, CategoryUnknown
from entrepot.kernel.text import Text

_KEPT_SECONDS: Final = 60
_kept: dict[str, tuple[float, Mapping[str, Text]]] = {}


def categories() -> tuple[CategoryNode, ...]:
    """The tree's roots in the order they are shown, each with all that lies under it."""
    children: dict[str, list[str]] = {}
    names = _names()
    for path in names:
        children.setdefault(path.rpartition("/")[0], []).append(path)

    def node(path: str) -> CategoryNode:
        return CategoryNode(path, names[path], tuple(node(child) for child in children.get(path, ())))

    return tuple(node(path) for path in children.get("", ()))


def category(*, path: str) -> CategoryRef:
    """One category with the names of those above it. Raises CategoryUnknown."""
    found = category_ref(path=path)
    if found is None:
        raise CategoryUnknown(path=path)
    return found


def category_ref(*, path: str) -> CategoryRef | None:
    """The category at `path`, or nothing for an empty or forgotten one."""
    names = _names()
    if path not in names:
        return None
    slugs = path.split("/")
    above = ["/".join(slugs[: depth + 1]) for depth in range(len(slugs))]
    return CategoryRef(path, names[path], tuple(names[step] for step in above if step in names))


def forget_categories() -> None:
    """Read the tree again at the next call: after a change in this process."""
    _kept.clear()


def _names() -> Mapping[str, Text]:
    database = str(connection.settings_dict["NAME"])
    since, known = _kept.get(database, (0, {}))
    if not known or monotonic() - since > _KEPT_SECONDS:
        known = dict(Category.objects.order_by("position").values_list("path", "names"))
        _kept[database] = (monotonic(), known)
    return known
