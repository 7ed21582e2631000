"""Sends what is due in the queue of webhook calls, in a thread beside the server's."""

from __future__ import annotations

import logging
import threading

from contracts.broker.embedded.failures import StorageError
from contracts.broker.embedded.records.webhooks import (
    Call,
    any_due,
    claim_call,
    is_answered,
    log_call,
    settle_call,
)
from contracts.broker.embedded.store import Store
from contracts.broker.embedded.webhooks.sending import send
from contracts.broker.embedded.webhooks.settings import WebhookSettings

_log = logging.getLogger(__name__)
_PAUSE = 0.5
"""How many seconds pass between looks into the queue: another process may have put something into it."""
REQUIRES_VERIFICATION = "contract_requiring_verification_published"


class Courier:
    """Sends calls until it is stopped; what isn't sent by then stays in the queue.

    Args:
        store: the broker's file.
        settings: how webhooks are sent.
    """

    def __init__(self, store: Store, settings: WebhookSettings) -> None:
        self._store = store
        self._settings = settings
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more; a call that was begun is ended."""
        self._stopped.set()
        self._thread.join(self._settings.timeout + 1)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                sent = self.send_one()
            except StorageError as error:
                _log.warning("the webhooks' queue can't be read: %s", error)
                sent = False
            if not sent:
                self._stopped.wait(_PAUSE)

    def send_one(self) -> bool:
        """Send the call that is due longest. Return whether one was."""
        with self._store.read() as db:
            if not any_due(db):
                return False
        with self._store.write() as db:
            call = claim_call(db, lease=self._settings.timeout * 2)
            answered = call is not None and call.again and is_answered(db, call)
            if call is not None and answered:
                log_call(db, call.id, "a result has come: it isn't asked for again")
                settle_call(db, call, status="success", due_in=None, attempts=call.attempts, again=True)
        if call is None:
            return False
        if not answered:
            self._send(call)
        return True

    def _send(self, call: Call) -> None:
        sent = send(call.webhook.definition.request, call.variables, self._settings)
        attempts = call.attempts + 1
        status, due_in, again, text = _what_next(call, attempts, self._settings, success=sent.success)
        with self._store.write() as db:
            log_call(db, call.id, f"{sent.log}\n\n{text}")
            settle_call(db, call, status=status, due_in=due_in, attempts=attempts, again=again)
        _log.info("webhook %s for %s: %s", call.webhook.uuid, call.event, text)


def _what_next(
    call: Call, attempts: int, settings: WebhookSettings, *, success: bool
) -> tuple[str, float | None, bool, str]:
    """Return a call's status after an attempt, when it is due again, whether that repeats it, and what is logged."""
    if success:
        if call.event == REQUIRES_VERIFICATION and not call.again:
            text = f"sent; it is sent once more in {settings.again_after:g} s if no result comes"
            return "success", settings.again_after, True, text
        return "success", None, call.again, "sent"
    if attempts <= len(settings.retries):
        pause = settings.retries[attempts - 1]
        return "retrying", pause, call.again, f"tried again in {pause:g} s"
    return "failure", None, call.again, f"given up after {attempts} attempts"
