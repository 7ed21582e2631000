<?php
/**
 * A plugin that uses WordPress's library for HTTP itself, past the HTTP API and its hooks.
 *
 * @package ClientWebinarTrackerTests
 */

require_once __DIR__ . '/bootstrap.php';

/** States what is approved and what isn't. */
final class DirectRequestsTest extends PHPUnit\Framework\TestCase {
	/** Both leave by Requests. */
	public function test_two_facts_are_stated(): void {
		$requests = class_exists( 'WpOrg\Requests\Requests' ) ? 'WpOrg\Requests\Requests' : 'Requests';
		$facts    = array(
			'client_webinar_completed' => array( 'client_id' => 'c-1', 'webinar_id' => 'w-1' ),
			'client_webinar_left'      => array( 'client_id' => 'c-1', 'webinar_id' => 'w-1', 'visit_id' => 'v-1' ),
		);
		foreach ( $facts as $event => $data ) {
			$headers  = array( 'Content-Type' => 'application/cloudevents+json' );
			$response = $requests::post( getenv( 'CONTRACTS_DESTINATION' ), $headers, suite_event( $event, $data ) );
			$this->assertSame( 202, $response->status_code );
		}
	}
}
