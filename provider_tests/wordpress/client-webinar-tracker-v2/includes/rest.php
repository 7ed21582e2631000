<?php
/**
 * POST /wp-json/client-webinar-tracker/v2/completed, for systems that don't run inside WordPress.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Rest;

use ClientWebinarTracker\Event;
use ClientWebinarTracker\Settings;
use ClientWebinarTracker\Tracker;
use WP_REST_Request;
use WP_REST_Response;

defined( 'ABSPATH' ) || exit;

/**
 * Registers the route.
 */
function register_routes(): void {
	$identifier = array(
		'required'          => true,
		'type'              => 'string',
		'validate_callback' => static function ( $value ) {
			return Event\is_identifier( $value );
		},
	);
	register_rest_route(
		'client-webinar-tracker/v2',
		'/completed',
		array(
			'methods'             => 'POST',
			'callback'            => __NAMESPACE__ . '\\completed',
			'permission_callback' => __NAMESPACE__ . '\\may_state',
			'args'                => array(
				'client_id'  => $identifier,
				'webinar_id' => $identifier,
			),
		)
	);
}

/**
 * Whether the caller shows the key, or is an administrator.
 *
 * WordPress treats a logged-in caller without a valid nonce (X-WP-Nonce) as nobody before this is asked.
 *
 * @param WP_REST_Request $request The request.
 * @return bool
 */
function may_state( WP_REST_Request $request ): bool {
	$key   = Settings\rest_key();
	$shown = (string) $request->get_header( 'X-Webinar-Tracker-Key' );

	return ( '' !== $key && hash_equals( $key, $shown ) ) || current_user_can( 'manage_options' );
}

/**
 * States the fact. 200: the receiver has it; 202: it is stored and will be sent.
 *
 * @param WP_REST_Request $request The request, its parameters checked.
 * @return WP_REST_Response|\WP_Error
 */
function completed( WP_REST_Request $request ) {
	$result = Tracker\complete( $request->get_param( 'client_id' ), $request->get_param( 'webinar_id' ) );
	if ( is_wp_error( $result ) ) {
		return $result;
	}

	return new WP_REST_Response( $result, 'sent' === $result['state'] ? 200 : 202 );
}
