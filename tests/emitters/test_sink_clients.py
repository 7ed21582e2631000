"""What many clients send at once, and what the sink recorded: nothing lost, and nothing invented.

CONTRACTS_SINK_REQUESTS says how many messages they send together.
"""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from contracts.emitters import open_driver
from contracts.model.emission import Emission, Fault
from tests.emitters.clients import COMMANDS, text
from tests.emitters.test_sink_command import sink

REQUESTS = int(os.environ.get("CONTRACTS_SINK_REQUESTS", "10400"))

BROKEN = [
    b"POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 50\r\n\r\nbroken-",
    b"POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 7\r\nX-Broken : 1\r\n\r\nbroken-",
    b"POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nbroken-",
    b"POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\nbroken-",
    b"broken-\r\n\r\n",
    b"\x16\x03\x01\x00broken-\r\n\r\n",
]
"""What neighbours send meanwhile: each is a fault, and none is a message."""


def be_a_bad_neighbour(url: str, times: int) -> None:
    """Send what is broken, over and over, and hang up in the middle."""
    parts = urlsplit(url)
    for number in range(times):
        with socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=60) as connection:
            connection.sendall(BROKEN[number % len(BROKEN)])
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass


def decoded(emission: Emission) -> str:
    """What an emission says, uncompressed."""
    packed = emission.headers.get("content-encoding") == "gzip"
    return (gzip.decompress(emission.body) if packed else emission.body).decode()


def test_nothing_is_lost_and_nothing_is_invented(tmp_path: Path) -> None:
    """All clients at once, broken neighbours among them: each message is there once, and each fault is said once."""
    commands = {kind: words for kind, words in COMMANDS.items() if shutil.which(kind if kind == "curl" else words[0])}
    each, faults = REQUESTS // len(commands), max(60, REQUESTS // 20)
    out = tmp_path / "captures.ndjson"
    with sink(tmp_path, "--out", str(out)) as (url, process):
        neighbour = threading.Thread(target=be_a_bad_neighbour, args=(url, faults))
        neighbour.start()
        clients = {
            kind: subprocess.Popen([*words, f"{url}/events", "0", str(each)], stderr=subprocess.PIPE)
            for kind, words in commands.items()
        }
        for kind, client in clients.items():
            _, stderr = client.communicate(timeout=600)
            assert (kind, client.returncode, stderr.decode()) == (kind, 0, "")
        neighbour.join()
        process.terminate()
        process.communicate(timeout=60)
    items = list(open_driver({"captures": str(out)}).observe(()))
    recorded = Counter(decoded(item) for item in items if isinstance(item, Emission))
    sent = Counter(text(kind, number) for kind in commands for number in range(each))
    assert (sent - recorded, recorded - sent) == (Counter(), Counter())
    assert len([item for item in items if isinstance(item, Fault)]) == faults


@pytest.mark.parametrize("number", [0, 1, 2, 999_999])
def test_no_two_messages_say_the_same(number: int) -> None:
    """Otherwise one that was lost and one that came twice would look like none."""
    assert len({text(kind, number) for kind in COMMANDS}) == len(COMMANDS)
    assert text("curl", number) != text("curl", number + 1)
