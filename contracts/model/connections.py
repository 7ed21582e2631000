"""Connections of a server: how many there may be, and when one that brings nothing is ended for the others.

A connection takes a place. One that says nothing may keep it as long as nobody else needs it; a
request that comes drop by drop has a deadline of its own, since each drop is a sign of life.
"""

from __future__ import annotations

import resource
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakKeyDictionary

SPARE_FILES = 64
"""Files that a server opens beside its connections."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a connection may take.

    Attributes:
        most: how many there may be at once.
        idle: seconds that one may say nothing.
        request: seconds that a request may take to arrive.
        pressed: seconds that a request may take where the places run short.
        spare: seconds that one may say nothing then; who has just come is about to.
    """

    most: int = 2000
    idle: float = 120
    request: float = 120
    pressed: float = 5
    spare: float = 0.5

    @property
    def short(self) -> int:
        """From how many on the places run short."""
        return max(1, self.most * 9 // 10)


class Connection(Protocol):
    """What is looked at, named as waitress' channel names it.

    Attributes:
        requests: those to be answered.
        request: the one that arrives.
        last_activity: when something last came or went.
        will_close: it is to be ended, or is being ended.
    """

    requests: list[object]
    request: object | None
    last_activity: float
    will_close: bool


@dataclass(slots=True)
class Keeper:
    """Ends connections that keep a place and bring nothing."""

    limits: ConnectionLimits
    _arriving: WeakKeyDictionary[object, float] = field(default_factory=WeakKeyDictionary)

    def end(self, connections: Iterable[Connection], now: float) -> None:
        """Mark those that are to be closed; one whose request is being answered never is.

        Args:
            now: seconds, of the clock that `last_activity` is of.
        """
        there = [one for one in connections if not one.will_close]
        waiting = sorted(
            (one for one in there if not one.requests), key=lambda one: self._quiet(one, now), reverse=True
        )
        is_short = len(there) >= self.limits.short
        to_free = len(there) - self.limits.short * 3 // 4 if is_short else 0
        for connection in waiting:
            allowed = self.limits.idle if connection.request is None else self.limits.request
            quiet = self._quiet(connection, now)
            # Where places run short an idle connection goes: its client opens another when it needs one.
            spared = self.limits.spare if connection.request is None else self.limits.pressed
            if quiet > allowed or (to_free > 0 and quiet > spared):
                connection.will_close = True
                to_free -= 1

    def _quiet(self, connection: Connection, now: float) -> float:
        if connection.request is None:
            return now - connection.last_activity
        return now - self._arriving.setdefault(connection.request, now)


def room_for(connections: int) -> int:
    """Let this process open so many connections, as far as the system does, and return how many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else min(connections, soft - SPARE_FILES)
