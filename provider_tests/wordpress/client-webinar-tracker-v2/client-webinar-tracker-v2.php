<?php
/**
 * Plugin Name:       Client Webinar Tracker
 * Description:       States the fact that a client has completed a webinar, as a CloudEvent sent over HTTP, once and reliably.
 * Version:           2.0.0
 * Requires at least: 5.8
 * Requires PHP:      7.4
 * License:           MIT
 * License URI:       https://opensource.org/license/mit
 * Text Domain:       client-webinar-tracker-v2
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker;

defined( 'ABSPATH' ) || exit;

require_once __DIR__ . '/includes/event.php';
require_once __DIR__ . '/includes/settings.php';
require_once __DIR__ . '/includes/outbox.php';
require_once __DIR__ . '/includes/delivery.php';
require_once __DIR__ . '/includes/tracker.php';
require_once __DIR__ . '/includes/schedule.php';
require_once __DIR__ . '/includes/rest.php';

add_action( 'plugins_loaded', __NAMESPACE__ . '\\Outbox\\ensure_table' );
add_action( 'init', __NAMESPACE__ . '\\Schedule\\ensure_scheduled' );
add_action( 'rest_api_init', __NAMESPACE__ . '\\Rest\\register_routes' );
add_action( 'admin_init', __NAMESPACE__ . '\\Settings\\register_fields' );
add_filter( 'cron_schedules', __NAMESPACE__ . '\\Schedule\\add_interval' ); // phpcs:ignore WordPress.WP.CronInterval -- a pending row must not wait longer than a minute.

/*
 * What other code calls:
 *   do_action( 'client_webinar_tracker_completed', $client_id, $webinar_id, $completed_at = null );
 *   do_action( 'client_webinar_tracker_flush' );
 */
add_action( 'client_webinar_tracker_completed', __NAMESPACE__ . '\\Tracker\\on_completed', 10, 3 );
add_action( 'client_webinar_tracker_flush', __NAMESPACE__ . '\\Delivery\\deliver_all' );
add_action( 'client_webinar_tracker_deliver_due', __NAMESPACE__ . '\\Delivery\\deliver_due', 10, 0 );

register_activation_hook( __FILE__, __NAMESPACE__ . '\\Outbox\\ensure_table' );
register_deactivation_hook( __FILE__, __NAMESPACE__ . '\\Schedule\\unschedule' );
