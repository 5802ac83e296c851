"""Put on PYTHONPATH by the tests: notes every attempt of a Python process to look up or reach another host."""

import os
import sys

LOOPBACK = ("127.", "localhost", "::1", "0.0.0.0")


def watch(event: str, arguments: tuple) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path is a local socket
    else:
        return
    if host and not str(host).startswith(LOOPBACK):
        with open(os.environ["PULSE_NETWORK_LOG"], "a") as log:
            log.write(f"{event} {host}\n")


sys.addaudithook(watch)
