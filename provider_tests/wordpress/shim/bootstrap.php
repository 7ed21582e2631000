<?php
/**
 * Runs the unmodified plugin without WordPress: exactly the functions that it calls while it states a fact.
 *
 * Environment: CONTRACTS_PLUGIN, the plugin's folder (the one beside the shim); CONTRACTS_SHIM_DATABASE, a file that holds
 * the outbox from one process to the next (one of the calling process's own, in the temporary folder).
 *
 * @package ClientWebinarTrackerShim
 */

define( 'ABSPATH', __DIR__ . '/' );
define( 'MINUTE_IN_SECONDS', 60 );
date_default_timezone_set( 'UTC' ); // As WordPress does.
ini_set( 'display_errors', 'stderr' );
error_reporting( E_ALL );

require __DIR__ . '/hooks.php';
require __DIR__ . '/wpdb.php';
require __DIR__ . '/options.php';
require __DIR__ . '/http.php';
require __DIR__ . '/../trigger/statement.php';

/** No translations. */
function __( $text, $domain = 'default' ) {
	return $text;
}

/** JSON as WordPress writes it. */
function wp_json_encode( $value, $flags = 0, $depth = 512 ) {
	return json_encode( $value, $flags, $depth );
}

/** A part of a URL. */
function wp_parse_url( $url, $component = -1 ) {
	return parse_url( $url, $component );
}

/** A random UUID. */
function wp_generate_uuid4() {
	$hex = bin2hex( random_bytes( 16 ) );

	return sprintf( '%s-%s-4%s-a%s-%s', substr( $hex, 0, 8 ), substr( $hex, 8, 4 ), substr( $hex, 12, 3 ), substr( $hex, 15, 3 ), substr( $hex, 18, 12 ) );
}

/**
 * The outbox's file. All processes that one process starts for one sink share it, so that repeats meet the facts stated
 * before; the next run of the toolkit begins without any. Files of runs that are over are removed.
 *
 * @return string
 */
function shim_database(): string {
	if ( getenv( 'CONTRACTS_SHIM_DATABASE' ) ) {
		return (string) getenv( 'CONTRACTS_SHIM_DATABASE' );
	}
	$prefix = sys_get_temp_dir() . '/client-webinar-tracker-shim-' . posix_getuid() . '-';
	foreach ( glob( $prefix . '*' ) as $file ) {
		if ( preg_match( '/-(\d+)-\w+\.sqlite/', $file, $match ) && ! file_exists( "/proc/$match[1]" ) ) {
			@unlink( $file );
		}
	}
	// A number may be given to another process later; the time when it began tells them apart.
	$parent = posix_getppid();
	$began  = preg_replace( '/^.*\) (?:\S+ ){19}(\d+).*/s', '$1', (string) @file_get_contents( "/proc/$parent/stat" ) );

	return $prefix . $parent . '-' . ( $began ? $began : 'x' ) . hash( 'crc32b', (string) getenv( 'CONTRACTS_SINK_URL' ) ) . '.sqlite';
}

/**
 * Loads the plugin, which sends to the destination.
 *
 * @param string $destination A URL.
 */
function shim_load( string $destination ): void {
	$GLOBALS['wpdb'] = new wpdb( shim_database() );
	putenv( 'CLIENT_WEBINAR_TRACKER_DESTINATION=' . $destination );
	$plugin = getenv( 'CONTRACTS_PLUGIN' ) ? (string) getenv( 'CONTRACTS_PLUGIN' ) : __DIR__ . '/../client-webinar-tracker-v2';
	if ( ! is_file( $plugin . '/client-webinar-tracker-v2.php' ) ) {
		throw new InvalidArgumentException( "There is no plugin in $plugin; set CONTRACTS_PLUGIN to its folder." );
	}
	require $plugin . '/client-webinar-tracker-v2.php';
	do_action( 'plugins_loaded' );
	do_action( 'init' );
}
