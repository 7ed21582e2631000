<?php
/**
 * WordPress's hooks, as far as the plugin uses them: priorities, the number of accepted arguments, filters and actions.
 *
 * @package ClientWebinarTrackerShim
 */

$GLOBALS['shim_hooks'] = array();

/**
 * Adds a callback to a filter.
 *
 * @param string   $hook     The hook's name.
 * @param callable $callback What runs; may be defined later.
 * @param int      $priority Lower runs earlier.
 * @param int      $accepted How many arguments it takes.
 * @return true
 */
function add_filter( $hook, $callback, $priority = 10, $accepted = 1 ) {
	$GLOBALS['shim_hooks'][ $hook ][ $priority ][] = array( $callback, $accepted );
	ksort( $GLOBALS['shim_hooks'][ $hook ] );

	return true;
}

/** Adds a callback to an action. */
function add_action( $hook, $callback, $priority = 10, $accepted = 1 ) {
	return add_filter( $hook, $callback, $priority, $accepted );
}

/** Takes a callback off a hook. */
function remove_filter( $hook, $callback, $priority = 10 ) {
	$others = array();
	$found  = false;
	foreach ( $GLOBALS['shim_hooks'][ $hook ][ $priority ] ?? array() as $entry ) {
		if ( $callback === $entry[0] ) {
			$found = true;
		} else {
			$others[] = $entry;
		}
	}
	$GLOBALS['shim_hooks'][ $hook ][ $priority ] = $others;
	$GLOBALS['shim_hooks'][ $hook ]              = array_filter( $GLOBALS['shim_hooks'][ $hook ] );
	ksort( $GLOBALS['shim_hooks'][ $hook ] );

	return $found;
}

/** Whether anything hangs on a hook, or at which priority a callback does. */
function has_filter( $hook, $callback = false ) {
	if ( false === $callback ) {
		return ! empty( $GLOBALS['shim_hooks'][ $hook ] );
	}
	foreach ( $GLOBALS['shim_hooks'][ $hook ] ?? array() as $priority => $callbacks ) {
		if ( in_array( $callback, array_column( $callbacks, 0 ), true ) ) {
			return $priority;
		}
	}

	return false;
}

/** The same of an action. */
function has_action( $hook, $callback = false ) {
	return has_filter( $hook, $callback );
}

/** Passes a value through a filter's callbacks. */
function apply_filters( $hook, $value, ...$more ) {
	foreach ( $GLOBALS['shim_hooks'][ $hook ] ?? array() as $callbacks ) {
		foreach ( $callbacks as list( $callback, $accepted ) ) {
			$value = $callback( ...array_slice( array( $value, ...$more ), 0, $accepted ) );
		}
	}

	return $value;
}

/** Runs an action's callbacks. Like WordPress, hands on one empty string when there are no arguments. */
function do_action( $hook, ...$arguments ) {
	foreach ( $GLOBALS['shim_hooks'][ $hook ] ?? array() as $callbacks ) {
		foreach ( $callbacks as list( $callback, $accepted ) ) {
			$callback( ...array_slice( $arguments ? $arguments : array( '' ), 0, $accepted ) );
		}
	}
}

/** The shim runs plugins; it doesn't activate them. */
function register_activation_hook( $file, $callback ) {}

/** Nor does it deactivate them. */
function register_deactivation_hook( $file, $callback ) {}

/** The shim has no cron: what it would run is already scheduled. */
function wp_next_scheduled( $hook ) {
	return time();
}
