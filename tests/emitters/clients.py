"""Thirteen HTTP clients that send to one sink: kept connections, chunks, 100-continue, gzip, pipelines.

`python clients.py KIND URL FIRST COUNT` sends with one of Python's; `COMMANDS` names them all.
"""

from __future__ import annotations

import asyncio
import gzip
import http.client
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent


def text(kind: str, number: int) -> str:
    """What message `number` of a client says: no two say the same."""
    return f"{kind}-{number}-{'x' * (number * 37 % 5000)}"


def numbered(kind: str, first: int, count: int) -> Iterator[tuple[int, bytes, dict[str, str]]]:
    """Yield number, body and headers of each message; every third one is compressed."""
    for number in range(first, first + count):
        body, headers = text(kind, number).encode(), {"Content-Type": "text/plain"}
        if number % 3 == 0:
            yield number, gzip.compress(body), headers | {"Content-Encoding": "gzip"}
        else:
            yield number, body, headers


def by_requests(url: str, first: int, count: int) -> None:
    """One session; every fourth body is a generator, which goes in chunks."""
    import requests

    with requests.Session() as session:
        for number, body, headers in numbered("requests", first, count):
            session.post(url, data=iter([body[:7], body[7:]]) if number % 4 == 0 else body, headers=headers, timeout=60)


def by_urllib(url: str, first: int, count: int) -> None:
    """A connection for each message."""
    for _, body, headers in numbered("urllib", first, count):
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=60):  # noqa: S310 - loopback
            pass


def by_urllib3(url: str, first: int, count: int) -> None:
    """A pool of one, and PUT as well as POST."""
    import urllib3

    with urllib3.PoolManager(maxsize=1) as pool:
        for number, body, headers in numbered("urllib3", first, count):
            pool.request("PUT" if number % 2 else "POST", url, body=body, headers=headers, timeout=60)


def by_http_client(url: str, first: int, count: int) -> None:
    """One connection, chunks by hand."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    for number, body, headers in numbered("http.client", first, count):
        chunks = iter([body[:1], body[1:]]) if number % 2 else body
        connection.request("POST", "/events", chunks, headers, encode_chunked=bool(number % 2))
        connection.getresponse().read()
    connection.close()


def by_httpx(url: str, first: int, count: int) -> None:
    """One client."""
    import httpx

    with httpx.Client(timeout=60) as client:
        for _, body, headers in numbered("httpx", first, count):
            client.post(url, content=body, headers=headers)


def by_httpx_async(url: str, first: int, count: int) -> None:
    """Four messages at a time."""
    import httpx

    async def send() -> None:
        async with httpx.AsyncClient(timeout=60) as client:
            lane = asyncio.Semaphore(4)

            async def one(body: bytes, headers: dict[str, str]) -> None:
                async with lane:
                    await client.post(url, content=body, headers=headers)

            await asyncio.gather(*(one(body, headers) for _, body, headers in numbered("httpx-async", first, count)))

    asyncio.run(send())


def by_aiohttp(url: str, first: int, count: int) -> None:
    """One session; every second message waits for 100-continue."""
    import aiohttp

    async def send() -> None:
        async with aiohttp.ClientSession() as session:
            for number, body, headers in numbered("aiohttp", first, count):
                async with session.post(url, data=body, headers=headers, expect100=number % 2 == 0):
                    pass

    asyncio.run(send())


def by_curl(url: str, first: int, count: int) -> None:
    """Fifty messages a process over one connection, every fourth after 100-continue."""
    config = []
    for number in range(first, first + count):
        header = 'header = "Expect: 100-continue"\n' if number % 4 == 0 else 'header = "Expect:"\n'
        config.append(f'url = "{url}"\n{header}data = "{text("curl", number)}"\noutput = /dev/null\n')
    for start in range(0, count, 50):
        options = "next\n".join(config[start : start + 50])
        words = ["curl", "--silent", "--show-error", "--max-time", "120", "--config", "-"]
        subprocess.run(words, input=options.encode(), check=True, timeout=300)


def by_pipeline(url: str, first: int, count: int) -> None:
    """Ten messages in one write, an empty line between them, and then ten answers."""
    parts = urlsplit(url)
    for start in range(first, first + count, 10):
        written = b""
        wanted = min(10, first + count - start)
        for number in range(start, start + wanted):
            body = text("pipeline", number).encode()
            head = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            if number % 2:
                written += (
                    f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
                )
            else:
                written += f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body + b"\r\n"
        with socket.create_connection((str(parts.hostname), int(parts.port or 80)), timeout=60) as connection:
            connection.sendall(written)
            answered = b""
            while answered.count(b"HTTP/1.1 202") < wanted:
                data = connection.recv(65536)
                if not data:
                    raise ConnectionError(f"the sink hung up after {answered.count(b'HTTP/1.1 202')} of {wanted}")
                answered += data


KINDS: dict[str, Callable[[str, int, int], None]] = {
    "requests": by_requests,
    "urllib": by_urllib,
    "urllib3": by_urllib3,
    "http.client": by_http_client,
    "httpx": by_httpx,
    "httpx-async": by_httpx_async,
    "aiohttp": by_aiohttp,
    "curl": by_curl,
    "pipeline": by_pipeline,
}

COMMANDS: dict[str, list[str]] = {
    **{kind: [sys.executable, str(HERE / "clients.py"), kind] for kind in KINDS},
    "node-fetch": ["node", str(HERE / "clients.js"), "fetch"],
    "node-http": ["node", str(HERE / "clients.js"), "http"],
    "php-curl": ["php", str(HERE / "clients.php"), "curl"],
    "php-streams": ["php", str(HERE / "clients.php"), "streams"],
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
