"""The recorder in a real WordPress, whose filters a test suite removes, replaces and overrides: it loses nothing.

Each case is a program in a process of its own. The destination is a receiver on a real socket, so that what leaves the
machine although the recorder answers in its stead would be seen there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.wordpress.programs import Site, site
from tests.wordpress.receiver import Receiver

pytestmark = pytest.mark.usefixtures("real_wordpress")

RECORDED = {"status": 202}
STATE = """
    $to = getenv( 'CONTRACTS_DESTINATION' );
    function state( string $fact, array $args = array() ) {
        $answer = wp_remote_post( getenv( 'CONTRACTS_DESTINATION' ), $args + array(
            'headers' => array( 'Content-Type' => 'application/cloudevents+json' ), 'timeout' => 5, 'body' => $fact,
        ) );
        told( is_wp_error( $answer ) ? $answer->get_error_code() : wp_remote_retrieve_response_code( $answer ) );
    }
    function told( $what ) { fwrite( STDOUT, json_encode( $what ) . "\\n" ); }
    function mock( int $code ): callable {
        $response = array( 'response' => array( 'code' => $code ), 'body' => '' );
        return static function () use ( $response ) { return $response; };
    }
    $requests = class_exists( 'WpOrg\\Requests\\Requests' ) ? 'WpOrg\\Requests\\Requests' : 'Requests';
