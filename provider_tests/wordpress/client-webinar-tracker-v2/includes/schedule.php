<?php
/**
 * The retry of refused deliveries by WP-Cron.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Schedule;

defined( 'ABSPATH' ) || exit;

const HOOK     = 'client_webinar_tracker_deliver_due';
const INTERVAL = 'client_webinar_tracker_minute';

/**
 * Adds the interval of one minute. A row's own back-off decides when it is tried again.
 *
 * @param array $schedules WordPress's intervals.
 * @return array
 */
function add_interval( array $schedules ): array {
	$schedules[ INTERVAL ] = array(
		'interval' => MINUTE_IN_SECONDS,
		'display'  => 'client-webinar-tracker-v2',
	);

	return $schedules;
}

/**
 * Schedules the retry unless it is scheduled: a row whose sender died has nobody else.
 */
function ensure_scheduled(): void {
	if ( ! wp_next_scheduled( HOOK ) ) {
		wp_schedule_event( time() + MINUTE_IN_SECONDS, INTERVAL, HOOK );
	}
}

/**
 * Takes the retry off the schedule. The outbox stays: what is owed is sent after the next activation.
 */
function unschedule(): void {
	wp_clear_scheduled_hook( HOOK );
}
