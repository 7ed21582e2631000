"""Evidence in a store: what no result can hold, and what was sent before there was a pact."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.broker.versions import put_on_branch
from contracts.errors import MisuseError
from contracts.stores import FileStore, StoreError, open_store
from tests.release.evidence.story import Story, publish_as
from tests.release.evidence.test_reverify import BOTH, again, pacts_of, problem_of
from tests.release.project import COMPLETED, CONSUMER, TRACKER

BUCKETS = "CONTRACTS_TEST_BUCKETS"
"""Set where a bucket is tried too, of a server that moto is: it and s3fs aren't among the tests' own dependencies."""


def name_store(story: Story, address: str) -> None:
    """Name a store in the project's settings, and release that."""
    with (story.root / "contracts.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'evidence = "{address}"\n')
    story.commit()


@pytest.fixture
def full(quick: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Story:
    """Return a story in which no result can hold evidence, and the settings name a folder beside the project."""
    monkeypatch.setattr("contracts.release.evidence.shelf.MOST_POSTED", 100)
    name_store(quick, str(tmp_path / "kept"))
    quick.release("v1.1.0")
    return quick


def test_what_is_too_large_for_a_result_is_kept_in_the_store(full: Story, tmp_path: Path) -> None:
    """The result names store and digest, and what is found there is judged again."""
    publish_as(full, "c1")
    done = full.run("p1", *BOTH)
    assert f"2 emissions kept in {tmp_path}/kept" in done.out
    (found,) = full.results("p1").values()
    assert found.run
    assert found.run.evidence
    assert (found.run.evidence.data, found.run.evidence.store) == (None, f"{tmp_path}/kept")
    (file,) = (tmp_path / "kept").rglob("*.ndjson.gz")
    assert file.name == f"{found.run.evidence.sha256}.ndjson.gz"
    full.deploy(TRACKER, "p1")
    publish_as(full, "c2", implemented=BOTH)
    assert pacts_of(again(full))["c2"]["posted"] is True
    assert full.answer(CONSUMER, "c2")["answer"] == "yes"
    file.write_bytes(file.read_bytes()[:-1])
    assert "altered or cut" in problem_of(again(full))
    file.unlink()
    assert "doesn't hold it" in problem_of(again(full))
    full.checkout("v1.0.0")
    assert "the settings name no store" in problem_of(again(full))


def test_what_was_sent_before_there_was_a_pact_is_judged_by_the_first_one(full: Story, tmp_path: Path) -> None:
    """No result could hold it; of two runs the red one counts, and what can't be opened is no yes."""
    nothing = full.run("p1", *BOTH, code=3)
    assert "kept in" in nothing.out
    full.run("p1", COMPLETED, code=3)
    publish_as(full, "c1")
    put_on_branch(full.cli.client, TRACKER, "p1", "main")
    full.deploy(TRACKER, "p1")
    publish_as(full, "c2", implemented=BOTH)
    found = pacts_of(again(full))
    assert (found["c2"]["result"], found["c2"]["posted"]) == (False, True)
    one, two = sorted((tmp_path / "kept").rglob("*.ndjson.gz"))
    two.write_bytes(one.read_bytes())
    assert "was altered or cut" in problem_of(again(full))


def test_without_a_store_the_first_pact_needs_a_run(quick: Story) -> None:
    """Nothing is posted that could hold it: the output says what follows from that."""
    done = quick.run("p1", COMPLETED, code=3)
    assert "nothing was kept: no result was posted that could hold it" in done.out
    assert "the first new pact will need a run of the emitter" in done.out


def test_a_store_that_fails_is_named_and_the_result_is_posted(quick: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder is a file: the result is there without evidence, store and cause are said, and the exit code is 4."""
    monkeypatch.setattr("contracts.release.evidence.shelf.MOST_POSTED", 100)
    (quick.root.parent / "kept").write_text("", encoding="utf-8")
    name_store(quick, "../kept")
    publish_as(quick, "c1")
    done = quick.run("p1", COMPLETED, code=4)
    assert f"storing in {quick.root.parent}/kept failed: " in done.err
    assert "nothing was kept: the result that holds it would be over" in done.out
    (found,) = quick.results("p1").values()
    assert found.success
    assert found.run
    assert found.run.evidence is None


@pytest.mark.parametrize("address", ["nobody-knows://bucket", "s4u://secret:key@bucket/?token=s3cret"])
def test_an_address_that_nobody_knows_is_refused_before_anything_is_sent(quick: Story, address: str) -> None:
    """With the place in the settings, and without what may be a secret in it."""
    publish_as(quick, "c1")
    name_store(quick, address)
    done = quick.cli("verify", TRACKER, "--captures", "none", "--broker", "--publish", "--version", "p1")
    assert done.code == 2
    assert "contracts.toml:2: the store " in done.err
    assert "s3cret" not in done.err
    assert "secret:key" not in done.err
    assert not quick.results("p1")


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What to install is said."""
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    with pytest.raises(MisuseError, match="needs fsspec") as error:
        open_store("kept", base=tmp_path)
    assert "webinar-contracts[evidence]" in str(error.value)


@pytest.fixture(params=["file", "memory", *(["s3"] if os.environ.get(BUCKETS) else [])])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileStore]:
    """Return an empty store of a kind."""
    if request.param == "file":
        yield open_store("kept", base=tmp_path)
    elif request.param == "memory":
        yield open_store(f"memory://{uuid4().hex}", base=tmp_path)
    else:
        server = import_module("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        server.start()
        host, port = server.get_host_and_port()
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "us-east-1",
        }.items():
            monkeypatch.setenv(name, value)
        import_module("boto3").client("s3").create_bucket(Bucket="evidence")
        try:
            yield open_store("s3://evidence/kept", base=tmp_path)
        finally:
            server.stop()


def test_every_kind_of_store_keeps_and_lists(store: FileStore) -> None:
    """Twice the same file is one; what isn't there is none, and no folder holds nothing."""
    assert store.names("emitter/1%2E0") == ()
    assert store.read("emitter/1%2E0/a", at_most=100) is None
    for content in (b"one", b"two", b"\x00\xff"):
        store.write("emitter/1%2E0/a", content)
        store.write("emitter/1%2E0/b", content)
        assert store.read("emitter/1%2E0/a", at_most=100) == content
    assert store.names("emitter/1%2E0") == ("a", "b")
    with pytest.raises(StoreError, match="more than anything"):
        store.read("emitter/1%2E0/a", at_most=1)


def test_a_store_that_cant_be_reached_fails_with_its_name(tmp_path: Path) -> None:
    """Nobody listens there: the error names the store and the cause, and no key."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    store = open_store(f"http://user:s3cret@127.0.0.1:{port}/kept", base=tmp_path)
    with pytest.raises(StoreError) as error:
        store.write("a/b", b"content")
    assert f"http://127.0.0.1:{port}/kept" in error.value.what
    assert "s3cret" not in str(error.value)
