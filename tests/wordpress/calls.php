<?php
/**
 * Loads the recorder and makes the calls that are given as JSON on stdin, as WordPress's HTTP API would:
 * [{"url": "…", "args": {…}, "preempt": false | {…}, "base64": the body is in base64, "test": run inside a test, "times": 1}]
 * and prints what each was answered.
 *
 * @package ClientWebinarTrackerTests
 */

namespace PHPUnit\Framework;

define( 'ABSPATH', __DIR__ );
require __DIR__ . '/../../provider_tests/wordpress/shim/hooks.php';
require __DIR__ . '/../../provider_tests/wordpress/shim/http.php';
require __DIR__ . '/../../contracts/emitters/recorder/contracts-recorder.php';

/** What PHPUnit's test case is to the recorder. */
class TestCase {
	/** The running test's name, as of PHPUnit 10. */
	public function nameWithDataSet(): string {
		return 'test_completes with data set "first"';
	}

	/** Runs a call inside the test. */
	public function call( callable $call ) {
		return $call();
	}
}

$answers = array();
foreach ( json_decode( (string) stream_get_contents( STDIN ), true ) as $wanted ) {
	$args = $wanted['args'] + array( 'method' => 'POST' );
	if ( ! empty( $wanted['base64'] ) ) {
		$args['body'] = base64_decode( $args['body'] );
	}
	$call = static function () use ( $wanted, $args ) {
		return apply_filters( 'pre_http_request', $wanted['preempt'] ?? false, $args, $wanted['url'] );
	};
	for ( $time = 0; $time < ( $wanted['times'] ?? 1 ); $time++ ) {
		$answer = empty( $wanted['test'] ) ? $call() : ( new TestCase() )->call( $call );
	}
	$answers[] = is_wp_error( $answer ) ? $answer->get_error_code() : $answer;
}
echo json_encode( $answers );
