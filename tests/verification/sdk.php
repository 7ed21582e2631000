<?php
/**
 * Reads messages as CloudEvents' PHP SDK does: JSON lines of {"headers", "body"} (base64) in, one line of JSON each out,
 * the events' identifiers or null where the SDK refuses the message.
 *
 * @package ContractsTests
 */

require $argv[1] . '/vendor/autoload.php';

$reader = CloudEvents\Http\Unmarshaller::createJsonUnmarshaller();
while ( false !== ( $line = fgets( STDIN ) ) ) { // phpcs:ignore Generic.CodeAnalysis.AssignmentInCondition
	$message = json_decode( $line, true );
	try {
		$request = new Nyholm\Psr7\Request( 'POST', '/', $message['headers'], base64_decode( $message['body'] ) );
		$read    = array_map(
			static function ( $event ) {
				return $event->getId();
			},
			$reader->unmarshal( $request )
		);
	} catch ( Throwable $refused ) {
		$read = null;
	}
	echo json_encode( $read ) . "\n";
}
