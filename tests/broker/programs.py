"""The official `pact broker` command, as users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.broker.running import Broker

# It is installed beside the interpreter, which need not be on the path.
PACT = Path(sys.executable).with_name("pact")


def pact_broker(broker: Broker, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `pact broker` against a broker.

    Args:
        broker: the broker.
        arguments: the verb and its options.
    """
    known = {key: value for key, value in os.environ.items() if not key.startswith("PACT_BROKER_")}
    token = ["--broker-token", broker.token] if broker.token else []
    return subprocess.run(
        [PACT, "broker", *arguments, "--broker-base-url", broker.url, *token],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**known, "PACT_DO_NOT_TRACK": "true"},
    )
