<?php
/**
 * Prints, as JSON, whether each pair of identifiers given on stdin is valid, and the body that states it.
 *
 * @package ClientWebinarTrackerTests
 */

require __DIR__ . '/../../provider_tests/wordpress/shim/bootstrap.php';
require __DIR__ . '/../../provider_tests/wordpress/client-webinar-tracker-v2/includes/event.php';

$bodies = array();
foreach ( json_decode( (string) stream_get_contents( STDIN ), true ) as list( $client, $webinar, $time ) ) {
	$valid    = ClientWebinarTracker\Event\is_identifier( $client ) && ClientWebinarTracker\Event\is_identifier( $webinar );
	$bodies[] = $valid ? ClientWebinarTracker\Event\body( $client, $webinar, $time ) : null;
}
echo json_encode( $bodies );
