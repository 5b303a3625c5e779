"""Which port a process of ours gets when the wished one is busy."""

import socket


def free_port(wished: int, *, host: str = "127.0.0.1", but: tuple[int, ...] = ()) -> int:
    """`wished`, else the first of the ninety-nine after it that is free, else any that the system gives."""
    for port in range(wished, min(wished + 100, 65_536)):
        if port not in but and _is_free(host, port):
            return port
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: what a stopped server left in TIME_WAIT does not count as busy, a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
