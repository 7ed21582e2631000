"""The recorders that docs/transports.md shows, run as they stand there, each against a broker of its kind.

A broker or a client library that isn't installed is a test that is skipped, with its name: `make test` has Kafka's, and
`.ci/run-long` all of them.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.emitters import open_driver
from contracts.model.emission import Emission

PAGE = Path(__file__).parents[2] / "docs" / "transports.md"
CONTENT_TYPE = "application/cloudevents+json"
BODIES = [json.dumps({"id": f"m-{number}", "text": "ü"}).encode() for number in range(3)]


def recorder(name: str) -> str:
    """The program that the page shows for a transport."""
    found = re.search(rf"^## {name}$.*?```python\n(.*?)```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    assert found is not None
    # Nobody waits ten seconds for nothing here.
    short = re.sub(r"(timeout=|\"WaitTimeSeconds\": )10", r"\g<1>3", found[1])
    # A consumer group takes a few seconds to come together.
    return short.replace("poll(10)", "poll(8)")


def library(name: str) -> Any:
    """A client's library, or the test is skipped."""
    try:
        return importlib.import_module(name)
    except ImportError:
        pytest.skip(f"the Python package {name} isn't installed")


def port() -> int:
    """A port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(*words: str, at: int, **env: str) -> Iterator[None]:
    """Run a broker until the block ends."""
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} isn't installed")
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, env=os.environ | env)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", at), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                break
        yield
    finally:
        process.terminate()
        process.wait(30)


def recorded(name: str, folder: Path, *arguments: str, send: Callable[[], None], before: bool = True) -> list[Emission]:
    """Run the page's recorder, with messages that are sent before it starts or while it listens."""
    program = folder / "recorder.py"
    program.write_text(recorder(name))
    if before:
        send()
    process = subprocess.Popen([sys.executable, str(program), *arguments], cwd=folder, stderr=subprocess.PIPE)
    try:
        if not before:
            time.sleep(1.5)
            send()
        _, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, stderr.decode()
    items = list(open_driver({"captures": str(folder / "captures.ndjson")}).observe(()))
    assert all(isinstance(item, Emission) for item in items), items
    return [item for item in items if isinstance(item, Emission)]


def expect(emissions: list[Emission], transport: str) -> None:
    """Each message once, byte by byte, with its content type and its transport, and with no method of HTTP's."""
    assert [emission.body for emission in emissions] == BODIES
    for emission in emissions:
        assert emission.headers.get("content-type") == CONTENT_TYPE
        assert (emission.transport, emission.method, emission.url) == (transport, "", "")


def test_kafka(tmp_path: Path) -> None:
    """Against the broker that librdkafka brings for tests."""
    kafka = library("confluent_kafka")
    producer = kafka.Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "127.0.0.1:1"})
    brokers = producer.list_topics(timeout=20).brokers
    (broker,) = brokers.values()

    def send() -> None:
        for body in BODIES:
            producer.produce("events", body, headers={"content-type": CONTENT_TYPE, "x-key": "secret"}, partition=0)
        assert producer.flush(20) == 0

    emissions = recorded("Kafka", tmp_path, f"127.0.0.1:{broker.port}", "events", send=send)
    expect(emissions, "kafka")
    assert "secret" not in (tmp_path / "captures.ndjson").read_text()


def test_nats(tmp_path: Path) -> None:
    """Against a NATS server."""
    nats = library("nats")
    at = port()

    async def publish() -> None:
        client = await nats.connect(f"nats://127.0.0.1:{at}")
        for body in BODIES:
            await client.publish("webinar.events", body, headers={"content-type": CONTENT_TYPE})
        await client.drain()

    with running("nats-server", "--addr", "127.0.0.1", "--port", str(at), at=at):
        url = f"nats://127.0.0.1:{at}"
        emissions = recorded("NATS", tmp_path, url, "webinar.events", send=lambda: asyncio.run(publish()), before=False)
    expect(emissions, "nats")


def test_sqs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against moto's server."""
    boto3 = library("boto3")
    library("moto.server")
    at = port()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{at}")
    with running(sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(at), at=at):
        queue = boto3.resource("sqs").create_queue(QueueName="webinar-events")

        def send() -> None:
            for body in BODIES:
                attribute = {"DataType": "String", "StringValue": CONTENT_TYPE}
                queue.send_message(MessageBody=body.decode(), MessageAttributes={"content-type": attribute})

        emissions = recorded("SQS", tmp_path, queue.url, send=send)
    expect(sorted(emissions, key=lambda emission: emission.body), "sqs")


# Debian's own script takes another user, who can't write into a test's folder.
RABBITMQ = next((str(file) for file in Path("/usr/lib/rabbitmq/bin").glob("rabbitmq-server")), "rabbitmq-server")


@contextmanager
def rabbitmq(folder: Path, at: int) -> Iterator[None]:
    """Run RabbitMQ with all that it keeps in a folder; the mapper of ports that it starts ends with it."""
    env = {"HOME": str(folder), "ERL_EPMD_PORT": str(port()), "ERL_EPMD_ADDRESS": "127.0.0.1"}
    own = {
        "RABBITMQ_NODENAME": "contracts@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(at),
        "RABBITMQ_DIST_PORT": str(port()),
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
    }
    try:
        with running(RABBITMQ, at=at, **env, **own):
            yield
    finally:
        if shutil.which("epmd"):
            subprocess.run(["epmd", "-kill"], env=os.environ | env, capture_output=True, timeout=30, check=False)


def test_amqp(tmp_path: Path) -> None:
    """Against RabbitMQ."""
    pika = library("pika")
    at = port()
    url = f"amqp://127.0.0.1:{at}"
    with rabbitmq(tmp_path, at):
        connection = pika.BlockingConnection(pika.URLParameters(url))
        channel = connection.channel()
        channel.queue_declare("webinar-events", auto_delete=True)

        def send() -> None:
            for body in BODIES:
                properties = pika.BasicProperties(content_type=CONTENT_TYPE, headers={"x-key": "secret"})
                channel.basic_publish("", "webinar-events", body, properties)

        emissions = recorded("AMQP", tmp_path, url, "webinar-events", send=send)
        connection.close()
    expect(emissions, "amqp")
    assert "secret" not in (tmp_path / "captures.ndjson").read_text()


@pytest.mark.parametrize("name", ["Kafka", "AMQP", "NATS", "SQS"])
def test_a_recorder_is_a_page_of_code_and_no_more(name: str) -> None:
    """Short enough to be read before it is used, and right as Python."""
    code = recorder(name)
    assert len(code.splitlines()) <= 20
    compile(code, name, "exec")
