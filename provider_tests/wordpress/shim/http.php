<?php
/**
 * The HTTP API, as far as the plugin uses it, over PHP's own streams.
 *
 * @package ClientWebinarTrackerShim
 */

/** WordPress's error value. */
class WP_Error {
	/**
	 * What kind of error.
	 *
	 * @var string
	 */
	private $code;

	/**
	 * What is wrong.
	 *
	 * @var string
	 */
	private $message;

	/** Takes code, message and data; the shim needs no data. */
	public function __construct( $code = '', $message = '', $data = '' ) {
		$this->code    = $code;
		$this->message = $message;
	}

	/** What kind of error. */
	public function get_error_code() {
		return $this->code;
	}

	/** What is wrong. */
	public function get_error_message() {
		return $this->message;
	}
}

/** Whether something is an error. */
function is_wp_error( $thing ) {
	return $thing instanceof WP_Error;
}

/** Posts to a URL; pre_http_request may answer in its stead. */
function wp_remote_post( $url, $args = array() ) {
	$args   += array(
		'method'      => 'POST',
		'timeout'     => 5,
		'redirection' => 5,
		'user-agent'  => 'WordPress/shim',
		'blocking'    => true,
		'headers'     => array(),
		'body'        => null,
	);
	$preempt = apply_filters( 'pre_http_request', false, $args, $url );

	return false === $preempt ? shim_send( $url, $args ) : $preempt;
}

/** Sends for real. Fields are form-encoded and a content type is added, as WordPress's socket transport does. */
function shim_send( string $url, array $args ) {
	$body    = is_array( $args['body'] ) ? http_build_query( $args['body'], '', '&' ) : (string) $args['body'];
	$headers = array_change_key_case( $args['headers'] ) + array( 'content-type' => 'application/x-www-form-urlencoded; charset=UTF-8' );
	$lines   = array( 'Connection: close' );
	foreach ( $headers as $name => $value ) {
		$lines[] = "$name: $value";
	}
	$options = array(
		'method'           => $args['method'],
		'header'           => $lines,
		'content'          => $body,
		'timeout'          => $args['timeout'],
		'user_agent'       => $args['user-agent'],
		'follow_location'  => $args['redirection'] > 0 ? 1 : 0,
		'max_redirects'    => $args['redirection'] + 1,
		'ignore_errors'    => true,
		'protocol_version' => 1.1,
	);
	$stream  = @fopen( $url, 'rb', false, stream_context_create( array( 'http' => $options ) ) );
	$status  = $stream ? implode( "\n", stream_get_meta_data( $stream )['wrapper_data'] ) : '';
	// After a redirection the last answer counts.
	if ( ! preg_match( '#.*^HTTP/\S+ (\d{3})#ms', $status, $match ) ) {
		return new WP_Error( 'http_request_failed', error_get_last()['message'] ?? 'no answer' );
	}
	fclose( $stream );

	return array( 'response' => array( 'code' => $args['blocking'] ? (int) $match[1] : false ) );
}

/** The status of a response. */
function wp_remote_retrieve_response_code( $response ) {
	return is_wp_error( $response ) ? '' : $response['response']['code'];
}
