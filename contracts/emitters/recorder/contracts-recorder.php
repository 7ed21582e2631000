<?php
/**
 * Plugin Name:       Contracts recorder
 * Description:       Records what a plugin really sends over WordPress's HTTP API, one capture a line. For tests only.
 * Version:           1.0.0
 * Requires at least: 5.8
 * Requires PHP:      7.4
 * License:           MIT
 *
 * Put it into the mu-plugins folder of the WordPress that runs the plugin's tests. It does nothing unless both are set:
 *
 *   CONTRACTS_CAPTURES           the file to append captures to (NDJSON)
 *   CONTRACTS_DESTINATION        the URL, or the beginning of it, that the plugin sends its events to
 *
 * and optionally
 *
 *   CONTRACTS_RECORDER_RESPONSE  what the plugin is answered: a status (202), "refuse", or "pass" to send for real;
 *                                several, separated by commas, answer one call after the other, the last one ever
 *                                after: "503,202" refuses the first delivery in the file and takes all others
 *
 * A response that a test itself gives through pre_http_request stays as it is, and is recorded. A program that knows
 * which fact it asked for says so by the filter contracts_recorder_trigger.
 *
 * @package Contracts
 */

namespace Contracts\Recorder;

defined( 'ABSPATH' ) || exit;

// Captures are kept and shared, and no rule looks at what these headers hold.
const SECRET_HEADERS = array( 'authorization', 'proxy-authorization', 'cookie', 'x-api-key' );

if ( getenv( 'CONTRACTS_CAPTURES' ) && getenv( 'CONTRACTS_DESTINATION' ) ) {
	// As late as can be, so that a response mocked by a test is already there.
	add_filter( 'pre_http_request', __NAMESPACE__ . '\\on_request', PHP_INT_MAX, 3 );
} elseif ( getenv( 'CONTRACTS_CAPTURES' ) ) {
	error_log( 'contracts-recorder: CONTRACTS_CAPTURES is set and CONTRACTS_DESTINATION is not: nothing is recorded.' );
}

/**
 * Records a call to the destination and answers it; lets every other call pass untouched.
 *
 * @param false|array|\WP_Error $preempt A response that somebody else gave already, or false.
 * @param array                 $args    The call's arguments.
 * @param string                $url     Where it goes.
 * @return false|array|\WP_Error
 */
function on_request( $preempt, $args, $url ) {
	if ( ! is_below( (string) $url, (string) getenv( 'CONTRACTS_DESTINATION' ) ) ) {
		return $preempt;
	}
	$file = (string) getenv( 'CONTRACTS_CAPTURES' );
	// phpcs:disable WordPress.WP.AlternativeFunctions -- WP_Filesystem knows no append under a lock.
	$stream = fopen( $file, 'a+b' );
	if ( false === $stream || ! flock( $stream, LOCK_EX ) ) {
		throw new \RuntimeException( "contracts-recorder: cannot write $file; make it writable or set CONTRACTS_CAPTURES to another file." );
	}
	try {
		$told     = false === $preempt ? told( $stream ) : '';
		$response = false === $preempt ? synthetic( $told ) : $preempt;
		append( $stream, capture( $args, (string) $url, 'pass' === $told ? null : $response ) );
	} finally {
		flock( $stream, LOCK_UN );
		fclose( $stream );
	}
	// phpcs:enable
	return $response;
}

/**
 * Whether a URL is the destination or lies below it. Scheme and host don't depend on case; /hook isn't above /hooks.
 *
 * @param string $url         A URL.
 * @param string $destination The destination.
 * @return bool
 */
function is_below( string $url, string $destination ): bool {
	$lower = static function ( array $match ): string {
		return strtolower( $match[0] );
	};
	$origin      = '#^[a-z]+://[^/?\#]*#i';
	$url         = (string) preg_replace_callback( $origin, $lower, $url );
	$destination = (string) preg_replace_callback( $origin, $lower, $destination );
	$rest        = (string) substr( $url, strlen( $destination ) );

	return 0 === strncmp( $url, $destination, strlen( $destination ) )
		&& ( '' === $rest || '/' === substr( $destination, -1 ) || false !== strpos( '/?#', $rest[0] ) );
}

/**
 * What this call is to be answered.
 *
 * @param resource $stream The captures so far, locked.
 * @return string
 */
function told( $stream ): string {
	$answers = array_map( 'trim', explode( ',', (string) getenv( 'CONTRACTS_RECORDER_RESPONSE' ) ) );
	if ( 1 === count( $answers ) ) {
		return $answers[0];
	}
	$calls = 0;
	rewind( $stream );
	while ( $calls < count( $answers ) - 1 && false !== fgets( $stream ) ) {
		++$calls;
	}

	return $answers[ $calls ];
}

/**
 * Makes the response that the plugin gets.
 *
 * @param string $told A status, "refuse", "pass" or nothing.
 * @return false|array|\WP_Error
 */
function synthetic( string $told ) {
	if ( 'pass' === $told ) {
		return false;
	}
	if ( 'refuse' === $told ) {
		return new \WP_Error( 'http_request_failed', 'Connection refused (contracts-recorder)' );
	}
	if ( ! preg_match( '/^([1-5]\d\d)?$/', $told ) ) {
		throw new \RuntimeException( "contracts-recorder: CONTRACTS_RECORDER_RESPONSE holds \"$told\"; say a status such as 202, \"refuse\" or \"pass\"." );
	}

	return array(
		'headers'       => array(),
		'body'          => '',
		'response'      => array(
			'code'    => '' === $told ? 202 : (int) $told,
			'message' => '',
		),
		'cookies'       => array(),
		'filename'      => null,
		'http_response' => null,
	);
}

