"""Where a sink listens: `HOST:PORT`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.errors import MisuseError
from contracts.model.hosts import is_loopback

_LISTEN = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:\[\]]+)):(?P<port>[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sink listens; port 0 takes any that is free."""

    host: str
    port: int

    @property
    def is_loopback(self) -> bool:
        """Can it be reached from this machine alone?"""
        return is_loopback(self.host)


def parse_address(text: str, *, option: str) -> Address:
    """Read `HOST:PORT`, `[::1]:PORT` for IPv6.

    Raises:
        MisuseError: it is none.
    """
    found = _LISTEN.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise MisuseError(f"--{option}: {text!r} isn't HOST:PORT", next_step="say, for instance, 127.0.0.1:8099")
    return Address(found["six"] or found["host"], int(found["port"]))
