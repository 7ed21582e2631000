"""`--header "Name: value"`: what an emitter wants to see before it listens, such as a key."""

from __future__ import annotations

import re

from contracts.errors import MisuseError
from contracts.model.driver import DriverOption, OptionValues

HEADER = DriverOption(
    name="header",
    metavar="NAME:VALUE",
    help="Sent with each request to the emitter, such as a key. May be said several times.",
    multiple=True,
)

_HEADER = re.compile(r"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(?P<value>[ -~]*?)[ \t]*")


def request_headers(options: OptionValues) -> tuple[tuple[str, str], ...]:
    """Return the headers that `--header` names.

    Raises:
        MisuseError: one isn't `Name: value` in ASCII. The value isn't shown: it may be a secret.
    """
    found = [_HEADER.fullmatch(text) for text in options.all("header")]
    if not all(found):
        raise MisuseError(
            "--header: one of them isn't NAME:VALUE in ASCII", next_step='say, for instance, --header "X-Key: …"'
        )
    return tuple((match["name"], match["value"]) for match in found if match)
