<?php
/**
 * Turns a trigger (see "Driver protocols" in the toolkit's design) into the plugin's action. Runs in WordPress and in the shim.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Trigger;

// The plugin's actions all begin so; what follows is the event's name without "client_webinar_".
const ACTION_PREFIX = 'client_webinar_tracker_';
const EVENT         = '/\Aclient_webinar_(registered|entered|form_submitted|completed|left)\z/';

/**
 * Reads a trigger: {"event": "…", "fact": {…}, "attempt": 1, "delivery": "…"}, and optionally "time", seconds since 1970.
 *
 * @param string $json What was sent.
 * @return array
 * @throws \InvalidArgumentException When it is no trigger.
 */
function read( string $json ): array {
	$trigger = json_decode( $json, true );
	if ( ! is_array( $trigger ) || ! is_string( $trigger['event'] ?? null ) || ! is_array( $trigger['fact'] ?? null ) ) {
		throw new \InvalidArgumentException( 'This is no trigger; send {"event": "client_webinar_completed", "fact": {"client_id": "…", "webinar_id": "…"}, "attempt": 1}.' );
	}

	return $trigger;
}

/**
 * The trigger as a capture carries it.
 *
 * @param array $trigger What read() answered.
 * @return array
 */
function for_capture( array $trigger ): array {
	$known         = array_intersect_key( $trigger, array_flip( array( 'event', 'fact', 'attempt', 'delivery' ) ) );
	$known['fact'] = (object) $known['fact']; // An empty PHP array would become a JSON array.

	return $known;
}

/**
 * The plugin's action for an event.
 *
 * @param string $event A canonical event's name.
 * @return string|null Null when the plugin doesn't implement the event.
 */
function action( string $event ): ?string {
	$action = preg_match( EVENT, $event, $match ) ? ACTION_PREFIX . $match[1] : '';

	return '' !== $action && has_action( $action ) ? $action : null;
}

/**
 * Has the plugin state the fact. A further attempt also retries what the plugin owes, as its schedule would in time.
 *
 * @param array $trigger What read() answered.
 * @return bool False when the plugin doesn't implement the event: then nothing was done.
 */
function state_fact( array $trigger ): bool {
	$action = action( $trigger['event'] );
	if ( null === $action ) {
		return false;
	}
	$arguments = array_values( $trigger['fact'] );
	if ( isset( $trigger['fact']['client_id'], $trigger['fact']['webinar_id'] ) ) {
		// The order of a JSON object's members means nothing; the action's arguments have one.
		$rest      = array_diff_key( $trigger['fact'], array( 'client_id' => 0, 'webinar_id' => 0 ) );
		$arguments = array_merge( array( $trigger['fact']['client_id'], $trigger['fact']['webinar_id'] ), array_values( $rest ) );
	}
	if ( isset( $trigger['time'] ) ) {
		$arguments[] = (int) $trigger['time'];
	}
	do_action( $action, ...$arguments );
	if ( ( $trigger['attempt'] ?? 1 ) > 1 ) {
		do_action( ACTION_PREFIX . 'flush' );
	}

	return true;
}
