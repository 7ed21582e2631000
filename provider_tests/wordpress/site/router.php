<?php
/**
 * For php -S: existing files as they are, everything else through WordPress.
 *
 * @package ClientWebinarTrackerTests
 */

$site_path = (string) parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH );
if ( '/' !== $site_path && is_file( $_SERVER['DOCUMENT_ROOT'] . $site_path ) ) {
	return false;
}
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
