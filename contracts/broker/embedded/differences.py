"""What a Pact Broker 2.120.0 has and the embedded one doesn't, or does otherwise, and why.

One table, which the tests read: what it says is missing has to be missing, what it says is otherwise is asserted by
the test that it names, and the answers of a real broker that were recorded differ in nothing else. The page
`docs/reference/broker-differences.md` is made of it, and a route that it lists is answered with that page's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PAGE = "docs/reference/broker-differences.md"


@dataclass(frozen=True, slots=True)
class MissingRoute:
    """An address of a real broker that is not answered here, and why; a colon stands before what varies."""

    path: str
    why: str

    def matches(self, path: str) -> bool:
        """Return whether a path is of this form."""
        return re.fullmatch(re.sub(r":\w+", "[^/]+", self.path), path) is not None


@dataclass(frozen=True, slots=True)
class MissingMember:
    """A member that a real broker's document has and the one here hasn't: the start of its path, and why."""

    document: str
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Otherwise:
    """What is done in another way: there, here, why, and the test that holds it (`file::name`)."""

    what: str
    there: str
    here: str
    why: str
    test: str


_NO_CLIENT = "no client asks for it"
_NO_BADGES = "it draws no badges"
_NO_LABELS = "it has no labels"
_NO_COMPARISON = "it compares no pacts; `git diff` does"
_BY_SELECTOR = "pacts for verification selects by branch and tag"
_PAIR = "/pacts/provider/:provider/consumer/:consumer"

MISSING_ROUTES = (
    MissingRoute(f"{_PAIR}/versions", _NO_CLIENT),
    MissingRoute(f"{_PAIR}/versions/:number", "deprecated there"),
    MissingRoute("/pact/provider/:provider/consumer/:consumer/version/:number", "deprecated there"),
    MissingRoute("/pact/provider/:provider/consumer/:consumer/latest", "deprecated there"),
    MissingRoute(f"{_PAIR}/tag/:tag", _BY_SELECTOR),
    MissingRoute(f"{_PAIR}/latest-untagged", "deprecated there"),
    MissingRoute("/pacts/provider/:provider/tag/:tag", _BY_SELECTOR),
    MissingRoute(f"{_PAIR}/branch/latest/versions", _BY_SELECTOR),
    MissingRoute(f"{_PAIR}/branch/:branch/latest/versions", _BY_SELECTOR),
    MissingRoute(f"{_PAIR}/version/:number/previous-distinct", _NO_COMPARISON),
    MissingRoute(f"{_PAIR}/version/:number/diff/previous-distinct", _NO_COMPARISON),
    MissingRoute(f"{_PAIR}/version/:number/diff/version/:other", _NO_COMPARISON),
    MissingRoute(f"{_PAIR}/pact-version/:digest/diff/pact-version/:other", _NO_COMPARISON),
    MissingRoute(f"{_PAIR}/version/:number/verification-results/latest", "the matrix says it"),
    MissingRoute(f"{_PAIR}/latest/verification-results/latest", "the matrix says it"),
    MissingRoute(f"{_PAIR}/latest/:tag/verification-results/latest", "the matrix says it"),
    MissingRoute("/verification-results/consumer/:consumer/version/:number/latest", "the matrix says it"),
    MissingRoute(f"{_PAIR}/pact-version/:digest/verification-results/:number/triggered-webhooks", _NO_CLIENT),
    MissingRoute(f"{_PAIR}/version/:number/triggered-webhooks", "each webhook lists its calls"),
    MissingRoute(f"{_PAIR}/webhooks", "`/webhooks` lists them"),
    MissingRoute(f"{_PAIR}/webhooks/status", "each webhook lists its calls"),
    MissingRoute("/webhooks/provider/:provider", "`/webhooks` takes and lists them"),
    MissingRoute("/webhooks/consumer/:consumer", "`/webhooks` takes and lists them"),
    MissingRoute("/webhooks/execute", "a webhook is stored before it is tried"),
    MissingRoute(f"{_PAIR}/latest/badge", _NO_BADGES),
    MissingRoute(f"{_PAIR}/latest/:tag/badge", _NO_BADGES),
    MissingRoute(f"{_PAIR}/latest-untagged/badge", _NO_BADGES),
    MissingRoute("/matrix/provider/:provider/latest/:tag/consumer/:consumer/latest/:other/badge", _NO_BADGES),
    MissingRoute("/pacticipants/:name/main-branch/can-i-merge/badge", _NO_BADGES),
    MissingRoute("/pacticipants/:name/latest-version/:tag/can-i-deploy/to/:other/badge", _NO_BADGES),
    MissingRoute(
        "/pacticipants/:name/branches/:branch/latest-version/can-i-deploy/to-environment/:place/badge", _NO_BADGES
    ),
    MissingRoute("/pacticipants/:name/latest-version/:tag/can-i-deploy/to/:other", "`/can-i-deploy` answers it"),
    MissingRoute(
        "/pacticipants/:name/branches/:branch/latest-version/can-i-deploy/to-environment/:place",
        "`/can-i-deploy` answers it",
    ),
    MissingRoute("/pacticipants/label/:label", _NO_LABELS),
    MissingRoute("/pacticipants/:name/labels/:label", _NO_LABELS),
    MissingRoute("/labels", _NO_LABELS),
    MissingRoute("/pacticipants/:name/branches", "a version names its branches"),
    MissingRoute("/pacticipants/:name/branches/:branch/versions", "a version names its branches"),
    MissingRoute("/pacticipants/:name/branches/:branch/latest-version", "a version names its branches"),
    MissingRoute("/pacticipants/:name/environments/:uuid/versions", "the environment lists them"),
    MissingRoute("/pacticipants/:name/tags/:tag/versions", "a version names its tags"),
    MissingRoute("/matrix/provider/:provider/consumer/:consumer", "`/matrix` answers it"),
    MissingRoute("/dashboard", "`/` is a page for people"),
    MissingRoute("/dashboard/provider/:provider/consumer/:consumer", "`/` is a page for people"),
    MissingRoute("/relationships", "deprecated there"),
    MissingRoute("/groups/:name", _NO_CLIENT),
    MissingRoute("/integrations", "`/pacts/latest` lists each pair"),
    MissingRoute("/integrations/provider/:provider/consumer/:consumer", "`contracts broker clean` deletes what is old"),
    MissingRoute("/metrics", "it counts nothing"),
    MissingRoute("/test/error", _NO_CLIENT),
)  # fmt: skip

MISSING_MEMBERS = (
    MissingMember("index", "_links.pb:integrations", "`/pacts/latest` lists each pair"),
    MissingMember("index", "_links.pb:metrics", "it counts nothing"),
    MissingMember("index", "_links.pb:tagged-pact-versions", _BY_SELECTOR),
    MissingMember("index", "_links.pb:provider-pacts-with-tag", _BY_SELECTOR),
    MissingMember("index", "_links.pb:branch-pact-versions", _BY_SELECTOR),
    MissingMember("index", "_links.pb:latest-branch-pact-versions", _BY_SELECTOR),
    MissingMember("index", "_links.pb:main-branch-pact-versions", _BY_SELECTOR),
    MissingMember("index", "_links.pb:latest-main-branch-pact-versions", _BY_SELECTOR),
    MissingMember("index", "_links.beta:provider-pacts-for-verification.name", "deprecated there"),
    MissingMember("pact", "_links.pb:diff", _NO_COMPARISON),
    MissingMember("pact", "_links.pb:previous-distinct", _NO_COMPARISON),
    MissingMember("pact", "_links.pb:pact-webhooks", "`/webhooks` lists them"),
    MissingMember("pact", "_links.pb:consumer-webhooks", "`/webhooks` lists them"),
    MissingMember("pact", "_links.pb:triggered-webhooks", "each webhook lists its calls"),
    MissingMember("pact", "_links.pb:latest-untagged-pact-version", "deprecated there"),
    MissingMember("pact", "_links.pb:latest-tagged-pact-version", _BY_SELECTOR),
    MissingMember("pact", "_links.pb:all-pact-versions", _NO_CLIENT),
    MissingMember("pact", "_links.pb:tag-", "the version's own link says it"),
    MissingMember("pacticipant", "_links.pb:label", _NO_LABELS),
    MissingMember("pacticipant", "_links.pb:can-i-deploy", _NO_BADGES),
    MissingMember("pacticipant", "_links.pb:deployed-environments", "the version says it"),
    MissingMember("pacticipant", "_links.pb:branches", "a version names its branches"),
    MissingMember("pacticipant", "_links.versions", "deprecated there"),
    MissingMember(
        "version", "_links.pb:latest-verification-results-where-pacticipant-is-consumer", "the matrix says it"
    ),
    MissingMember("result", "_links.pb:triggered-webhooks", "each webhook lists its calls"),
    MissingMember("result", "_links.pb:pact-version.name", "its href says it"),
)  # fmt: skip

OTHERWISE = (
    Otherwise(
        "how many rows the matrix judges",
        "the 100 most recent, silently, unless `limit` says otherwise",
        "all of them, unless `limit` says otherwise",
        "a failure that is row 101 is a failure",
        "test_differences.py::test_a_failure_behind_a_hundred_rows_counts",
    ),
    Otherwise(
        "a body of the wrong shape (an array for a result, no contract in a publication)",
        "500",
        "400",
        "a bad request is no fault of the broker",
        "test_errors.py::test_a_bad_result",
    ),
    Otherwise(
        "a branch and a version that both hold other than ASCII characters",
        "500",
        "stored",
        "they are names like others",
        "test_differences.py::test_any_characters_in_a_branch_and_a_version",
    ),
    Otherwise(
        "a name, version, branch or tag with control characters, or such as turn the reading direction",
        "stored, but for a line end",
        "400",
        "whoever lists it prints it: it would act on terminals and in CI",
        "test_odd_names.py::test_a_name_that_acts_is_not_stored",
    ),
    Otherwise(
        "names, branches and tags",
        "may be told to ignore case",
        "are matched exactly",
        "two names are two",
        "test_differences.py::test_names_are_matched_exactly",
    ),
    Otherwise(
        "`name` in a change of a pacticipant, `tags` in a change of a version",
        "a pacticipant is renamed; tags may be given at once",
        "refused with the field's name",
        "no client sends them, and nothing is dropped in silence",
        "test_defaults.py::test_nothing_is_dropped",
    ),
    Otherwise(
        "hosts that a webhook may call",
        "every host, by https, unless a list is configured",
        "this machine by http or https, and what `broker serve --webhook-host` names",
        "a webhook sends requests from where the broker stands",
        "test_webhooks.py::test_create_webhook_refused",
    ),
    Otherwise(
        "methods of a webhook's request",
        "POST, unless a list is configured",
        "POST, PUT, PATCH, GET, DELETE",
        "the host is what is allowed or not",
        "test_webhooks.py::test_test_webhook",
    ),
    Otherwise(
        "a variable in a webhook that doesn't exist",
        "is sent as it stands",
        "refused when the webhook is made",
        "a misspelt one is seen at once",
        "test_webhooks.py::test_create_webhook_refused",
    ),
    Otherwise(
        "a value that a variable stands for",
        "is put into the body as it is",
        "is put into the JSON's texts, so that quotes in a name stay text",
        "a branch's name must not change the request",
        "test_webhooks.py::test_create_webhook",
    ),
    Otherwise(
        "the queue of webhook calls",
        "in memory: lost with the process",
        "in the broker's file: sent by the next process, at least once",
        "what happened is told",
        "test_webhooks.py::test_what_is_queued_outlives_the_broker",
    ),
    Otherwise(
        "`contract_requiring_verification_published` that brought no result",
        "is told once",
        "is told once more, after the time that `broker serve --webhook-again` says",
        "a build that was lost doesn't leave a release unknown",
        "test_webhooks.py::test_a_verification_is_asked_for_again_once",
    ),
    Otherwise(
        "`contract_content_changed`",
        "compares with the last pact with the same tag",
        "compares with the last pact on the same branch, and with the same tag",
        "branches have taken the place of tags",
        "test_webhooks.py::test_what_happened_is_told",
    ),
    Otherwise(
        "a consumer's pacts of a branch, as the official `get-pacts --consumer` asks for them",
        "404, or the branch called \"latest\"",
        "the list that the command shows",
        "the command asks for it",
        "test_every_verb.py::test_a_verb_does_what_it_says",
    ),
    Otherwise(
        "`/` with `Accept: text/html`",
        "its own pages",
        "a page, and one for each pacticipant and version",
        "they show what this toolkit's results hold",
        "test_pages.py::test_a_browser_gets_a_page_and_a_client_gets_the_index",
    ),
    Otherwise(
        "sentences in answers",
        "its own",
        "other ones",
        "statuses, types and members are what clients go by",
        "test_members.py::test_documents_have_the_recorded_members",
    ),
)  # fmt: skip


def missing_route(path: str) -> MissingRoute | None:
    """Return the address of a real broker's that a path is, if it is one that isn't answered here."""
    return next((route for route in MISSING_ROUTES if route.matches(path)), None)
