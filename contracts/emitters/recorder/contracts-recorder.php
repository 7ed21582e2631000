<?php
/**
 * Plugin Name:       Contracts recorder
 * Description:       Records what a plugin really sends over WordPress's HTTP API, one capture a line. For tests only.
 * Version:           1.1.0
 * Requires at least: 5.8
 * Requires PHP:      7.4
 * License:           MIT
 *
 * Put it into the mu-plugins folder of the WordPress that runs the plugin's tests. It does nothing unless both are set:
 *
 *   CONTRACTS_CAPTURES           the file to append captures to (NDJSON)
 *   CONTRACTS_DESTINATION        the URL, or the beginning of it, that the plugin sends its events to
 *
 * and optionally
 *
 *   CONTRACTS_RECORDER_RESPONSE  what the plugin is answered: a status (202), "refuse", or "pass" to send for real;
 *                                several, separated by commas, answer one call after the other, the last one ever
 *                                after: "503,202" refuses the first delivery in the file and takes all others
 *   CONTRACTS_KEEP_HEADERS       names of headers, separated by commas, whose values are recorded too: the content type
 *                                and ce-* always are, of any other header the name alone
 *   CONTRACTS_COMMIT             the commit under test, {"id": "4f2a9c1...", "clean": true}; without it git is asked, in
 *                                the folder that a command line runs in, and a web server's captures name none
 *
 * A response that a test itself gives through pre_http_request stays as it is, and is recorded. A program that knows
 * which fact it asked for says so by the filter contracts_recorder_trigger.
 *
 * Two places see a call. The filter pre_http_request sees every call of WordPress's HTTP API, mocked ones too; tests
 * that tidy up may remove it, so it is hung up again, as the last one, before each call. What leaves for real goes
 * through the Requests library, where a transport waits: it hears calls whose filters are all gone, and those of
 * plugins that use Requests themselves. cURL, sockets and other libraries are heard by neither, but by `contracts sink`.
 *
 * @package Contracts
 */

namespace Contracts\Recorder;

defined( 'ABSPATH' ) || exit;

const HOOK = 'pre_http_request';

// What WordPress asks before it asks HOOK, in this order.
const EARLIER_HOOKS = array(
	'http_request_timeout',
	'http_request_redirection_count',
	'http_request_version',
	'http_headers_useragent',
	'http_request_reject_unsafe_urls',
	'http_request_args',
);

// Captures are kept and shared: nobody has to know by name which header is a secret.
const KEPT_HEADERS = '/\A(content-type|content-encoding|ce-.+)\z/';

// What programs of a plugin are written in: a new file of another kind runs nowhere.
const CODE = '/\.(php|phtml|inc|module|js|jsx|mjs|cjs|ts|tsx|mts|vue|sh|sql)\z/i';

/** What is known of the calls under way. */
final class Calls {
	/**
	 * The message whose real answer is awaited.
	 *
	 * @var array|null
	 */
	public static $passing = null;

	/**
	 * Whether the filter has let the running call go on to the transport.
	 *
	 * @var bool
	 */
	public static $let_go = false;

	/**
	 * How often WordPress had asked HOOK when it was last looked at.
	 *
	 * @var int
	 */
	public static $asked = 0;

	/**
	 * How many calls the filter hasn't seen, as far as is known.
	 *
	 * @var int
	 */
	public static $unseen = 0;

	/**
	 * Counts the calls that WordPress has asked HOOK about, this one among them.
	 *
	 * @param int $seen How many of them the filter sees now.
	 */
	public static function count( int $seen ): void {
		$asked = times_asked();
		if ( $asked >= self::$asked ) {
			// A call within a call is seen before the outer one: the sum is right when both have been.
			self::$unseen += $asked - self::$asked - $seen;
		}
		self::$asked = $asked;
	}
}

/**
 * Hears what leaves through the Requests library. It has the methods of a transport and no interface, since WordPress
 * brings Requests 1 or 2.
 */
final class Transport {
	/**
	 * The transports that would have been taken, by what they were to be capable of.
	 *
	 * @var array<string, string>
	 */
	private static $real = array();

