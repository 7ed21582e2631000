"""The official client's `can-i-deploy`, asked what the toolkit was asked, on the same broker."""

from __future__ import annotations

import subprocess
from collections import Counter
from types import TracebackType

from tests.broker.programs import PACT
from tests.release.world.terminal import Printed, serve_current
from tests.release.world.world import Question


class Official:
    """Asks the official client after each answer, and counts where the two differ.

    Attributes:
        asked: how many questions.
        laxer: questions to which the toolkit said yes and the client didn't; there may be none.
        stricter: why the toolkit said no or unknown where the client says yes, counted.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.laxer: list[str] = []
        self.stricter: Counter[str] = Counter()

    def __enter__(self) -> Official:
        self._served = serve_current()
        self._url = self._served.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._served.__exit__(kind, error, trace)

    def __call__(self, question: Question, word: str, printed: Printed) -> None:
        """Ask the client what was asked."""
        self.asked += 1
        version = question.version
        done = subprocess.run(
            [PACT, "broker", "can-i-deploy", "--pacticipant", version.name, "--version", version.commit,
             "--to-environment", question.place, "--broker-base-url", self._url],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if word == "yes" and done.returncode != 0:
            self.laxer.append(f"{version.label} to {question.place}: {done.stdout}{done.stderr}")
        elif word != "yes" and done.returncode == 0:
            self.stricter[_reason(printed)] += 1


def _reason(printed: Printed) -> str:
    """Return the first reason against the release, without what it is about."""
    said = next((line for line in printed.out.splitlines() if line.startswith(("no: ", "unknown: "))), printed.text)
    return next((kind for kind in _KINDS if kind in said), said)


_KINDS = (
    "was never verified successfully",
    "has no version",
    "failed",
    "never verified",
    "has no result",
    "tested no interaction",
)
