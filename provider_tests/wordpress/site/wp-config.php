<?php
/**
 * One configuration for every run: what differs comes from the environment, so the WordPress tree itself is shared and
 * never written to.
 *
 * @package ClientWebinarTrackerTests
 */

define( 'WP_CONTENT_DIR', getenv( 'CONTRACTS_WP_CONTENT' ) );

if ( getenv( 'CONTRACTS_WP_SOCKET' ) ) {
	define( 'DB_HOST', 'localhost:' . getenv( 'CONTRACTS_WP_SOCKET' ) );
} else {
	define( 'DB_HOST', '' );
	define( 'DB_DIR', WP_CONTENT_DIR . '/database/' );
	define( 'DB_FILE', 'wordpress.sqlite' );
}
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
$table_prefix = 'wp_';

// The server picks its port itself; WordPress learns it from the request.
define( 'WP_HOME', 'http://' . ( $_SERVER['HTTP_HOST'] ?? '127.0.0.1' ) );
define( 'WP_SITEURL', WP_HOME );

// Nothing but the plugin acts, and nothing reaches beyond this machine.
define( 'DISABLE_WP_CRON', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1,localhost' );

// What a plugin gets wrong goes to the server's log and not into an answer.
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_DISPLAY', false );
define( 'WP_DEBUG_LOG', false );

foreach ( array( 'AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT' ) as $name ) {
	define( $name, 'for tests only: ' . $name );
}

defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
