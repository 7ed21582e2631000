<?php
/**
 * The plugin behind Pact's message-provider protocol: php -S 127.0.0.1:PORT endpoint.php
 *
 * POST /_messages {"description": "<event>: …", "providerStates": [{"name": "<event>", "params": {the fact}}]} answers
 * the message that the plugin sent, its content type, and the metadata in base64; 204 when it sent nothing, as for an
 * event that it doesn't implement; 500 when it sent several messages, or died. POST /_state takes any provider
 * state: that a client has completed a webinar needs no preparation.
 *
 * The endpoint takes the message out of the plugin and tells it 503: no receiver has it, so it stays owed, and whoever
 * asks for the same fact again gets the same message again.
 *
 * @package ClientWebinarTrackerShim
 */

require __DIR__ . '/bootstrap.php';

/** Answers JSON and ends. */
function shim_answer( int $status, array $value ): void {
	http_response_code( $status );
	header( 'Content-Type: application/json' );
	echo json_encode( (object) $value );
	exit;
}

/** The trigger that a request of Pact's verifier stands for. */
function shim_trigger( array $request ): array {
	$state = $request['providerStates'][0] ?? null;
	$event = is_string( $request['description'] ?? null ) ? strstr( $request['description'] . ':', ':', true ) : '';
	if ( ! is_array( $state ) || ! is_array( $state['params'] ?? null ) || ( $state['name'] ?? null ) !== $event ) {
		shim_answer( 400, array( 'error' => 'Send {"description": "<event>: …", "providerStates": [{"name": "<event>", "params": {the fact}}]}.' ) );
	}

	return array( 'event' => $event, 'fact' => $state['params'] );
}

/** Has the plugin state the fact and answers what it sent. */
function shim_message( array $trigger ): void {
	$sent = array();
	add_filter(
		'pre_http_request',
		static function ( $preempt, $args, $url ) use ( &$sent ) {
			$sent[] = $args;

			return array( 'response' => array( 'code' => 503 ) );
		},
		10,
		3
	);
	// What else is owed stays owed: only the fact that is asked for may be sent now.
	$GLOBALS['wpdb']->query( 'UPDATE ' . ClientWebinarTracker\Outbox\table() . ' SET due_at = ' . PHP_INT_MAX );
	if ( ! ClientWebinarTracker\Trigger\state_fact( $trigger ) || ! $sent ) {
		http_response_code( 204 );
		exit;
	}
	if ( count( $sent ) > 1 ) {
		shim_answer( 500, array( 'error' => sprintf( 'The plugin sent %d messages for one fact.', count( $sent ) ) ) );
	}
	$headers = array_change_key_case( $sent[0]['headers'] );
	$type    = $headers['content-type'] ?? 'application/x-www-form-urlencoded';
	header( 'Content-Type: ' . $type );
	header( 'Pact-Message-Metadata: ' . base64_encode( (string) json_encode( array( 'contentType' => $type ) ) ) );
	echo is_array( $sent[0]['body'] ) ? http_build_query( $sent[0]['body'], '', '&' ) : $sent[0]['body'];
}

$shim_path = (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( 'POST' !== $_SERVER['REQUEST_METHOD'] ) {
	shim_answer( 200, array( 'ready' => true ) );
}
$shim_request = json_decode( (string) file_get_contents( 'php://input' ), true );
if ( ! is_array( $shim_request ) ) {
	shim_answer( 400, array( 'error' => 'The body is no JSON object.' ) );
}
if ( '/_state' === $shim_path ) {
	shim_answer( 200, array() );
}
if ( '/_messages' !== $shim_path ) {
	shim_answer( 404, array( 'error' => 'POST to /_messages or /_state.' ) );
}
try {
	shim_load( 'http://receiver.invalid/' );
} catch ( InvalidArgumentException $problem ) {
	shim_answer( 500, array( 'error' => $problem->getMessage() ) );
}
http_response_code( 500 ); // Until the message is there: a plugin that dies must not look like an answer.
ob_start();
shim_message( shim_trigger( $shim_request ) );
http_response_code( 200 );
