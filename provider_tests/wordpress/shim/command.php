<?php
/**
 * The plugin as a command: a trigger on stdin; HTTP to CONTRACTS_SINK_URL or, without it, captures on stdout.
 *
 * Exit 0: done, or the plugin doesn't implement the event and sent nothing; 2: the trigger is unreadable; 255: the plugin died.
 *
 * @package ClientWebinarTrackerShim
 */

require __DIR__ . '/bootstrap.php';

try {
	$trigger = ClientWebinarTracker\Trigger\read( (string) stream_get_contents( STDIN ) );
	$sink    = (string) getenv( 'CONTRACTS_SINK_URL' );
	shim_load( '' !== $sink ? $sink : 'http://receiver.invalid/' );
} catch ( InvalidArgumentException $problem ) {
	fwrite( STDERR, $problem->getMessage() . "\n" );
	exit( 2 );
}

if ( '' === $sink ) {
	// The recorder stands in for the receiver; what it recorded is printed however the plugin ends.
	$captures = (string) tempnam( sys_get_temp_dir(), 'captures' );
	register_shutdown_function(
		static function () use ( $captures ) {
			readfile( $captures );
			unlink( $captures );
		}
	);
	putenv( 'CONTRACTS_CAPTURES=' . $captures );
	putenv( 'CONTRACTS_DESTINATION=http://receiver.invalid/' );
	require __DIR__ . '/../../../contracts/emitters/recorder/contracts-recorder.php';
	add_filter(
		'contracts_recorder_trigger',
		static function () use ( $trigger ) {
			return ClientWebinarTracker\Trigger\for_capture( $trigger );
		}
	);
}

if ( ! ClientWebinarTracker\Trigger\state_fact( $trigger ) ) {
	fwrite( STDERR, "The plugin doesn't implement {$trigger['event']}: nothing was sent.\n" );
}
