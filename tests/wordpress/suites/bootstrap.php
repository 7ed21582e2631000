<?php
/**
 * For PHPUnit: a whole WordPress, and a plugin of one function that states a fact and nothing else.
 *
 * @package ClientWebinarTrackerTests
 */

$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['HTTP_HOST']       = '127.0.0.1';
require getenv( 'CONTRACTS_WORDPRESS' ) . '/wp-load.php';

/**
 * An event as JSON.
 *
 * @param string $event Its name.
 * @param array  $data  Its data.
 * @return string
 */
function suite_event( string $event, array $data ): string {
	return wp_json_encode(
		array(
			'specversion' => '1.0',
			'id'          => md5( $event . implode( '/', $data ) ),
			'source'      => 'client-webinar-tracker-v2',
			'type'        => $event,
			'time'        => '2026-03-01T18:00:00Z',
			'data'        => $data,
		)
	);
}

/**
 * States a fact, and says what the receiver answered.
 *
 * @param string $event    The event's name.
 * @param array  $data     Its data.
 * @param bool   $blocking Whether the answer is waited for.
 * @return int|string|false
 */
function suite_state( string $event, array $data, bool $blocking = true ) {
	return wp_remote_retrieve_response_code(
		wp_remote_post(
			getenv( 'CONTRACTS_DESTINATION' ),
			array(
				'headers'  => array( 'Content-Type' => 'application/cloudevents+json' ),
				'body'     => suite_event( $event, $data ),
				'blocking' => $blocking,
				'timeout'  => 5,
			)
		)
	);
}
