<?php
/**
 * A plugin's suite on PHPUnit's own test case, which tidies its HTTP mock up in the usual way.
 *
 * @package ClientWebinarTrackerTests
 */

require_once __DIR__ . '/bootstrap.php';

/** Three tests, in this order. */
final class TidyingTest extends PHPUnit\Framework\TestCase {
	/** What is approved. */
	public function test_completing_is_stated(): void {
		$told = suite_state( 'client_webinar_completed', array( 'client_id' => 'c-1', 'webinar_id' => 'w-1' ) );
		$this->assertSame( 202, $told );
	}

	/** Nothing about events, and the recorder's filter goes with the mock. */
	public function test_the_license_is_checked(): void {
		$mock = static function () {
			return array( 'response' => array( 'code' => 200 ), 'body' => '{}' );
		};
		add_filter( 'pre_http_request', $mock );
		$this->assertSame( 200, wp_remote_retrieve_response_code( wp_remote_get( 'https://license.invalid/' ) ) );
		remove_all_filters( 'pre_http_request' );
	}

	/** What nobody approved. */
	public function test_leaving_is_stated(): void {
		$told = suite_state( 'client_webinar_left', array( 'client_id' => 'c-1', 'webinar_id' => 'w-1', 'visit_id' => 'v-1' ) );
		$this->assertSame( 202, $told );
	}
}
