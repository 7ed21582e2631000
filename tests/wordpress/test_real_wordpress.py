"""The reference plugin in a real WordPress, four workers, over real sockets; with SQLite unless told otherwise."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.wordpress.programs import WORDPRESS, Command, Site, post, site, trigger
from tests.wordpress.receiver import Receiver, refuse_first

pytestmark = pytest.mark.usefixtures("real_wordpress")

ROUTE = "/client-webinar-tracker/v2/completed"
KEY = {"X-Webinar-Tracker-Key": "a key for tests"}


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Where the plugin sends to; each test says what it answers."""
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def running(real_wordpress: None, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One WordPress for the tests of this file; each states facts of its own."""
    env = {"CLIENT_WEBINAR_TRACKER_REST_KEY": KEY["X-Webinar-Tracker-Key"]}
    with site(tmp_path_factory.mktemp("site"), "--destination", receiver.url, env=env) as started:
        yield started


@pytest.fixture(autouse=True)
def fresh(receiver: Receiver) -> None:
    """No messages of the test before, and a receiver that takes everything."""
    receiver.messages.clear()
    receiver.answer = lambda _: 202


def test_sends_the_same_bytes_as_under_the_shim(running: Site, receiver: Receiver, tmp_path: Path) -> None:
    """Body and content type don't depend on what runs the plugin."""
    request = trigger("same.bytes:1", time=1700000000)
    assert post(running.url, request).json == {"implemented": True}
    Command(tmp_path / "db", receiver.url).run(request)
    real, shim = receiver.messages
    assert real.body == shim.body
    assert real.headers["content-type"] == shim.headers["content-type"]


def test_the_recorder_writes_what_the_receiver_would_have_got(
    running: Site, receiver: Receiver, tmp_path: Path
) -> None:
    """With the recorder nothing leaves, and the capture holds the bytes of the wire and the trigger."""
    request = trigger("recorded", time=1700000000, delivery="d-1")
    post(running.url, request)
    captures = tmp_path / "captures"
    with site(tmp_path, "--recorder", str(captures)) as recorded:
        assert post(recorded.url, request).json == {"implemented": True}
    (capture,) = [json.loads(line) for line in captures.read_text().splitlines()]
    (message,) = receiver.messages
    assert capture["body"].encode() == message.body
    assert capture["headers"] == {
        name: value for name, value in message.headers.items() if name in capture["headers"]
    } | {"user-agent": capture["headers"]["user-agent"]}
    assert capture["trigger"]["delivery"] == "d-1"


def test_a_planned_event_sends_nothing(running: Site, receiver: Receiver) -> None:
    """The trigger is answered, so that the pair is pending and the harness isn't blamed."""
    request = json.dumps({"event": "client_webinar_entered", "fact": {"client_id": "c-1"}}).encode()
    answer = post(running.url, request)
    assert (answer.status, answer.json, receiver.messages) == (200, {"implemented": False}, [])


def test_what_is_no_trigger_is_refused(running: Site) -> None:
    """400, and what a trigger looks like."""
    answer = post(running.url, b"{")
    assert answer.status == 400
    assert "This is no trigger" in answer.json["error"]


def test_two_hundred_simultaneous_repeats_are_one_event(running: Site, receiver: Receiver) -> None:
    """Four workers, one fact: one marker, and the receiver has it."""
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post(running.url, trigger("repeated")), range(200)))
    assert {answer.status for answer in answers} == {200}
    assert len({message.event["id"] for message in receiver.messages}) == 1
    assert len(receiver.accepted) == 1


def test_no_fact_is_lost_when_every_first_delivery_is_refused(running: Site, receiver: Receiver) -> None:
    """Thirty facts at once, each refused once; what the triggers retry arrives with the same bytes."""
    receiver.answer = refuse_first()
    clients = [f"refused-{number}" for number in range(30)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda client: post(running.url, trigger(client)), clients))
        list(pool.map(lambda client: post(running.url, trigger(client, attempt=2)), clients))
    assert {message.event["data"]["client_id"] for message in receiver.accepted} == set(clients)
    assert len({message.body for message in receiver.messages}) == len(clients)


def test_the_schedule_sends_what_is_due(running: Site, receiver: Receiver) -> None:
    """WP-Cron holds the retry, and it sends a refused fact once its time has come."""
    receiver.answer = lambda _: 503
    post(running.url, trigger("scheduled"))
    assert (
        running.php("echo wp_get_schedule( 'client_webinar_tracker_deliver_due' );") == "client_webinar_tracker_minute"
    )
    send = f"""
        putenv( 'CLIENT_WEBINAR_TRACKER_DESTINATION={receiver.url}' );
        do_action_ref_array( 'client_webinar_tracker_deliver_due', array() );
    """
    receiver.answer = lambda _: 202
    running.php(send)
    assert receiver.accepted == []
    running.php('$wpdb->query( "UPDATE {$wpdb->prefix}client_webinar_outbox SET due_at = 0" );')
    running.php(send)
    assert [message.event["data"]["client_id"] for message in receiver.accepted] == ["scheduled"]


def test_the_rest_route_states_a_fact_for_who_has_the_key(running: Site, receiver: Receiver) -> None:
    """200 with the marker when the receiver has it, 202 while it is still owed."""
    body = json.dumps({"client_id": "rest-1", "webinar_id": "webinar-1"}).encode()
    answer = post(running.route(ROUTE), body, KEY)
    assert (answer.status, answer.json["state"]) == (200, "sent")
    assert answer.json["marker"] == receiver.messages[0].event["id"]
    receiver.answer = lambda _: 503
    owed = post(running.route(ROUTE), body.replace(b"rest-1", b"rest-2"), KEY)
    assert (owed.status, owed.json["state"]) == (202, "pending")


