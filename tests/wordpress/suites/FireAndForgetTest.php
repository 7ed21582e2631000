<?php
/**
 * A plugin that doesn't wait for the receiver, and tries again while it believes to see an error.
 *
 * @package ClientWebinarTrackerTests
 */

require_once __DIR__ . '/bootstrap.php';

/** One fact, three attempts at most. */
final class FireAndForgetTest extends PHPUnit\Framework\TestCase {
	/** It is told nothing, takes that for success, and never tries again. */
	public function test_completing_is_stated(): void {
		$attempts = 0;
		do {
			$told = suite_state( 'client_webinar_completed', array( 'client_id' => 'c-1', 'webinar_id' => 'w-1' ), false );
			++$attempts;
		} while ( (int) $told >= 500 && $attempts < 3 );
		$this->assertSame( array( false, 1 ), array( $told, $attempts ) );
	}
}
