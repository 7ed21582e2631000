"""What nothing that a command prints may do, whatever it was told."""

from __future__ import annotations

import re
from collections.abc import Iterator


def harms(code: int, said: str) -> Iterator[str]:
    """Yield what is wrong with how a command has ended: its code, and what it printed on either stream."""
    if code not in range(5):
        yield f"it ends with {code}"
    if "Traceback" in said or "defect of the toolkit" in said:
        yield "it calls itself a defect"
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|##\w*\[", said):
        yield "it prints what acts"
    if any(line.lstrip().startswith("::") for line in said.splitlines()):
        yield "it prints a command of a CI"
