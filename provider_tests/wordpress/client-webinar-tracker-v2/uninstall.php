<?php
/**
 * Removes what the plugin stored, on every site of a network. Facts that were never delivered go with it.
 *
 * @package ClientWebinarTracker
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

$client_webinar_tracker_remove = static function () {
	global $wpdb;

	$wpdb->query( "DROP TABLE IF EXISTS {$wpdb->prefix}client_webinar_outbox" ); // phpcs:ignore WordPress.DB
	foreach ( array( 'schema', 'destination', 'rest_key' ) as $name ) {
		delete_option( 'client_webinar_tracker_' . $name );
	}
	wp_clear_scheduled_hook( 'client_webinar_tracker_deliver_due' );
};

if ( is_multisite() ) {
	foreach ( get_sites( array( 'fields' => 'ids', 'number' => 0 ) ) as $client_webinar_tracker_site ) { // phpcs:ignore WordPress.Arrays
		switch_to_blog( $client_webinar_tracker_site );
		$client_webinar_tracker_remove();
		restore_current_blog();
	}
} else {
	$client_webinar_tracker_remove();
}
