<?php
/**
 * Sends messages to a sink: php clients.php KIND URL FIRST COUNT. KIND is "curl" or "streams".
 *
 * @package ClientWebinarTrackerTests
 */

list( , $kind, $url, $first, $count ) = $argv;
$curl = 'curl' === $kind ? curl_init( $url ) : null;
for ( $number = (int) $first; $number < $first + $count; $number++ ) {
	$text   = "php-$kind-$number-" . str_repeat( 'x', ( $number * 37 ) % 5000 );
	$zipped = 0 === $number % 3;
	$body   = $zipped ? gzencode( $text ) : $text;
	$lines  = array( 'Content-Type: text/plain' );
	if ( $zipped ) {
		$lines[] = 'Content-Encoding: gzip';
	}
	if ( $curl ) {
		$lines[] = 0 === $number % 5 ? 'Expect: 100-continue' : 'Expect:';
		curl_setopt_array( $curl, array( CURLOPT_POST => true, CURLOPT_POSTFIELDS => $body, CURLOPT_HTTPHEADER => $lines, CURLOPT_RETURNTRANSFER => true ) );
		$sent = false !== curl_exec( $curl );
	} else {
		$options = array( 'method' => 'POST', 'header' => $lines, 'content' => $body, 'protocol_version' => 0 === $number % 2 ? 1.0 : 1.1 );
		$sent    = false !== file_get_contents( $url, false, stream_context_create( array( 'http' => $options ) ) );
	}
	if ( ! $sent ) {
		fwrite( STDERR, "$kind: message $number failed\n" );
		exit( 1 );
	}
}