/**
 * One capture line, as the toolkit reads it.
 *
 * @param array                      $args     The call's arguments.
 * @param string                     $url      Where it goes.
 * @param null|false|array|\WP_Error $response What the plugin is answered, if that is known.
 * @return string
 */
function capture( array $args, string $url, $response ): string {
	$method             = strtoupper( (string) ( $args['method'] ?? 'GET' ) );
	list( $url, $body ) = on_the_wire( $method, $url, $args['body'] ?? null );
	$is_text            = 1 === preg_match( '/\A[^\0]*\z/u', $body ); // A NUL in a capture line isn't read either.
	$now                = new \DateTimeImmutable( 'now', new \DateTimeZone( 'UTC' ) );

	return json_encode(
		array(
			'at'            => $now->format( 'Y-m-d\TH:i:s.u\Z' ),
			'method'        => $method,
			'url'           => $url,
			'headers'       => (object) headers( $args, $body ),
			'body'          => $is_text ? $body : base64_encode( $body ),
			'body_encoding' => $is_text ? 'utf-8' : 'base64',
			'response'      => outcome( $response ),
			'trigger'       => apply_filters( 'contracts_recorder_trigger', null ),
			'context'       => running_test(),
		),
		JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR
	) . "\n";
}

/**
 * The URL and the body as WordPress's transports put them on the wire: fields are form-encoded, a GET's go to its query.
 *
 * @param string $method The method in capitals.
 * @param string $url    The URL.
 * @param mixed  $body   A string, an array of fields or null.
 * @return string[] URL and body.
 */
function on_the_wire( string $method, string $url, $body ): array {
	$encoded = is_array( $body ) || is_object( $body ) ? http_build_query( $body, '', '&' ) : (string) $body;
	if ( '' === $encoded || ! in_array( $method, array( 'GET', 'HEAD' ), true ) ) {
		return array( $url, $encoded );
	}

	return array( $url . ( strpos( $url, '?' ) ? '&' : '?' ) . $encoded, '' );
}

/**
 * The headers by their names in lower case, with those that a transport adds.
 *
 * @param array  $args The call's arguments.
 * @param string $body The body on the wire.
 * @return array<string, string>
 */
function headers( array $args, string $body ): array {
	$given = $args['headers'] ?? array();
	if ( is_string( $given ) ) {
		preg_match_all( '/^([^:\s]+):[ \t]*(.*?)[ \t]*\r?$/m', $given, $match );
		$given = array_combine( $match[1], $match[2] );
	}
	$headers = array();
	foreach ( (array) $given as $name => $value ) {
		$name             = strtolower( (string) $name );
		$value            = is_array( $value ) ? implode( ', ', $value ) : (string) $value;
		$headers[ $name ] = in_array( $name, SECRET_HEADERS, true ) ? '(not recorded)' : $value;
	}
	if ( '' !== $body && ! isset( $headers['content-type'] ) ) {
		// What cURL adds by itself, and WordPress's socket transport likewise.
		$headers['content-type'] = 'application/x-www-form-urlencoded' . ( function_exists( 'curl_exec' ) ? '' : '; charset=UTF-8' );
	}
	if ( ! isset( $headers['user-agent'] ) && ! empty( $args['user-agent'] ) ) {
		$headers['user-agent'] = (string) $args['user-agent'];
	}

	return $headers;
}

/**
 * How the call ended, for the capture.
 *
 * @param null|false|array|\WP_Error $response A response.
 * @return array|null
 */
function outcome( $response ): ?array {
	if ( is_wp_error( $response ) ) {
		return array( 'error' => 'http_request_failed' === $response->get_error_code() ? 'refused' : (string) $response->get_error_code() );
	}
	$status = is_array( $response ) ? (int) ( $response['response']['code'] ?? 0 ) : 0;

	return $status ? array( 'status' => $status ) : null;
}

/**
 * The name of the PHPUnit test that made the call, with its data set.
 *
 * @return string|null
 */
function running_test(): ?string {
	foreach ( debug_backtrace( DEBUG_BACKTRACE_PROVIDE_OBJECT | DEBUG_BACKTRACE_IGNORE_ARGS ) as $frame ) {
		$test = $frame['object'] ?? null;
		if ( ! $test instanceof \PHPUnit\Framework\TestCase ) {
			continue;
		}
		// PHPUnit 10 and later, or before.
		$name = method_exists( $test, 'nameWithDataSet' ) ? $test->nameWithDataSet() : $test->getName();

		return get_class( $test ) . '::' . $name;
	}

	return null;
}

/**
 * Appends a line in one piece.
 *
 * @param resource $stream The captures, locked.
 * @param string   $line   The line.
 */
function append( $stream, string $line ): void {
	if ( strlen( $line ) !== fwrite( $stream, $line ) || ! fflush( $stream ) ) {
		throw new \RuntimeException( 'contracts-recorder: the disk took only a part of a capture.' );
	}
}
