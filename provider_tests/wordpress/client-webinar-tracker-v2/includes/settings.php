<?php
/**
 * Where messages go, and the key of the REST route: constant, environment or option, in this order.
 *
 * @package ClientWebinarTracker
 */

namespace ClientWebinarTracker\Settings;

defined( 'ABSPATH' ) || exit;

const DESTINATION = 'client_webinar_tracker_destination';
const REST_KEY    = 'client_webinar_tracker_rest_key';

/**
 * The URL that messages are posted to.
 *
 * @return string An http(s) URL, or an empty string when none is set: facts then wait in the outbox.
 */
function destination(): string {
	$url    = value( DESTINATION );
	$scheme = wp_parse_url( $url, PHP_URL_SCHEME );
	$host   = wp_parse_url( $url, PHP_URL_HOST );

	return $host && in_array( $scheme, array( 'http', 'https' ), true ) ? $url : '';
}

/**
 * The key that a caller of the REST route shows.
 *
 * @return string An empty string when none is set: then only administrators may call it.
 */
function rest_key(): string {
	return value( REST_KEY );
}

/**
 * A setting's value: the constant or environment variable of its name in capitals, else the option.
 *
 * @param string $name The option's name.
 * @return string
 */
function value( string $name ): string {
	$upper = strtoupper( $name );
	if ( defined( $upper ) ) {
		return (string) constant( $upper );
	}
	$environment = getenv( $upper );

	return false !== $environment && '' !== $environment ? $environment : (string) get_option( $name, '' );
}

/**
 * Adds the two fields to Settings > General.
 */
function register_fields(): void {
	add_settings_section( 'client_webinar_tracker', __( 'Client Webinar Tracker', 'client-webinar-tracker-v2' ), '__return_null', 'general' );
	register_field( DESTINATION, __( 'Destination URL', 'client-webinar-tracker-v2' ), 'url', 'esc_url_raw' );
	register_field( REST_KEY, __( 'Key of the REST route', 'client-webinar-tracker-v2' ), 'password', 'sanitize_text_field' );
}

/**
 * Registers one option and its input.
 *
 * @param string   $name     The option's name.
 * @param string   $label    What stands before the input.
 * @param string   $type     The input's type.
 * @param callable $sanitize Cleans what was entered.
 */
function register_field( string $name, string $label, string $type, callable $sanitize ): void {
	register_setting(
		'general',
		$name,
		array(
			'type'              => 'string',
			'sanitize_callback' => $sanitize,
			'show_in_rest'      => false,
			'default'           => '',
		)
	);
	add_settings_field(
		$name,
		esc_html( $label ),
		static function () use ( $name, $type ) {
			printf(
				'<input type="%1$s" class="regular-text" id="%2$s" name="%2$s" value="%3$s" autocomplete="off">',
				esc_attr( $type ),
				esc_attr( $name ),
				esc_attr( (string) get_option( $name, '' ) )
			);
		},
		'general',
		'client_webinar_tracker',
		array( 'label_for' => $name )
	);
}
