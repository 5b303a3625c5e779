"""The one place that reads the clock. Edges and jobs call `now()` and pass the moment on as `at`."""

import os
from datetime import UTC, datetime, timedelta
from typing import Final

# Moves the whole market in time, for trying out timers: ENTREPOT_CLOCK_AHEAD=864000 is ten days from now.
_AHEAD: Final = timedelta(seconds=int(os.environ.get("ENTREPOT_CLOCK_AHEAD", "0")))


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC) + _AHEAD