	/** Stands before the real transports, unless it does already. */
	public static function install(): void {
		$requests = self::requests();
		if ( null === $requests ) {
			return;
		}
		foreach ( array( array( 'ssl' => true ), array( 'ssl' => false ), array() ) as $capabilities ) {
			$key    = serialize( $capabilities ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- Requests' own key.
			$chosen = $requests::$transport[ $key ] ?? '';
			if ( self::class !== $chosen ) {
				self::$real[ $key ]          = $chosen ? $chosen : self::first_real( $capabilities );
				$requests::$transport[ $key ] = self::class;
			}
		}
	}

	/**
	 * Requests' own class; null where there is none.
	 *
	 * @return string|null
	 */
	private static function requests(): ?string {
		foreach ( array( 'WpOrg\Requests\Requests', 'Requests' ) as $class ) {
			if ( class_exists( $class ) ) {
				return $class;
			}
		}

		return null;
	}

	/**
	 * The transport that Requests would choose.
	 *
	 * @param array $capabilities What it has to be capable of.
	 * @return string
	 */
	private static function first_real( array $capabilities ): string {
		$known = array( 'WpOrg\Requests\Transport\Curl', 'WpOrg\Requests\Transport\Fsockopen', 'Requests_Transport_cURL', 'Requests_Transport_fsockopen' );
		foreach ( $known as $class ) {
			if ( class_exists( $class ) && $class::test( $capabilities ) ) {
				return $class;
			}
		}

		return '';
	}

	/**
	 * Whether it can be used: always, what it can't do itself the real one does.
	 *
	 * @param array $capabilities What it has to be capable of.
	 * @return bool
	 */
	public static function test( $capabilities = array() ): bool {
		return true;
	}

	/**
	 * Records a request to the destination and answers it; lets every other one pass.
	 *
	 * @param string       $url     Where it goes.
	 * @param array        $headers Its headers.
	 * @param string|array $data    Its body, or fields.
	 * @param array        $options Requests' options.
	 * @return string The answer as it came over the wire.
	 * @throws \Exception As Requests does, when it is refused.
	 */
	public function request( $url, $headers = array(), $data = array(), $options = array() ) {
		$let_go         = Calls::$let_go;
		Calls::$let_go  = false;
		$from_wordpress = ( $options['hooks'] ?? null ) instanceof \WP_HTTP_Requests_Hooks;
		if ( $from_wordpress && ! $let_go && empty( $options['redirected'] ) ) {
			// A call that the filter hadn't seen is seen here.
			Calls::count( 1 );
		}
		hang_up();
		if ( ! is_below( (string) $url, destination() ) ) {
			return self::real( $url )->request( $url, $headers, $data, $options );
		}
		$message = Calls::$passing ?? message( (string) ( $options['type'] ?? 'GET' ), (string) $url, $headers, $data, (string) ( $options['useragent'] ?? '' ) );
		$told    = Calls::$passing ? 'pass' : answered( $message );

		Calls::$passing = null;
		return 'pass' === $told ? $this->pass( $message, $url, $headers, $data, $options ) : as_it_comes( $told, ! empty( $options['blocking'] ) );
	}

	/**
	 * Makes several requests, one after the other where one of them goes to the destination.
	 *
	 * @param array $requests As Requests::request_multiple() hands them on.
	 * @param array $options  Requests' options.
	 * @return array Answers or exceptions, by the requests' keys.
	 */
	public function request_multiple( $requests, $options ) {
		$to_destination = false;
		foreach ( $requests as $request ) {
			$to_destination = $to_destination || is_below( (string) $request['url'], destination() );
		}
		if ( ! $to_destination ) {
			return self::real( '' )->request_multiple( $requests, $options );
		}
		$responses = array();
		foreach ( $requests as $id => $request ) {
			$hooks = $request['options']['hooks'];
			try {
				$responses[ $id ] = $this->request( $request['url'], $request['headers'], $request['data'], $request['options'] );
				$hooks->dispatch( 'transport.internal.parse_response', array( &$responses[ $id ], $request ) );
			} catch ( \Exception $problem ) {
				$responses[ $id ] = $problem;
			}
			if ( ! is_string( $responses[ $id ] ) ) {
				$hooks->dispatch( 'multiple.request.complete', array( &$responses[ $id ], $id ) );
			}
		}

		return $responses;
	}

	/**
	 * Sends a message for real and records what came back.
	 *
	 * @param array        $message The message.
	 * @param string       $url     Where it goes.
	 * @param array        $headers Its headers.
	 * @param string|array $data    Its body, or fields.
	 * @param array        $options Requests' options.
	 * @return string The answer.
	 * @throws \Exception As Requests does, when nobody answers.
	 */
	private function pass( array $message, $url, $headers, $data, array $options ) {
		try {
			$answer = self::real( (string) $url )->request( $url, $headers, $data, $options );
		} catch ( \Exception $problem ) {
			append( line( $message, array( 'error' => 'refused' ) ), false );
			throw $problem;
		}
		$status = preg_match( '#\AHTTP/\S+[ \t]+(\d+)#', (string) $answer, $match ) ? (int) $match[1] : 0;
		append( line( $message, status( $status ) ), false );

		return $answer;
	}

	/**
	 * The transport that sends for real.
	 *
	 * @param string $url Where to; empty for several.
	 * @return object
	 * @throws \RuntimeException When this PHP has none.
	 */
	private static function real( string $url ) {
		$capabilities = '' === $url ? array() : array( 'ssl' => 0 === stripos( $url, 'https://' ) );
		$class        = self::$real[ serialize( $capabilities ) ] ?? ''; // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- as above.
		if ( '' === $class ) {
			throw new \RuntimeException( 'contracts-recorder: this PHP has neither cURL nor sockets: nothing can be sent for real.' );
		}

		return new $class();
	}
}

if ( getenv( 'CONTRACTS_CAPTURES' ) && getenv( 'CONTRACTS_DESTINATION' ) ) {
	Calls::$asked = times_asked();
	hang_up();
	// Once more within: behind whatever the plugin does at the end.
	register_shutdown_function( 'register_shutdown_function', __NAMESPACE__ . '\\at_the_end' );
} elseif ( getenv( 'CONTRACTS_CAPTURES' ) ) {
	error_log( 'contracts-recorder: CONTRACTS_CAPTURES is set and CONTRACTS_DESTINATION is not: nothing is recorded.' );
}

/** Hangs the recorder up behind every other callback of HOOK, and on the hooks before, which bring it back. */
function hang_up(): void {
	if ( ! is_last() ) {
		remove_filter( HOOK, __NAMESPACE__ . '\\on_request', PHP_INT_MAX );
		add_filter( HOOK, __NAMESPACE__ . '\\on_request', PHP_INT_MAX, 3 );
	}
	foreach ( EARLIER_HOOKS as $hook ) {
		if ( PHP_INT_MAX !== has_filter( $hook, __NAMESPACE__ . '\\before_request' ) ) {
			add_filter( $hook, __NAMESPACE__ . '\\before_request', PHP_INT_MAX );
		}
	}
	if ( false === has_action( 'http_api_debug', __NAMESPACE__ . '\\after_request' ) ) {
		add_action( 'http_api_debug', __NAMESPACE__ . '\\after_request', PHP_INT_MAX );
	}
	Transport::install();
}

/**
 * Whether the recorder is the last callback of HOOK.
 *
 * @return bool
 */
function is_last(): bool {
	$last = $GLOBALS['wp_filter'][ HOOK ]->callbacks[ PHP_INT_MAX ] ?? array();

	return is_array( $last ) && __NAMESPACE__ . '\\on_request' === array_key_last( $last );
}

/**
 * Comes back, where somebody has removed the recorder since the last call.
 *
 * @param mixed $value What the hook is about; it stays as it is.
 * @return mixed
 */
function before_request( $value = null ) {
	hang_up();

	return $value;
}

/**
 * Records a call to the destination and answers it; lets every other call pass untouched.
 *
 * @param false|array|\WP_Error $preempt A response that somebody else gave already, or false.
 * @param array                 $args    The call's arguments.
 * @param string                $url     Where it goes.
 * @return false|array|\WP_Error
 */
function on_request( $preempt, $args, $url ) {
	Calls::count( 1 );
	record_unsent();
	Calls::$let_go = false === $preempt;
	if ( ! is_below( (string) $url, destination() ) ) {
		return $preempt;
	}
	if ( isset( $GLOBALS['wp_filter'][ HOOK ] ) && ! is_last() ) {
		append( fault( 'a callback was hung up behind the recorder while a call ran, and may have answered the plugin otherwise' ), false );
	}
	$message = message( (string) ( $args['method'] ?? 'GET' ), (string) $url, $args['headers'] ?? array(), $args['body'] ?? null, (string) ( $args['user-agent'] ?? '' ) );
	if ( false !== $preempt ) {
		append( line( $message, outcome( $preempt ) ), true );

		return $preempt;
	}
	$told = answered( $message );
	if ( 'pass' === $told ) {
		Calls::$passing = $message;

		return false;
	}
	Calls::$let_go = false;

	return response( $told, false !== ( $args['blocking'] ?? true ) );
}

/**
 * Records a call that was let pass and that WordPress itself has ended before anything was sent.
 *
 * @param array|\WP_Error $response What the plugin is told.
 */
function after_request( $response = null ): void {
	if ( null !== Calls::$passing ) {
		append( line( Calls::$passing, outcome( $response ) ), false );
		Calls::$passing = null;
	}
}

/** Records a call that was let pass and that nothing was heard of again. */
function record_unsent(): void {
	if ( null !== Calls::$passing ) {
		append( line( Calls::$passing, null ), false );
		Calls::$passing = null;
	}
}

/** Says what the recorder can't know. */
function at_the_end(): void {
	record_unsent();
	Calls::count( 0 );
	if ( Calls::$unseen > 0 ) {
		append( fault( Calls::$unseen . ' call(s) of WordPress\'s HTTP API were answered while every hook of the recorder was gone, as by a test that empties $wp_filter: if one was an event, it isn\'t recorded' ), false );
	}
}

/**
 * How often WordPress has asked HOOK; 0 before WordPress 6.1, which doesn't count filters.
 *
 * @return int
 */
function times_asked(): int {
	return (int) ( $GLOBALS['wp_filters'][ HOOK ] ?? 0 );
}

/**
 * Where the plugin sends its events.
 *
 * @return string
 */
function destination(): string {
	return (string) getenv( 'CONTRACTS_DESTINATION' );
}

/**
 * Whether a URL is the destination or lies below it. Scheme and host don't depend on case; /hook isn't above /hooks.
 *
 * @param string $url         A URL.
 * @param string $destination The destination.
 * @return bool
 */
function is_below( string $url, string $destination ): bool {
	$lower = static function ( array $match ): string {
		return strtolower( $match[0] );
	};
	$origin      = '#^[a-z]+://[^/?\#]*#i';
	$url         = (string) preg_replace_callback( $origin, $lower, $url );
	$destination = (string) preg_replace_callback( $origin, $lower, $destination );
	$rest        = (string) substr( $url, strlen( $destination ) );

	return 0 === strncmp( $url, $destination, strlen( $destination ) )
		&& ( '' === $rest || '/' === substr( $destination, -1 ) || false !== strpos( '/?#', $rest[0] ) );
}

/**
 * Takes the next answer and records the message with it; what is to pass is recorded when its answer has come.
 *
 * @param array $message The message.
 * @return string A status, "refuse", "pass" or nothing.
 */
function answered( array $message ): string {
	$told = '';
	with_captures(
		static function ( $stream ) use ( $message, &$told ): void {
			$told = told( $stream );
			// An empty line keeps the place of a call among the answers until there is more to say.
			write( $stream, 'pass' === $told ? "\n" : line( $message, meaning( $told ) ) );
		}
	);

	return $told;
}

/**
 * What this call is to be answered.
 *
 * @param resource $stream The captures so far, locked.
 * @return string
 */
function told( $stream ): string {
	$answers = array_map( 'trim', explode( ',', (string) getenv( 'CONTRACTS_RECORDER_RESPONSE' ) ) );
	if ( 1 === count( $answers ) ) {
		return $answers[0];
	}
	$calls = 0;
	rewind( $stream );
	while ( $calls < count( $answers ) - 1 && false !== ( $line = fgets( $stream ) ) ) { // phpcs:ignore Generic.CodeAnalysis.AssignmentInCondition
		// A line that begins with a blank took no answer.
		$calls += ' ' === $line[0] ? 0 : 1;
	}

	return $answers[ $calls ];
}

/**
 * How a call ends, for the capture.
 *
 * @param string $told A status, "refuse" or nothing.
 * @return array
 * @throws \RuntimeException When it is none of them.
 */
function meaning( string $told ): array {
	if ( 'refuse' === $told ) {
		return array( 'error' => 'refused' );
	}
	if ( ! preg_match( '/^([1-5]\d\d)?$/', $told ) ) {
		throw new \RuntimeException( "contracts-recorder: CONTRACTS_RECORDER_RESPONSE holds \"$told\"; say a status such as 202, \"refuse\" or \"pass\"." );
	}

	return array( 'status' => '' === $told ? 202 : (int) $told );
}

/**
 * The response that the plugin gets through WordPress's HTTP API.
 *
 * @param string $told     A status, "refuse" or nothing.
 * @param bool   $blocking Whether the plugin waits for an answer: WordPress tells nothing to one that doesn't.
 * @return array|\WP_Error
 */
function response( string $told, bool $blocking ) {
	$meaning = meaning( $told );
	if ( $blocking && isset( $meaning['error'] ) ) {
		return new \WP_Error( 'http_request_failed', 'Connection refused (contracts-recorder)' );
	}

	return array(
		'headers'       => array(),
		'body'          => '',
		'response'      => array(
			'code'    => $blocking ? $meaning['status'] : false,
			'message' => $blocking ? '' : false,
		),
		'cookies'       => array(),
		'filename'      => null,
		'http_response' => null,
	);
}

/**
 * The answer that Requests gets from its transport.
 *
 * @param string $told     A status, "refuse" or nothing.
 * @param bool   $blocking Whether an answer is waited for.
 * @return string
 * @throws \Exception Requests' own, when it is refused.
 */
function as_it_comes( string $told, bool $blocking ): string {
	$meaning = meaning( $told );
	if ( ! $blocking ) {
		return '';
	}
	if ( isset( $meaning['error'] ) ) {
		$class = class_exists( 'WpOrg\Requests\Exception' ) ? 'WpOrg\Requests\Exception' : 'Requests_Exception';
		throw new $class( 'Connection refused (contracts-recorder)', 'curlerror' );
	}

	return "HTTP/1.1 {$meaning['status']} Contracts recorder\r\nContent-Length: 0\r\n\r\n";
}

/**
 * A message as it goes over the wire.
 *
 * @param string $method     The method.
 * @param string $url        Where it goes.
 * @param mixed  $headers    A list of headers, or one text.
 * @param mixed  $body       A text, fields or null.
 * @param string $user_agent What the sender calls itself.
 * @return array
 */
function message( string $method, string $url, $headers, $body, string $user_agent ): array {
	$method = strtoupper( $method );

	list( $url, $body ) = on_the_wire( $method, $url, $body );

	return array(
		'at'      => ( new \DateTimeImmutable( 'now', new \DateTimeZone( 'UTC' ) ) )->format( 'Y-m-d\TH:i:s.u\Z' ),
		'method'  => $method,
		'url'     => address( $url ),
		'headers' => headers( $headers, $body, $user_agent ),
		'body'    => $body,
		'trigger' => apply_filters( 'contracts_recorder_trigger', null ),
		'context' => running_test(),
		'commit'  => commit(),
	);
}

/**
 * The commit of the checkout that the tests run in, and whether the checkout was what it holds.
 *
 * @return array|null Null where that isn't known.
 * @throws \RuntimeException When CONTRACTS_COMMIT is no such commit.
 */
function commit(): ?array {
	static $commit = false;

	if ( false === $commit ) {
		$named  = (string) getenv( 'CONTRACTS_COMMIT' );
		$commit = '' === $named ? checkout() : json_decode( $named, true );
		$right  = null === $commit ? '' === $named : is_string( $commit['id'] ?? null ) && is_bool( $commit['clean'] ?? null );
		if ( ! $right ) {
			throw new \RuntimeException( "contracts-recorder: CONTRACTS_COMMIT holds $named; say {\"id\": \"a commit's hash\", \"clean\": true}." );
		}
	}

	return $commit;
}

/**
 * What git says of the folder that a command line runs in; a web server's is WordPress's, and not the plugin's.
 *
 * @return array|null
 */
function checkout(): ?array {
	$head = 'cli' === PHP_SAPI ? git( 'rev-parse', '--show-toplevel', '--verify', 'HEAD^{commit}' ) : null;
	if ( null === $head || ! preg_match( '/\A(.+)\n([0-9a-f]{40,64})\n\z/s', $head, $match ) ) {
		return null;
	}
	$differs = git( '-c', 'core.fileMode=false', 'status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', '.' );
	if ( null === $differs ) {
		return null;
	}
	$captures = realpath( (string) getenv( 'CONTRACTS_CAPTURES' ) );
	$clean    = true;
	foreach ( array_filter( explode( "\0", $differs ) ) as $entry ) {
		$is_new = 0 === strncmp( $entry, '??', 2 );
		$file   = $match[1] . '/' . substr( $entry, 3 );
		$clean  = $clean && ( ( $is_new && ! preg_match( CODE, $file ) ) || ( false !== $captures && realpath( $file ) === $captures ) );
	}

	return array(
		'id'    => $match[2],
		'clean' => $clean,
	);
}

/**
 * Asks git; it changes nothing.
 *
 * @param string ...$words What.
 * @return string|null Null where it can't say.
 */
function git( string ...$words ): ?string {
	if ( ! function_exists( 'proc_open' ) ) {
		return null;
	}
	// phpcs:disable WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions -- a machine without git is no fault.
	$process = @proc_open( array_merge( array( 'git', '--no-optional-locks' ), $words ), array( 1 => array( 'pipe', 'w' ), 2 => array( 'file', '/dev/null', 'w' ) ), $pipes );
	if ( ! is_resource( $process ) ) {
		return null;
	}
	$said = stream_get_contents( $pipes[1] );
	fclose( $pipes[1] );
	// phpcs:enable

	return 0 === proc_close( $process ) ? (string) $said : null;
}

/**
 * One capture line, as the toolkit reads it.
 *
 * @param array      $message  What message() made.
 * @param array|null $response How the call ended, if that is known.
 * @return string
 */
function line( array $message, ?array $response ): string {
	$is_text = 1 === preg_match( '/\A[^\0]*\z/u', $message['body'] ); // A NUL in a capture line isn't read either.

	return json(
		array(
			'at'            => $message['at'],
			'method'        => $message['method'],
			'url'           => $message['url'],
			'headers'       => (object) $message['headers'],
			'body'          => $is_text ? $message['body'] : base64_encode( $message['body'] ),
			'body_encoding' => $is_text ? 'utf-8' : 'base64',
			'response'      => $response,
			'trigger'       => $message['trigger'],
			'context'       => $message['context'],
		) + ( null === $message['commit'] ? array() : array( 'commit' => $message['commit'] ) )
	);
}

/**
 * A line that says what isn't recorded; the toolkit takes it for an error.
 *
 * @param string $what What.
 * @return string
 */
function fault( string $what ): string {
	return json( array( 'fault' => 'contracts-recorder: ' . $what ) );
}

/**
 * JSON in one line.
 *
 * @param array $value What to write.
 * @return string
 */
function json( array $value ): string {
	return json_encode( $value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR ) . "\n";
}

/**
 * The URL and the body as WordPress's transports put them on the wire: fields are form-encoded, a GET's go to its query.
 *
 * @param string $method The method in capitals.
 * @param string $url    The URL.
 * @param mixed  $body   A string, an array of fields or null.
 * @return string[] URL and body.
 */
function on_the_wire( string $method, string $url, $body ): array {
	$encoded = is_array( $body ) || is_object( $body ) ? http_build_query( $body, '', '&' ) : (string) $body;
	if ( '' === $encoded || ! in_array( $method, array( 'GET', 'HEAD' ), true ) ) {
		return array( $url, $encoded );
	}

	return array( $url . ( strpos( $url, '?' ) ? '&' : '?' ) . $encoded, '' );
}

/**
 * A URL without what may be a secret in it: a user's name and password, and its query.
 *
 * @param string $url A URL.
 * @return string
 */
function address( string $url ): string {
	$url = (string) preg_replace( '#^([a-z][a-z0-9+.-]*://)[^/?\#]*@#i', '$1', $url );

	return (string) preg_replace( '/[?#].+/s', '?(not recorded)', $url );
}

/**
 * The headers by their names in lower case, with those that a transport adds.
 *
 * @param mixed  $given      A list of headers, or one text.
 * @param string $body       The body on the wire.
 * @param string $user_agent What the sender calls itself.
 * @return array<string, string>
 */
function headers( $given, string $body, string $user_agent ): array {
	if ( is_string( $given ) ) {
		preg_match_all( '/^([^:\s]+):[ \t]*(.*?)[ \t]*\r?$/m', $given, $match );
		$given = array_combine( $match[1], $match[2] );
	}
	$headers = array();
	foreach ( (array) $given as $name => $value ) {
		$name             = strtolower( (string) $name );
		$value            = is_array( $value ) ? implode( ', ', $value ) : (string) $value;
		$headers[ $name ] = is_kept( $name ) ? $value : '(not recorded)';
	}
	if ( '' !== $body && ! isset( $headers['content-type'] ) ) {
		// What cURL adds by itself, and WordPress's socket transport likewise.
		$headers['content-type'] = 'application/x-www-form-urlencoded' . ( function_exists( 'curl_exec' ) ? '' : '; charset=UTF-8' );
	}
	if ( ! isset( $headers['user-agent'] ) && '' !== $user_agent ) {
		$headers['user-agent'] = is_kept( 'user-agent' ) ? $user_agent : '(not recorded)';
	}

	return $headers;
}

/**
 * Whether a header's value is recorded.
 *
 * @param string $name Its name in lower case.
 * @return bool
 */
function is_kept( string $name ): bool {
	$more = array_map( 'trim', explode( ',', strtolower( (string) getenv( 'CONTRACTS_KEEP_HEADERS' ) ) ) );

	return 1 === preg_match( KEPT_HEADERS, $name ) || in_array( $name, $more, true );
}

/**
 * How a call ended, for the capture.
 *
 * @param mixed $response What the plugin was told.
 * @return array|null
 */
function outcome( $response ): ?array {
	if ( is_wp_error( $response ) ) {
		return array( 'error' => 'http_request_failed' === $response->get_error_code() ? 'refused' : (string) $response->get_error_code() );
	}

	return status( is_array( $response ) ? (int) ( $response['response']['code'] ?? 0 ) : 0 );
}

/**
 * A status, for the capture. One that HTTP doesn't have takes nothing.
 *
 * @param int $status 0 where none is known.
 * @return array|null
 */
function status( int $status ): ?array {
	if ( 0 === $status ) {
		return null;
	}

	return 100 <= $status && $status <= 599 ? array( 'status' => $status ) : array( 'error' => "status $status" );
}

/**
 * The name of the PHPUnit test that made the call, with its data set.
 *
 * @return string|null
 */
function running_test(): ?string {
	foreach ( debug_backtrace( DEBUG_BACKTRACE_PROVIDE_OBJECT | DEBUG_BACKTRACE_IGNORE_ARGS ) as $frame ) {
		$test = $frame['object'] ?? null;
		if ( ! $test instanceof \PHPUnit\Framework\TestCase ) {
			continue;
		}
		// PHPUnit 10 and later, or before.
		$name = method_exists( $test, 'nameWithDataSet' ) ? $test->nameWithDataSet() : $test->getName();

		return get_class( $test ) . '::' . $name;
	}

	return null;
}

/**
 * Appends a line.
 *
 * @param string $line     The line.
 * @param bool   $answered Whether it counts among the answered calls; a blank before it says that it doesn't.
 */
function append( string $line, bool $answered ): void {
	with_captures(
		static function ( $stream ) use ( $line, $answered ): void {
			write( $stream, ( $answered ? '' : ' ' ) . $line );
		}
	);
}

/**
 * Opens the captures and holds them locked.
 *
 * @param callable $work Is handed the stream.
 * @throws \RuntimeException When they can't be written.
 */
function with_captures( callable $work ): void {
	$file = (string) getenv( 'CONTRACTS_CAPTURES' );
	// phpcs:disable WordPress.WP.AlternativeFunctions -- WP_Filesystem knows no append under a lock.
	$stream = fopen( $file, 'a+b' );
	if ( false === $stream || ! flock( $stream, LOCK_EX ) ) {
		throw new \RuntimeException( "contracts-recorder: cannot write $file; make it writable or set CONTRACTS_CAPTURES to another file." );
	}
	try {
		$work( $stream );
	} finally {
		flock( $stream, LOCK_UN );
		fclose( $stream );
	}
	// phpcs:enable
}

/**
 * Writes a line in one piece.
 *
 * @param resource $stream The captures, locked.
 * @param string   $line   The line.
 * @throws \RuntimeException When the disk is full.
 */
function write( $stream, string $line ): void {
	// phpcs:ignore WordPress.WP.AlternativeFunctions -- as above.
	if ( strlen( $line ) !== fwrite( $stream, $line ) || ! fflush( $stream ) ) {
		throw new \RuntimeException( 'contracts-recorder: the disk took only a part of a capture.' );
	}
}
