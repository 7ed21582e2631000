<?php
/**
 * Sends what the outbox holds, at least once each.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Delivery;

use ClientWebinarTracker\Event;
use ClientWebinarTracker\Outbox;
use ClientWebinarTracker\Settings;

defined( 'ABSPATH' ) || exit;

const TIMEOUT_SECONDS = 5;

// What one run of the schedule sends at most, so that a long queue doesn't exhaust a request's time.
const BATCH = 20;

/**
 * Sends one fact's message if it is pending and nobody else is sending it.
 *
 * @param string $marker The fact's marker.
 * @return int The receiver's status; 0 when it couldn't be reached; -1 when there was nothing to send.
 */
function deliver( string $marker ): int {
	$destination = Settings\destination();
	$row         = '' === $destination ? null : Outbox\lease( $marker );
	if ( null === $row ) {
		return -1;
	}
	$status = post( $destination, $row->body );
	if ( is_accepted( $status ) ) {
		Outbox\mark_sent( $marker );
	} else {
		Outbox\postpone( $marker, $row );
	}

	return $status;
}

/**
 * Posts a message.
 *
 * @param string $destination The receiver's URL.
 * @param string $body        The message's bytes.
 * @return int The receiver's status, or 0 when it couldn't be reached.
 */
function post( string $destination, string $body ): int {
	$response = wp_remote_post(
		$destination,
		array(
			'timeout'     => TIMEOUT_SECONDS,
			'redirection' => 0, // A redirected POST may arrive as a GET without a body, and its 200 would look like success.
			'headers'     => array( 'Content-Type' => Event\CONTENT_TYPE ),
			'body'        => $body,
		)
	);

	return is_wp_error( $response ) ? 0 : (int) wp_remote_retrieve_response_code( $response );
}

/**
 * Whether a status says that the receiver has the message now.
 *
 * @param int $status An HTTP status.
 * @return bool
 */
function is_accepted( int $status ): bool {
	return $status >= 200 && $status < 300;
}

/**
 * Sends pending rows that are due. Stops when the receiver can't be reached, so as not to wait for every row's timeout.
 *
 * @param int $limit How many at most.
 */
function deliver_due( int $limit = BATCH ): void {
	deliver_each( Outbox\pending( time(), $limit ) );
}

/**
 * Sends every pending row now, whenever it would be due.
 */
function deliver_all(): void {
	deliver_each( Outbox\pending( PHP_INT_MAX, PHP_INT_MAX ) );
}

/**
 * Sends rows until one finds nobody there.
 *
 * @param string[] $markers The facts' markers.
 */
function deliver_each( array $markers ): void {
	foreach ( $markers as $marker ) {
		if ( 0 === deliver( $marker ) ) {
			return;
		}
	}
}
