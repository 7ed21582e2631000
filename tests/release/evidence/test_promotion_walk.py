"""Promotion with the emitter's pipeline off from the first deployment on: what it once sent answers."""

from __future__ import annotations

import json
import time

from tests.release.commands import emissions
from tests.release.evidence.story import PRODUCTION, Story, lines_of, publish_as, write_captures
from tests.release.evidence.test_reverify import registry
from tests.release.project import COMPLETED, CONSUMER, ENTERED, TRACKER


def test_a_new_pact_is_answered_without_the_emitter(story_anywhere: Story) -> None:
    """c2 is unknown, one command publishes it and judges what p2 once sent, and the answer is yes."""
    story = story_anywhere
    publish_as(story, "c1")
    story.run("p2", COMPLETED, ENTERED)
    story.deploy(TRACKER, "p2")
    story.deploy(CONSUMER, "c1")
    # From here on p2's pipeline is off.
    story.ok("promote", TRACKER, ENTERED)
    story.release("v1.1.0")
    publish_as(story, "c2", implemented=(COMPLETED, ENTERED))
    assert story.answer(CONSUMER, "c2")["answer"] == "unknown"
    begin = time.monotonic()
    done = story.publish("c2", "--reverify", *PRODUCTION)
    answer = story.answer(CONSUMER, "c2")
    assert time.monotonic() - begin < 20.0
    assert done.code == 0, done
    assert "success, no result so far, posted" in done.out
    assert answer["answer"] == "yes"


def test_a_field_that_the_emitter_never_sent_is_a_no_with_the_emission(quick: Story) -> None:
    """A consumer begins to read what no message holds: the line of the evidence and the message are shown."""
    publish_as(quick, "c1")
    captures = emissions(quick.root.parent / "p2.ndjson", (COMPLETED, ENTERED))
    completed, entered = lines_of(captures)
    body = json.loads(entered["body"])
    del body["data"]["visit_id"]
    quick.verify("p2", write_captures(captures, completed, {**entered, "body": json.dumps(body)}))
    quick.deploy(TRACKER, "p2")
    registry(quick, "v1.1.0", **{ENTERED: "implemented"})
    publish_as(quick, "c2", implemented=(COMPLETED, ENTERED))
    done = quick.cli("reverify", *PRODUCTION)
    assert done.code == 1, done
    assert "c2: failure, no result so far, posted" in done.out
    line = next(text for text in done.out.splitlines() if "new:" in text)
    assert f"{ENTERED} event-schema at $.data.visit_id" in line
    (emission,) = [text.strip() for text in done.out.splitlines() if '"body":' in text]
    assert emission.startswith("evidence of run ")
    assert ":2: {" in emission
    assert ENTERED in emission
    answer = quick.answer(CONSUMER, "c2")
    assert answer["answer"] == "no"
    assert "event-schema at $.data.visit_id" in str(answer["rows"])
