"""One table from the kind of failure to how each edge shows it: HTTP status, problem title, exit code."""

from dataclasses import dataclass

from entrepot.kernel.errors import Conflict, EntrepotError, NotFound, Refused, Upstream


@dataclass(frozen=True, slots=True)
class Showing:
    """How an edge shows a failure. exit_code: for the command line (sysexits-like, small and stable)."""

    status: int
    title: str
    exit_code: int


_TABLE: tuple[tuple[type[EntrepotError], Showing], ...] = (
    (NotFound, Showing(404, "Not found", 4)),
    (Conflict, Showing(409, "Somebody was first", 5)),
    (Upstream, Showing(502, "An outside party did not answer", 6)),
    (Refused, Showing(422, "Refused", 3)),
)


def showing(error: EntrepotError) -> Showing:
    """The row for this failure's kind."""
    for kind, row in _TABLE:
        if isinstance(error, kind):
            return row
    return Showing(500, "Our mistake", 1)
