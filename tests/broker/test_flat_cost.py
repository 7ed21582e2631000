"""What a request costs doesn't grow with the history behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.broker.growing import Grown, grown
from tests.broker.running import interaction, pact

SMALL, LARGE = 500, 5000
AT_MOST = 1.5
SELECTORS = [{"mainBranch": True}, {"deployedOrReleased": True}]


def _requests(history: Grown) -> dict[str, Callable[[], object]]:
    """Return the requests of a release, about the newest versions there are."""
    broker, last = history.broker, history.size - 1
    read = broker.pact("c", "p", f"c{last}")
    changed = pact("c", "p", interaction("completed", example=f"new-{last}"))

    def verification(branch: str, **more: str) -> object:
        return broker.for_verification("p", consumerVersionSelectors=SELECTORS, providerVersionBranch=branch, **more)

    return {
        "publish": lambda: broker.publish("c", f"new-{last}", changed),
        "publish again": lambda: broker.publish("c", f"new-{last}", changed),
        "pacts for verification": lambda: verification("main"),
        "pacts for verification on a new branch": lambda: verification("new"),
        "post a result": lambda: broker.post_result(read, f"new-{last}", success=True),
        "a branch": lambda: broker.put_on_branch("p", "main", f"new-{last}"),
        "matrix, consumer": lambda: broker.can_i_deploy("c", f"c{last}", "production"),
        "matrix, provider": lambda: broker.can_i_deploy("p", f"p{last}", "production"),
        "matrix, main branches": lambda: broker.get(
            f"/matrix?q[][pacticipant]=c&q[][version]=c{last}&latestby=cvp&latest=true&mainBranch=true"
        ),
        "can-i-deploy": lambda: broker.get(f"/can-i-deploy?pacticipant=p&version=p{last}&environment=production"),
        "a pact": lambda: broker.pact("c", "p", f"c{last}"),
        "a version": lambda: broker.get(f"/pacticipants/c/versions/c{last}"),
        "a pacticipant": lambda: broker.get("/pacticipants/c"),
        "the latest version": lambda: broker.get("/pacticipants/c/latest-version"),
        "the latest pacts": lambda: broker.get("/pacts/latest"),
        "a tag": lambda: broker.call("PUT", f"/pacticipants/c/versions/c{last}/tags/blue", {}),
        "deployed now": lambda: broker.get("/environments"),
    }


@pytest.mark.parametrize("same_content", [False, True], ids=["new content each", "one content"])
def test_the_cost_of_a_request_is_flat(tmp_path: Path, same_content: bool) -> None:
    """At 5,000 versions each request takes at most one and a half times what it takes at 500."""
    history = grown(tmp_path / "broker.sqlite")
    place = history.broker.environment("production")
    costs: dict[str, list[int]] = {}
    for size in (SMALL, LARGE):
        history.grow(size, same_content=same_content)
        for name, number in (("c", f"c{size - 1}"), ("p", f"p{size - 1}")):
            history.broker.deploy(name, number, place)
        for name, request in _requests(history).items():
            costs.setdefault(name, []).append(history.cost(request))
    grew = {name: large / small for name, (small, large) in costs.items()}
    assert {name: ratio for name, ratio in grew.items() if ratio > AT_MOST} == {}, costs
    assert min(small for small, _ in costs.values()) > 0


def test_the_cost_of_work_in_progress_is_flat_a_pact(tmp_path: Path) -> None:
    """A tenth of the versions are heads of branches: 50 pieces of work in progress, then 500, at one price each."""
    history = grown(tmp_path / "broker.sqlite")
    prices: dict[str, list[float]] = {}
    for size in (SMALL, LARGE):
        history.grow(size)
        for branch in ("main", "new"):

            def ask(branch: str = branch) -> list[object]:
                answered = history.broker.for_verification(
                    "p",
                    consumerVersionSelectors=SELECTORS,
                    providerVersionBranch=branch,
                    includeWipPactsSince="2020-01-01",
                )
                return [one for one in answered.json()["_embedded"]["pacts"] if "wip" in one["verificationProperties"]]

            assert len(ask()) == size // 10
            prices.setdefault(branch, []).append(history.cost(ask) / (size // 10))
    assert {branch: large / small for branch, (small, large) in prices.items() if large > AT_MOST * small} == {}
