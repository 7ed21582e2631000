<?php
/**
 * Plugin Name: Contracts trigger
 * Description: Lets a contract test have the plugin state a fact: POST /?contracts-trigger. For tests only, never on a site.
 * License:     MIT
 *
 * Answers 200 {"implemented": true} when the plugin's action has run, 200 {"implemented": false} when the plugin doesn't
 * implement the event (nothing was sent), 400 when the body is no trigger, and what PHP answers when the plugin dies.
 * GET answers 200 {"ready": true}.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Trigger;

defined( 'ABSPATH' ) || exit;

require_once __DIR__ . '/contracts-trigger/statement.php';

// After WordPress has loaded all of itself and its plugins, before it looks for a page to show.
add_action( 'wp_loaded', __NAMESPACE__ . '\\answer' );

/**
 * Answers a trigger.
 */
function answer(): void {
	if ( ! isset( $_GET['contracts-trigger'] ) ) { // phpcs:ignore WordPress.Security.NonceVerification
		return;
	}
	if ( 'POST' !== $_SERVER['REQUEST_METHOD'] ) {
		wp_send_json( array( 'ready' => true ) );
	}
	try {
		$trigger = read( (string) file_get_contents( 'php://input' ) );
	} catch ( \InvalidArgumentException $problem ) {
		wp_send_json( array( 'error' => $problem->getMessage() ), 400 );
	}
	// With the recorder, each capture names the trigger that caused it.
	add_filter(
		'contracts_recorder_trigger',
		static function () use ( $trigger ) {
			return for_capture( $trigger );
		}
	);
	wp_send_json( array( 'implemented' => state_fact( $trigger ) ) );
}
