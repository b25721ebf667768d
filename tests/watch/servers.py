"""Servers that do with whoever comes what a test wants."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# What is done with a client; what it may wait for is set at the server's end.
Does = Callable[[socket.socket, threading.Event], None]


@contextmanager
def serving(does: Does) -> Iterator[int]:
    """Does the same with everybody, one after the other, at the port that is returned."""
    ended = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)

    def serve() -> None:
        while not ended.is_set():
            try:
                client, _address = listening.accept()
            except TimeoutError:
                continue
            with client:
                client.settimeout(5.0)
                try:
                    does(client, ended)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        ended.set()
        thread.join()
        listening.close()
