<?php
/**
 * Options and transients, with the races that WordPress has: a check and a write are two steps.
 *
 * @package ClientWebinarTrackerShim
 */

/** An option's value, or the default. */
function get_option( $name, $default = false ) {
	global $wpdb;
	$value = $wpdb->get_var( $wpdb->prepare( 'SELECT option_value FROM wp_options WHERE option_name = %s', $name ) );

	return null === $value ? $default : unserialize( $value );
}

/** Sets an option. */
function update_option( $name, $value ) {
	global $wpdb;

	return (bool) $wpdb->query( $wpdb->prepare( 'INSERT OR REPLACE INTO wp_options VALUES (%s, %s)', $name, serialize( $value ) ) );
}

/** Sets an option that isn't there yet: looks first, then writes whatever is there by then, as WordPress does. */
function add_option( $name, $value ) {
	if ( false !== get_option( $name ) ) {
		return false;
	}
	do_action( 'add_option', $name, $value );

	return update_option( $name, $value );
}

/** A transient's value, or false. */
function get_transient( $name ) {
	return get_option( '_transient_' . $name );
}

/** Sets a transient; the shim's runs are shorter than any expiry. */
function set_transient( $name, $value, $expiration = 0 ) {
	return update_option( '_transient_' . $name, $value );
}
