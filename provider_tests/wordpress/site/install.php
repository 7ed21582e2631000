<?php
/**
 * php install.php WORDPRESS_DIR install | activate
 *
 * Creates the tables and the administrator, or activates the plugin: two processes, since the second needs the first's site.
 *
 * @package ClientWebinarTrackerTests
 */

list( , $site_root, $site_step ) = $argv;
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';

if ( 'install' === $site_step ) {
	define( 'WP_INSTALLING', true );
	require $site_root . '/wp-load.php';
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	add_filter( 'pre_wp_mail', '__return_false' ); // The welcome message.
	wp_install( 'Contract tests', 'admin', 'admin@example.invalid', false, '', 'admin' );
	exit( 0 );
}

require $site_root . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
$site_result = activate_plugin( 'client-webinar-tracker-v2/client-webinar-tracker-v2.php' );
if ( is_wp_error( $site_result ) ) {
	fwrite( STDERR, 'The plugin can\'t be activated: ' . $site_result->get_error_message() . "\n" );
	exit( 1 );
}
