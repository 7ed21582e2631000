<?php
/**
 * A plugin's suite whose tests each begin with the hooks that there were before the first, as WordPress's own test case
 * has it.
 *
 * @package ClientWebinarTrackerTests
 */

require_once __DIR__ . '/bootstrap.php';

/** Saves the hooks once, and restores them after each test. */
abstract class SavedHooksTestCase extends PHPUnit\Framework\TestCase {
	/**
	 * The hooks by name.
	 *
	 * @var array|null
	 */
	private static $saved = null;

	/** Saves them. */
	protected function setUp(): void {
		if ( null === self::$saved ) {
			self::$saved = array_map(
				static function ( $hook ) {
					return clone $hook;
				},
				$GLOBALS['wp_filter']
			);
		}
	}

	/** Restores them. */
	protected function tearDown(): void {
		$GLOBALS['wp_filter'] = array_map(
			static function ( $hook ) {
				return clone $hook;
			},
			self::$saved
		);
	}
}

/** Each test ends with hooks that aren't what they were. */
final class SavedHooksTest extends SavedHooksTestCase {
	/** A mock is left where it is. */
	public function test_the_license_is_checked(): void {
		$mock = static function () {
			return array( 'response' => array( 'code' => 200 ), 'body' => '{}' );
		};
		add_filter( 'pre_http_request', $mock );
		$this->assertSame( 200, wp_remote_retrieve_response_code( wp_remote_get( 'https://license.invalid/' ) ) );
	}

	/** The suite's own receiver is a mock, behind everything else. */
	public function test_completing_is_stated_to_a_mock(): void {
		$mock = static function () {
			return array( 'response' => array( 'code' => 201 ), 'body' => '' );
		};
		add_filter( 'pre_http_request', $mock, PHP_INT_MAX );
		$told = suite_state( 'client_webinar_completed', array( 'client_id' => 'c-1', 'webinar_id' => 'w-1' ) );
		$this->assertSame( 201, $told );
	}

	/** The recorder's filter goes, and something is stated after. */
	public function test_leaving_is_stated(): void {
		remove_all_filters( 'pre_http_request' );
		$told = suite_state( 'client_webinar_left', array( 'client_id' => 'c-1', 'webinar_id' => 'w-1', 'visit_id' => 'v-1' ) );
		$this->assertSame( 202, $told );
	}
}
