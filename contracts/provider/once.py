"""Verifying an emitter once for a whole test run, however many items and processes ask for the verdict."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from contracts.errors import ContractsError, HarnessError
from contracts.model.verdict import Verification
from contracts.project.domain import load_domain
from contracts.project.settings import load_settings
from contracts.provider.verify import run_verification

TIME_LIMIT = 1800
"""Seconds that one process waits for another one's verification."""


def verified_once(
    root: Path, emitter: str, driver: Mapping[str, str | bool | tuple[str, ...]], *, shared: Path
) -> Verification:
    """Return the verification of an emitter; the first process to ask carries it out.

    Args:
        root: the folder whose project's settings count.
        driver: the driver's options; empty for those of the settings.
        shared: a folder of this test run alone, which all its processes see.

    Raises:
        ContractsError: the verification couldn't be carried out.
        HarnessError: another process holds it for too long.
    """
    asked = hashlib.sha256(repr((emitter, sorted(driver.items()))).encode()).hexdigest()[:16]
    file = shared / f"contracts-{asked}.pickle"
    try:
        with FileLock(f"{file}.lock", timeout=TIME_LIMIT):
            if not file.exists():
                file.write_bytes(pickle.dumps(_verified(root, emitter, driver)))
            # Written by this test run into its own temporary folder, a moment ago.
            outcome: Verification | ContractsError = pickle.loads(file.read_bytes())  # noqa: S301
    except Timeout:
        raise HarnessError(
            f"another process has been verifying {emitter} for more than {TIME_LIMIT} s", next_step="see what hangs"
        ) from None
    if isinstance(outcome, ContractsError):
        raise outcome
    return outcome


def _verified(
    root: Path, emitter: str, driver: Mapping[str, str | bool | tuple[str, ...]]
) -> Verification | ContractsError:
    try:
        settings = load_settings(root)
        run = run_verification(settings, load_domain(settings), emitter, options=driver)
    except ContractsError as error:
        # Kept like a verification: a mistake isn't repeated by every item.
        return error
    # Bodies that were sent are evidence for the report, not for a test run's temporary folder.
    return replace(run, pairs=tuple(replace(pair, samples=()) for pair in run.pairs))
