"""Whatever JSON a broker answers, reading it ends in a value or in a broker error, never in a defect."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.adapters import BaseAdapter

from contracts.broker.access import BrokerAccess
from contracts.broker.answer import BrokerAnswer
from contracts.broker.client import BrokerClient, client_for
from contracts.broker.environments import create_environment, end, environment, environments, placements, record
from contracts.broker.pacts import expected
from contracts.broker.publishing import PactPublication, publish
from contracts.broker.results import result
from contracts.broker.version_matrix import release_matrix, results_matrix
from contracts.broker.versions import find_version
from contracts.errors import BrokerError, MisuseError
from contracts.model.pact import parse_pact
from contracts.release.posting import PactRequest, pacts_to_verify
from tests.release.project import CONSUMER, TRACKER, pact

URL = "http://broker.example"
RELATIONS = (
    "pb:environments",
    "pb:latest-pact-versions",
    "pb:pacticipant-version",
    "pb:provider-pacts-for-verification",
    "pb:publish-contracts",
    "pb:publish-pact",
)


class _Answering(BaseAdapter):
    """Answers the index as a broker does, and everything else with one document."""

    def __init__(self, document: Any) -> None:
        super().__init__()
        self._document = document

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Answer 200."""
        index = {"_links": {relation: {"href": f"{URL}/{relation}"} for relation in RELATIONS}}
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "application/json"
        own = (request.url or "").rstrip("/") == URL
        response.raw = io.BytesIO(json.dumps(index if own else self._document).encode())
        response.request = request
        response.url = request.url or ""
        return response

    def close(self) -> None:
        """Hold nothing open."""


def answering(document: Any) -> BrokerClient:
    """Return the client of a broker that answers `document` to everything but its index."""
    session = requests.Session()
    session.mount("http://", _Answering(document))
    return client_for(BrokerAccess(URL), session)


SELF = {"self": {"href": f"{URL}/self"}}
PLACED = {"_embedded": {"pacticipant": {"name": TRACKER}, "version": {"number": "1"}}, "_links": SELF}
PLACES = (
    "pb:currently-deployed-deployed-versions",
    "pb:currently-supported-released-versions",
    "pb:publish-verification-results",
)
WHOLE: dict[str, Any] = {
    **pact(),
    "_links": {
        **SELF,
        **{relation: {"href": f"{URL}/{relation}"} for relation in PLACES},
        "pb:pact-version": {"name": "digest", "href": URL},
        "pb:consumer-version": {"name": "c1", "href": URL},
        "pb:record-deployment": [{"name": "production", "href": f"{URL}/record"}],
    },
    "_embedded": {
        "environments": [{"name": "production", "production": True, "_links": SELF}],
        "deployedVersions": [PLACED],
        "releasedVersions": [PLACED],
        "branchVersions": [{"name": "main"}],
        "consumer": {"name": CONSUMER},
        "pacts": [
            {
                "_links": SELF,
                "_embedded": {"consumer": {"name": CONSUMER}},
                "verificationProperties": {"pending": True, "notices": [{"when": "before_verification", "text": "x"}]},
            }
        ],
    },
    "summary": {"deployable": True, "reason": "because"},
    "matrix": [
        {
            "consumer": {"name": CONSUMER, "version": {"number": "c1"}},
            "provider": {"name": TRACKER, "version": {"number": "1"}},
            "pact": {"_links": SELF},
            "verificationResult": {"success": True, "verifiedAt": "t", "_links": SELF},
        }
    ],
    "success": True,
    "testResults": [{"event": "e", "success": False, "registry": "r", "mismatches": [{"rule": "x"}]}],
}
"""An answer that holds everything that any reader looks for."""


def _paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, child in inner for found in _paths(child, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    """Return the document with one place replaced."""
    if not path:
        return by
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], by)
    return changed


STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 1.5, "", "text", [], {}, [None], ["x"], [[]], [{}], {"href": 1}, {"name": []}]
)


