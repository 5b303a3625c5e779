"""The floor of the web server: a WSGI function that says hello and nothing else, served as the pages are.

`python -m bench.hello PORT [PROCESSES THREADS]`
"""

import sys
from collections.abc import Callable, Iterable


def application(_environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


if __name__ == "__main__":
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    processes, threads = (int(word) for word in (sys.argv[2:] or ("2", "4")))
    Server(
        "bench.hello:application", address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.WSGI,
        workers=processes, blocking_threads=threads, log_level=LogLevels.warning,
    ).serve()  # fmt: skip
