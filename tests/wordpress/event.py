"""What the plugin has to send for a fact, written down a second time."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from tests.wordpress.plain_pact import EMITTER
from tests.wordpress.programs import EVENT


def expected(client: str, webinar: str, when: int) -> dict[str, object]:
    """The canonical event, by the contract and by RFC 9562."""
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:{EMITTER}")
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid5(namespace, f"{EMITTER}\n{EVENT}\n{client}\n{webinar}")),
        "source": EMITTER,
        "type": EVENT,
        "time": datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {"client_id": client, "webinar_id": webinar},
    }
