<?php
/**
 * The outbox: a table with one row a fact, pending until the receiver has taken the message.
 *
 * A row is written before anything is sent, so a refused delivery, a timeout or a crash loses nothing. Its key is the
 * fact's marker, so the database, and not a check in PHP, decides which of several simultaneous repeats is the first.
 * Whoever sends a row first takes a lease on it; the lease of a worker that died runs out, and another one sends.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Outbox;

defined( 'ABSPATH' ) || exit;

const SCHEMA        = '1';
const SCHEMA_OPTION = 'client_webinar_tracker_schema';

// Longer than a delivery can take (its timeout, twice over for connecting and reading), so that a live lease never runs out.
const LEASE_SECONDS = 60;

// A refused row is due again after 30 s, 1 min, 2 min … at most an hour.
const BACKOFF_SECONDS     = 30;
const MAX_BACKOFF_SECONDS = 3600;

// Simultaneous inserts can end in a deadlock or a locked database; the loser tries again.
const INSERT_TRIES = 5;

/**
 * The table's name on this site.
 *
 * @return string
 */
function table(): string {
	global $wpdb;

	return $wpdb->prefix . 'client_webinar_outbox';
}

/**
 * Creates the table unless it is there.
 *
 * Not by dbDelta(): IF NOT EXISTS is safe when several requests come at once after an update.
 */
function ensure_table(): void {
	global $wpdb;

	if ( SCHEMA === get_option( SCHEMA_OPTION ) ) {
		return;
	}
	// phpcs:disable WordPress.DB.PreparedSQL.InterpolatedNotPrepared -- the name and the collation are no input.
	$created = $wpdb->query(
		'CREATE TABLE IF NOT EXISTS ' . table() . " (
			marker varchar(36) NOT NULL,
			body text NOT NULL,
			state varchar(10) NOT NULL DEFAULT 'pending',
			attempts bigint(20) NOT NULL DEFAULT 0,
			due_at bigint(20) NOT NULL DEFAULT 0,
			lease varchar(36) NOT NULL DEFAULT '',
			lease_until bigint(20) NOT NULL DEFAULT 0,
			recorded_at bigint(20) NOT NULL DEFAULT 0,
			PRIMARY KEY  (marker),
			KEY client_webinar_outbox_due (state, due_at)
		) {$wpdb->get_charset_collate()}"
	);
	// phpcs:enable
	if ( false !== $created ) {
		update_option( SCHEMA_OPTION, SCHEMA );
	}
}

/**
 * Writes a fact's message unless the fact is already there.
 *
 * @param string $marker The fact's marker.
 * @param string $body   The exact bytes to send, now and on every retry.
 * @return bool False when the database didn't take it: the caller still owes the fact.
 */
function insert( string $marker, string $body ): bool {
	global $wpdb;

	for ( $try = 1; $try <= INSERT_TRIES; $try++ ) {
		$rows = $wpdb->query(
			$wpdb->prepare(
				'INSERT IGNORE INTO ' . table() . ' (marker, body, recorded_at) VALUES (%s, %s, %d)', // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
				$marker,
				$body,
				time()
			)
		);
		// IGNORE also turns other errors into warnings: a fact is only safe when its row can be read.
		if ( false !== $rows && ( $rows > 0 || null !== state( $marker ) ) ) {
			return true;
		}
		usleep( 50000 * $try );
	}

	return false;
}

/**
 * How far a fact's delivery is.
 *
 * @param string $marker The fact's marker.
 * @return string|null "pending", "sent", or null when the fact isn't there.
 */
function state( string $marker ): ?string {
	global $wpdb;

	return $wpdb->get_var( $wpdb->prepare( 'SELECT state FROM ' . table() . ' WHERE marker = %s', $marker ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
}

/**
 * Takes the lease on a pending row, if nobody holds it.
 *
 * @param string $marker The fact's marker.
 * @return object|null The row's lease and body, or null when there is nothing to send.
 */
function lease( string $marker ): ?object {
	global $wpdb;

	$lease = wp_generate_uuid4();
	$rows  = $wpdb->query(
		$wpdb->prepare(
			'UPDATE ' . table() . " SET lease = %s, lease_until = %d WHERE marker = %s AND state = 'pending' AND lease_until <= %d", // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
			$lease,
			time() + LEASE_SECONDS,
			$marker,
			time()
		)
	);
	if ( ! $rows ) {
		return null;
	}

	return $wpdb->get_row(
		$wpdb->prepare( 'SELECT lease, body, attempts FROM ' . table() . ' WHERE marker = %s AND lease = %s', $marker, $lease ) // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
	);
}

/**
 * Notes that the receiver has taken the message. It counts even if the lease has run out meanwhile.
 *
 * @param string $marker The fact's marker.
 */
function mark_sent( string $marker ): void {
	global $wpdb;

	$wpdb->query( $wpdb->prepare( 'UPDATE ' . table() . " SET state = 'sent', lease = '', lease_until = 0 WHERE marker = %s", $marker ) ); // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
}

/**
 * Gives a row back after a delivery that failed; it is due again later.
 *
 * @param string $marker The fact's marker.
 * @param object $row    What lease() answered.
 */
function postpone( string $marker, object $row ): void {
	global $wpdb;

	$wait = min( MAX_BACKOFF_SECONDS, BACKOFF_SECONDS * 2 ** min( (int) $row->attempts, 10 ) );
	$wpdb->query(
		$wpdb->prepare(
			'UPDATE ' . table() . " SET attempts = attempts + 1, due_at = %d, lease = '', lease_until = 0 WHERE marker = %s AND lease = %s", // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
			time() + $wait,
			$marker,
			$row->lease
		)
	);
}

/**
 * The markers of pending rows that nobody is sending, the oldest first.
 *
 * @param int $due_by Rows that are due by then, in seconds since 1970.
 * @param int $limit  How many at most.
 * @return string[]
 */
function pending( int $due_by, int $limit ): array {
	global $wpdb;

	return $wpdb->get_col(
		$wpdb->prepare(
			'SELECT marker FROM ' . table() . " WHERE state = 'pending' AND due_at <= %d AND lease_until <= %d ORDER BY recorded_at, marker LIMIT %d", // phpcs:ignore WordPress.DB.PreparedSQL.NotPrepared
			$due_by,
			time(),
			$limit
		)
	);
}
