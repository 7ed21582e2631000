<?php
/**
 * The canonical event that this plugin states, as CloudEvents 1.0 in structured JSON mode.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Event;

defined( 'ABSPATH' ) || exit;

const SOURCE       = 'client-webinar-tracker-v2';
const TYPE         = 'client_webinar_completed';
const CONTENT_TYPE = 'application/cloudevents+json';

// Letters, digits and ._:- only: no room for a mail address, a name with spaces or free text.
const IDENTIFIER = '/\A[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\z/';

// UUIDv5 (RFC 9562) of the URL urn:client-webinar-tracker-v2. A change of it would state every old fact again.
const MARKER_NAMESPACE = '455a03eb-6edf-5ba0-b6a0-8e1a25de56f3';

/**
 * Whether a value may stand in an event's data.
 *
 * @param mixed $value Anything.
 * @return bool
 */
function is_identifier( $value ): bool {
	return is_string( $value ) && 1 === preg_match( IDENTIFIER, $value );
}

/**
 * The marker of a fact: equal for every repeat of it, different for every other fact.
 *
 * @param string $client_id  The client, an identifier.
 * @param string $webinar_id The webinar, an identifier.
 * @return string A UUID of version 5, derived from source, type and fact key.
 */
function marker( string $client_id, string $webinar_id ): string {
	// A line break can't occur in an identifier, so different facts never give the same name.
	$name = implode( "\n", array( SOURCE, TYPE, $client_id, $webinar_id ) );
	$hash = sha1( hex2bin( str_replace( '-', '', MARKER_NAMESPACE ) ) . $name );

	return sprintf(
		'%s-%s-5%s-%x%s-%s',
		substr( $hash, 0, 8 ),
		substr( $hash, 8, 4 ),
		substr( $hash, 13, 3 ),
		( hexdec( $hash[16] ) & 0x3 ) | 0x8,
		substr( $hash, 17, 3 ),
		substr( $hash, 20, 12 )
	);
}

/**
 * The exact bytes of the message that states the fact.
 *
 * @param string $client_id    The client, an identifier.
 * @param string $webinar_id   The webinar, an identifier.
 * @param int    $completed_at When it happened, in seconds since 1970 (UTC).
 * @return string JSON.
 */
function body( string $client_id, string $webinar_id, int $completed_at ): string {
	return (string) wp_json_encode(
		array(
			'specversion' => '1.0',
			'id'          => marker( $client_id, $webinar_id ),
			'source'      => SOURCE,
			'type'        => TYPE,
			'time'        => gmdate( 'Y-m-d\TH:i:s\Z', $completed_at ),
			'data'        => array(
				'client_id'  => $client_id,
				'webinar_id' => $webinar_id,
			),
		)
	);
}