@pytest.mark.parametrize("headers", [{}, {"X-Webinar-Tracker-Key": ""}, {"X-Webinar-Tracker-Key": "another key"}])
def test_the_rest_route_is_closed_to_others(running: Site, receiver: Receiver, headers: dict[str, str]) -> None:
    """Without the key nothing is stated."""
    body = json.dumps({"client_id": "rest-3", "webinar_id": "webinar-1"}).encode()
    assert post(running.route(ROUTE), body, headers).status == 401
    assert receiver.messages == []


def test_the_rest_route_takes_an_administrator_with_a_nonce(running: Site, receiver: Receiver) -> None:
    """A login alone is not enough: another site could make a browser send its cookie."""
    session = """
        $expires = time() + 600;
        $token   = WP_Session_Tokens::get_instance( 1 )->create( $expires );
        $cookie  = wp_generate_auth_cookie( 1, $expires, 'logged_in', $token );
        $_COOKIE[ LOGGED_IN_COOKIE ] = $cookie;
        wp_set_current_user( 1 );
        echo wp_json_encode( array( LOGGED_IN_COOKIE . '=' . rawurlencode( $cookie ), wp_create_nonce( 'wp_rest' ) ) );
    """
    cookie, nonce = json.loads(running.php(session))
    body = json.dumps({"client_id": "rest-5", "webinar_id": "webinar-1"}).encode()
    assert post(running.route(ROUTE), body, {"Cookie": cookie}).status == 401
    assert post(running.route(ROUTE), body, {"Cookie": cookie, "X-WP-Nonce": "0123456789"}).status == 403
    assert receiver.messages == []
    assert post(running.route(ROUTE), body, {"Cookie": cookie, "X-WP-Nonce": nonce}).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"client_id": "rest-4"},
        {"client_id": "anna@example.invalid", "webinar_id": "webinar-1"},
        {"client_id": 4, "webinar_id": "webinar-1"},
        {"client_id": ["rest-4"], "webinar_id": "webinar-1"},
        {"client_id": "rest-4", "webinar_id": "w" * 129},
    ],
)
def test_the_rest_route_checks_its_input(running: Site, receiver: Receiver, body: dict[str, object]) -> None:
    """Missing, misspelt and over-long identifiers are refused, and nothing is stated."""
    answer = post(running.route(ROUTE), json.dumps(body).encode(), KEY)
    assert (answer.status, receiver.messages) == (400, [])


def test_uninstalling_leaves_nothing_behind(real_wordpress: None, tmp_path: Path) -> None:
    """Table, options and schedule go with the plugin."""
    with site(tmp_path, "--recorder", str(tmp_path / "captures")) as own:
        post(own.url, trigger("c-1"))
        tables = "echo wp_json_encode( $wpdb->get_col( \"SHOW TABLES LIKE '%webinar%'\" ) );"
        assert json.loads(own.php(tables)) == ["wp_client_webinar_outbox"]
        plugin = "client-webinar-tracker-v2/client-webinar-tracker-v2.php"
        own.php(f"deactivate_plugins( '{plugin}' ); uninstall_plugin( '{plugin}' );")
        left = own.php(
            """
            echo wp_json_encode( array(
                $wpdb->get_col( "SHOW TABLES LIKE '%webinar%'" ),
                $wpdb->get_col( "SELECT option_name FROM $wpdb->options WHERE option_name LIKE '%webinar%'" ),
                wp_next_scheduled( 'client_webinar_tracker_deliver_due' ),
            ) );
            """
        )
    assert json.loads(left) == [[], [], False]


def test_stopping_leaves_no_process_and_no_file(real_wordpress: None, tmp_path: Path) -> None:
    """SIGTERM ends the server with its workers and removes the site."""
    with site(tmp_path, "--recorder", str(tmp_path / "captures")) as own:
        assert _processes(own.content)
    assert _processes(own.content) == []
    assert not own.content.exists()


def _processes(content: Path) -> list[str]:
    """The processes that carry this site's folder in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and str(content).encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
        except OSError:
            continue  # Another user's process, or one that has just ended.
    return found


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--plugin", "/nowhere"], "no plugin in /nowhere"),
        (["--database", "oracle"], "no such database: oracle"),
        (["--port", "http"], "take whole numbers"),
        (["--wordpress", "6"], "no such option: --wordpress"),
        (["--recorder", "/nowhere/captures"], "the folder of that file isn't there"),
        (["--port"], "--port needs a value"),
    ],
)
def test_a_wrong_option_is_said(options: list[str], said: str) -> None:
    """Exit 1 or 2 with a word about it, and no WordPress."""
    done = subprocess.run(
        [str(WORDPRESS / "run"), *options], capture_output=True, text=True, timeout=60, env=os.environ, check=False
    )
    assert done.returncode in {1, 2}
    assert said in done.stderr


def test_a_plugin_that_dies_answers_500(real_wordpress: None, tmp_path: Path) -> None:
    """A fatal error is no quiet plugin."""
    broken = tmp_path / "plugin"
    subprocess.run(["cp", "-r", str(WORDPRESS / "client-webinar-tracker-v2"), str(broken)], check=True, timeout=10)
    event = broken / "includes" / "event.php"
    event.write_text(event.read_text().replace("wp_json_encode(", "no_such_function("))
    with site(tmp_path, "--plugin", str(broken), "--destination", "http://127.0.0.1:9/") as own:
        assert post(own.url, trigger("c-1")).status == 500