READERS: Mapping[str, Callable[[BrokerClient], object]] = {
    "environments": environments,
    "placements": lambda client: [placements(client, place, TRACKER) for place in environments(client)],
    "record": lambda client: record(client, environment(client, "production"), TRACKER, "1", kind="deployed"),
    "create": lambda client: create_environment(client, "production", None, production=True),
    "release matrix": lambda client: release_matrix(client, TRACKER, "1", "production"),
    "results matrix": lambda client: results_matrix(client, CONSUMER, TRACKER, "1"),
    "result": lambda client: result(client, f"{URL}/result").registry,
    "expected": lambda client: expected(client, f"{URL}/pact"),
    "for verification": lambda client: pacts_to_verify(
        client, TRACKER, PactRequest("main", wip_since=date(2026, 1, 1))
    ),
    "publish": lambda client: publish(
        client, PactPublication(CONSUMER, "1", "main", (parse_pact(json.dumps(pact()), source="here"),))
    ),
}


@pytest.mark.parametrize("reader", READERS)
def test_a_whole_answer_is_read(reader: str) -> None:
    """The answer that is made strange below is one that the reader can use, or takes for another's."""
    with contextlib.suppress(BrokerError, MisuseError):
        READERS[reader](answering(WHOLE))


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=100, deadline=None)
@given(place=st.sampled_from(_paths(WHOLE)), by=STRANGE)
def test_no_answer_is_a_defect(reader: str, place: tuple[Any, ...], by: Any) -> None:
    """Something else in any place: a value, or an error that a user can act on."""
    with contextlib.suppress(BrokerError, MisuseError):
        READERS[reader](answering(replaced(WHOLE, place, by)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "errors", "message", "detail", "title", "notices", "type", "text", "contracts"]),
            inner,
            max_size=4,
        )
    ),
)


@given(document=JSON)
def test_every_refusal_can_be_said(document: Any) -> None:
    """Whatever a broker sends with a refusal, it becomes one printable sentence."""
    answer = BrokerAnswer("GET /", 400, "application/json", document, BrokerAccess(URL))
    assert answer.said.isprintable()
    assert answer.refusal("asking").next_step


def test_a_record_that_the_broker_does_not_show_is_not_confirmed() -> None:
    """A broker that takes every request and changes nothing: each record and each end of one is exit 4."""
    client = answering(WHOLE)
    place = environment(client, "production")
    with pytest.raises(BrokerError, match="not confirmed"):
        record(client, place, TRACKER, "2", kind="deployed")
    with pytest.raises(BrokerError, match="not confirmed"):
        record(client, place, TRACKER, "1", kind="deployed", instance="blue")
    for placement in placements(client, place, TRACKER):
        with pytest.raises(BrokerError, match="not confirmed"):
            end(client, place, placement)


@pytest.mark.parametrize("name", ["environments", "deployedVersions", "releasedVersions", "branchVersions"])
def test_a_list_that_is_missing_is_not_an_empty_one(name: str) -> None:
    """A version that isn't in an answer of another form isn't gone, and an environment that isn't isn't to be made."""
    other = {key: value for key, value in WHOLE["_embedded"].items() if key != name}
    empty = {**WHOLE["_embedded"], name: [], "tags": []}
    reads: Mapping[str, Callable[[BrokerClient], object]] = {
        "environments": environments,
        "branchVersions": lambda client: find_version(client, TRACKER, "1"),
    }
    placed = next(iter(environments(answering(WHOLE))))
    reads = {name: lambda client: placements(client, placed, TRACKER), **reads}
    read = reads[name]
    for missing in ({**WHOLE, "_embedded": other}, {**WHOLE, "_embedded": None}, {**WHOLE, "_embedded": {name: None}}):
        with pytest.raises(BrokerError, match="can't be read"):
            read(answering(missing))
    read(answering({**WHOLE, "_embedded": empty}))
