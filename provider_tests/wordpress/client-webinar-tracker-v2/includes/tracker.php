<?php
/**
 * Takes a completed webinar in: check, write to the outbox, send.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Tracker;

use ClientWebinarTracker\Delivery;
use ClientWebinarTracker\Event;
use ClientWebinarTracker\Outbox;
use WP_Error;

defined( 'ABSPATH' ) || exit;

// How many other rows that are due a request sends besides its own: sites without working cron catch up too.
const CATCH_UP = 3;

/**
 * States that a client has completed a webinar. A repeat of a fact is sent again only while it is still owed.
 *
 * @param string   $client_id    The client.
 * @param string   $webinar_id   The webinar.
 * @param int|null $completed_at When it happened, in seconds since 1970; null means now.
 * @return array|WP_Error The fact's marker, and whether it is "sent" or "pending"; or what was wrong with it.
 */
function complete( string $client_id, string $webinar_id, ?int $completed_at = null ) {
	foreach ( array( 'client_id', 'webinar_id' ) as $name ) {
		if ( ! Event\is_identifier( ${$name} ) ) {
			/* translators: %s: name of a parameter. */
			$message = sprintf( __( '%s must be 1 to 128 letters, digits or ._:- and begin with a letter or digit.', 'client-webinar-tracker-v2' ), $name );

			return new WP_Error( 'client_webinar_tracker_invalid', $message, array( 'status' => 400 ) );
		}
	}
	$marker = Event\marker( $client_id, $webinar_id );
	if ( ! Outbox\insert( $marker, Event\body( $client_id, $webinar_id, $completed_at ?? time() ) ) ) {
		$message = __( 'The fact could not be stored; please send it again.', 'client-webinar-tracker-v2' );

		return new WP_Error( 'client_webinar_tracker_not_stored', $message, array( 'status' => 503 ) );
	}
	if ( 0 !== Delivery\deliver( $marker ) ) {
		Delivery\deliver_due( CATCH_UP );
	}

	return array(
		'marker' => $marker,
		'state'  => (string) Outbox\state( $marker ),
	);
}

/**
 * Handles do_action( 'client_webinar_tracker_completed' ). An action can't answer, so a refusal goes to the error log.
 *
 * @param mixed $client_id    The client: a string or a whole number.
 * @param mixed $webinar_id   The webinar: a string or a whole number.
 * @param mixed $completed_at When it happened, in seconds since 1970, if not now.
 */
function on_completed( $client_id, $webinar_id, $completed_at = null ): void {
	$result = complete(
		is_scalar( $client_id ) ? (string) $client_id : '',
		is_scalar( $webinar_id ) ? (string) $webinar_id : '',
		is_int( $completed_at ) ? $completed_at : null
	);
	if ( is_wp_error( $result ) ) {
		// The values stay out of the log: what was refused might be personal data.
		error_log( 'client-webinar-tracker-v2: ' . $result->get_error_message() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
	}
}