"""


@dataclass(frozen=True)
class Heard:
    """What one program came to."""

    told: list[Any]
    recorded: list[tuple[str, Any]]
    faults: list[str]
    sent: list[str]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Where what leaves the machine arrives."""
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def running(real_wordpress: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One WordPress with the recorder among its must-use plugins."""
    folder = tmp_path_factory.mktemp("site")
    with site(folder, "--recorder", str(folder / "unused")) as started:
        yield started


@dataclass(frozen=True)
class Recorder:
    """Runs programs under the recorder."""

    site: Site
    receiver: Receiver
    captures: Path

    def run(self, code: str, *php: str, **env: str) -> Heard:
        """Run a program in WordPress."""
        self.receiver.messages.clear()
        self.captures.write_bytes(b"")
        variables = {"CONTRACTS_CAPTURES": str(self.captures), "CONTRACTS_DESTINATION": self.receiver.url}
        done = self.site.run(["php", "-d", "display_errors=stderr", *php], STATE + code, variables | env)
        # An older WordPress on a newer PHP has much to say of itself.
        complaints = [line for line in done.stderr.splitlines() if "Deprecated: " not in line]
        assert (done.returncode, complaints) == (0, [])
        lines = [json.loads(line) for line in self.captures.read_text().splitlines() if line.strip()]
        return Heard(
            told=[json.loads(line) for line in done.stdout.splitlines()],
            recorded=[(line["body"], line["response"]) for line in lines if "fault" not in line],
            faults=[line["fault"] for line in lines if "fault" in line],
            sent=[message.body.decode() for message in self.receiver.messages],
        )


@pytest.fixture
def recorder(running: Site, receiver: Receiver, tmp_path: Path) -> Recorder:
    """A recorder with a file of its own."""
    receiver.answer = lambda _: 202
    return Recorder(running, receiver, tmp_path / "captures")


TEAR_DOWNS = {
    "all filters": "remove_all_filters( 'pre_http_request' );",
    "all at its priority": "remove_all_filters( 'pre_http_request', PHP_INT_MAX );",
    "the recorder itself": "remove_filter( 'pre_http_request', 'Contracts\\Recorder\\on_request', PHP_INT_MAX );",
    "its hook": "unset( $GLOBALS['wp_filter']['pre_http_request'] );",
    "all hooks of the HTTP API": """
        foreach ( array_keys( $GLOBALS['wp_filter'] ) as $hook ) {
            if ( false !== strpos( $hook, 'http' ) ) { remove_all_filters( $hook ); }
        }""",
    "every hook": "$GLOBALS['wp_filter'] = array();",
    "every hook, by a snapshot that hasn't got it": """
        $GLOBALS['wp_filter'] = array_diff_key( $GLOBALS['wp_filter'], array_flip( array_merge(
            array( 'pre_http_request', 'http_api_debug' ), Contracts\\Recorder\\EARLIER_HOOKS ) ) );""",
}


@pytest.mark.parametrize("tear_down", TEAR_DOWNS.values(), ids=TEAR_DOWNS)
def test_a_tear_down_switches_nothing_off(recorder: Recorder, tear_down: str) -> None:
    """What is stated after it is recorded and doesn't leave, once, twice, and a third time."""
    heard = recorder.run(f"state( 'a' ); {tear_down} state( 'b' ); {tear_down} state( 'c' ); state( 'd' );")
    assert heard.recorded == [(fact, RECORDED) for fact in "abcd"]
    assert (heard.told, heard.sent, heard.faults) == ([202] * 4, [], [])


def test_hooks_saved_and_restored_as_by_wordpress_s_own_test_case(recorder: Recorder) -> None:
    """Each test begins with the hooks of the first, the recorder among them, and mocks what it likes."""
    heard = recorder.run(
        """
        $saved = array();
        foreach ( $GLOBALS['wp_filter'] as $name => $hook ) { $saved[ $name ] = clone $hook; }
        $restore = static function () use ( &$saved ) {
            $GLOBALS['wp_filter'] = array();
            foreach ( $saved as $name => $hook ) { $GLOBALS['wp_filter'][ $name ] = clone $hook; }
        };
        foreach ( array( 'a', 'b', 'c' ) as $fact ) {
            add_filter( 'pre_http_request', mock( 204 ) );
            wp_remote_get( 'https://license.invalid/' );
            $restore();
            state( $fact );
            remove_all_filters( 'pre_http_request' );
            state( "$fact again" );
            $restore();
        }
        """
    )
    assert [fact for fact, _ in heard.recorded] == ["a", "a again", "b", "b again", "c", "c again"]
    assert (heard.told, heard.sent, heard.faults) == ([202] * 6, [], [])


@pytest.mark.parametrize("priority", ["10", "PHP_INT_MAX", "PHP_INT_MIN"])
def test_what_the_plugin_was_told_is_what_is_recorded(recorder: Recorder, priority: str) -> None:
    """A mock answers wherever it hangs, also behind the recorder, which then goes behind it."""
    heard = recorder.run(f"add_filter( 'pre_http_request', mock( 418 ), {priority} ); state( 'a' ); state( 'b' );")
    assert heard.told == [418, 418]
    assert heard.recorded == [("a", {"status": 418}), ("b", {"status": 418})]
    assert (heard.sent, heard.faults) == ([], [])


def test_a_mock_that_comes_while_the_call_runs_is_said(recorder: Recorder) -> None:
    """It may have answered otherwise than was recorded, and the next call is right again."""
    heard = recorder.run(
        """
        $late = static function ( $value ) {
            add_filter( 'pre_http_request', mock( 418 ), PHP_INT_MAX );
            return $value;
        };
        add_filter( 'pre_http_request', $late, 5 );
        state( 'a' );
        remove_filter( 'pre_http_request', $late, 5 );
        state( 'b' );
        """
    )
    assert heard.recorded[1:] == [("b", {"status": 418})]
    assert len(heard.faults) == 1
    assert "behind the recorder while a call ran" in heard.faults[0]


@pytest.mark.parametrize("status", [1000, 600, 99, -1])
def test_a_mocked_status_that_http_does_not_have_is_no_delivery(recorder: Recorder, status: int) -> None:
    """The message is recorded and can be read; its receiver took nothing."""
    heard = recorder.run(f"add_filter( 'pre_http_request', mock( {status} ) ); state( 'a' );")
    assert heard.recorded == [("a", {"error": f"status {status}"})]


def test_a_mock_in_the_recorder_s_absence_is_said(recorder: Recorder) -> None:
    """With every hook gone nobody can know what a mock was asked: that is a fault, not a silence."""
    heard = recorder.run(
        """
        state( 'a' );
        $GLOBALS['wp_filter'] = array();
        add_filter( 'pre_http_request', mock( 200 ) );
        state( 'b' );
        state( 'c' );
        remove_all_filters( 'pre_http_request' );
        state( 'd' );
        """
    )
    assert [fact for fact, _ in heard.recorded] == ["a", "d"]
    assert len(heard.faults) == 1
    assert heard.faults[0].startswith("contracts-recorder: 2 call(s)")


def test_calls_within_calls_are_not_missed_ones(recorder: Recorder) -> None:
    """A filter that asks for a token first, one that replaces the counts, and calls to elsewhere raise no alarm."""
    heard = recorder.run(
        """
        add_filter( 'pre_http_request', static function ( $value, $args, $url ) {
            if ( 'https://token.invalid/' !== $url ) { wp_remote_get( 'https://token.invalid/' ); }
            return $value;
        }, 10, 3 );
        state( 'a' );
        $GLOBALS['wp_filters'] = array();
        state( 'b' );
        remove_all_filters( 'pre_http_request' );
        wp_remote_get( 'http://127.0.0.1:9/' );
        state( 'c' );
        """
    )
    assert [fact for fact, _ in heard.recorded] == ["a", "b", "c"]
    assert heard.faults == []


def test_a_call_that_waits_for_no_answer_is_told_none(recorder: Recorder) -> None:
    """As in real WordPress: no status, whatever the receiver answers; the receiver's answers are recorded."""
    code = "foreach ( array( 'a', 'b', 'c' ) as $fact ) { state( $fact, array( 'blocking' => false ) ); }"
    heard = recorder.run(code, CONTRACTS_RECORDER_RESPONSE="503,refuse,202")
    assert heard.told == [False] * 3
    assert heard.recorded == [("a", {"status": 503}), ("b", {"error": "refused"}), ("c", {"status": 202})]
    real = recorder.run(code.replace("array( 'a'", "array( 'x'"), CONTRACTS_CAPTURES="")
    assert real.told == heard.told


@pytest.mark.parametrize("gone", ["", "$GLOBALS['wp_filter'] = array();"])
def test_the_requests_library_used_directly_is_heard(recorder: Recorder, gone: str) -> None:
    """No hook of WordPress sees it; one call, several at once, and one that waits for nothing."""
    heard = recorder.run(
        gone
        + """
        $headers = array( 'Content-Type' => 'application/cloudevents+json' );
        told( $requests::post( $to, $headers, 'a' )->status_code );
        $both = $requests::request_multiple( array(
            array( 'url' => $to, 'headers' => $headers, 'data' => 'b', 'type' => 'POST' ),
            array( 'url' => "$to/more", 'headers' => $headers, 'data' => 'c', 'type' => 'POST' ),
        ) );
        told( array( $both[0]->status_code, $both[1]->status_code ) );
        $requests::post( $to, $headers, 'd', array( 'blocking' => false ) );
        try { $requests::post( $to, $headers, 'e' ); } catch ( Exception $problem ) { told( $problem->getMessage() ); }
        """,
        CONTRACTS_RECORDER_RESPONSE="202,202,503,202,refuse",
    )
    assert heard.told == [202, [202, 503], "Connection refused (contracts-recorder)"]
    assert [fact for fact, _ in heard.recorded] == ["a", "b", "c", "d", "e"]
    assert [response for _, response in heard.recorded[3:]] == [{"status": 202}, {"error": "refused"}]
    assert (heard.sent, heard.faults) == ([], [])


TRANSPORTS = {"cURL": [], "sockets": ["-d", "disable_functions=curl_exec"]}


@pytest.mark.parametrize("transport", TRANSPORTS.values(), ids=TRANSPORTS)
def test_what_passes_is_recorded_with_the_real_answer(recorder: Recorder, transport: list[str]) -> None:
    """By WordPress's API and by Requests, taken and refused; each is sent once and recorded once."""
    recorder.receiver.answer = lambda body: 503 if body == b"a" else 202
    heard = recorder.run(
        """
        state( 'a' );
        state( 'b' );
        told( $requests::post( $to, array(), 'c' )->status_code );
        """,
        *transport,
        CONTRACTS_RECORDER_RESPONSE="pass",
    )
    assert heard.told == [503, 202, 202]
    assert heard.recorded == [("a", {"status": 503}), ("b", RECORDED), ("c", RECORDED)]
    assert (heard.sent, heard.faults) == (["a", "b", "c"], [])


def test_what_passes_and_finds_nobody_is_a_refusal(recorder: Recorder) -> None:
    """Nobody listens there; and where WordPress itself sends nothing, its own reason is recorded."""
    nobody, forbidden = "http://127.0.0.1:9/hook", "http://elsewhere.invalid/hook"
    passing = {"CONTRACTS_RECORDER_RESPONSE": "pass"}
    refused = recorder.run("state( 'a' );", **passing, CONTRACTS_DESTINATION=nobody)
    assert (refused.told, refused.recorded) == (["http_request_failed"], [("a", {"error": "refused"})])
    blocked = recorder.run("state( 'b' ); state( 'c' );", **passing, CONTRACTS_DESTINATION=forbidden)
    assert blocked.told == ["http_request_not_executed"] * 2
    assert blocked.recorded == [(fact, {"error": "http_request_not_executed"}) for fact in "bc"]


def test_what_passes_keeps_its_place_among_the_answers(recorder: Recorder) -> None:
    """The second call is sent for real, whoever asks next while its answer is awaited."""
    recorder.receiver.answer = lambda _: 500
    heard = recorder.run(
        "foreach ( array( 'a', 'b', 'c', 'd' ) as $fact ) { state( $fact ); }",
        CONTRACTS_RECORDER_RESPONSE="503,pass,202,204",
    )
    assert heard.told == [503, 500, 202, 204]
    assert heard.recorded == [(fact, {"status": status}) for fact, status in zip("abcd", heard.told, strict=True)]
    assert heard.sent == ["b"]


def test_a_redirect_is_two_messages_and_no_alarm(recorder: Recorder) -> None:
    """In `pass` mode the answer to the message is the redirect; where it leads is the receiver's business."""
    recorder.receiver.answer = lambda _: 307
    heard = recorder.run("state( 'a', array( 'redirection' => 0 ) );", CONTRACTS_RECORDER_RESPONSE="pass")
    assert (heard.told, heard.recorded, heard.faults) == ([307], [("a", {"status": 307})], [])
