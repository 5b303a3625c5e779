"""Who may look."""

from entrepot.parties.terms import NotYours, Viewer


def must_operate(*, viewer: Viewer) -> None:
    """Raises NotYours for all but operators."""
    if not viewer.operator:
        raise NotYours
