<?php
/**
 * The database object, on SQLite: the methods and the dialect that the plugin uses, and nothing more.
 *
 * @package ClientWebinarTrackerShim
 */

/** WordPress's $wpdb. */
class wpdb {
	/**
	 * What every table's name begins with.
	 *
	 * @var string
	 */
	public $prefix = 'wp_';

	/**
	 * The connection.
	 *
	 * @var PDO
	 */
	private $connection;

	/**
	 * Opens the database, creating it when it isn't there.
	 *
	 * @param string $file Its path.
	 */
	public function __construct( string $file ) {
		$this->connection = new PDO( 'sqlite:' . $file, null, null, array( PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION ) );
		// Several processes at once wait for each other, as they do in MySQL.
		$this->connection->exec( 'PRAGMA busy_timeout = 10000' );
		$this->connection->exec( 'PRAGMA synchronous = OFF' );
		$this->connection->exec( 'CREATE TABLE IF NOT EXISTS wp_options (option_name TEXT PRIMARY KEY, option_value TEXT NOT NULL)' );
	}

	/** SQLite needs none. */
	public function get_charset_collate() {
		return '';
	}

	/** Puts %s and %d into a query, quoted. */
	public function prepare( $query, ...$values ) {
		return preg_replace_callback(
			'/%([sd])/',
			function ( $match ) use ( &$values ) {
				$value = array_shift( $values );

				return 'd' === $match[1] ? (string) (int) $value : $this->connection->quote( (string) $value );
			},
			$query
		);
	}

	/** Runs a statement; answers the rows it changed, or false after an error, which goes to the log. */
	public function query( $query ) {
		try {
			return $this->connection->exec( $this->to_sqlite( $query ) );
		} catch ( PDOException $error ) {
			error_log( 'WordPress database error ' . $error->getMessage() . ' for query ' . $query );

			return false;
		}
	}

	/** The first value of the first row, or null. */
	public function get_var( $query ) {
		$row = $this->rows( $query, PDO::FETCH_NUM )[0] ?? null;

		return $row[0] ?? null;
	}

	/** The first row as an object, or null. */
	public function get_row( $query ) {
		return $this->rows( $query, PDO::FETCH_OBJ )[0] ?? null;
	}

	/** The first column. */
	public function get_col( $query ) {
		return $this->rows( $query, PDO::FETCH_COLUMN );
	}

	/** Runs a query that answers rows; every value is a string, as from MySQL. */
	private function rows( string $query, int $how ): array {
		$this->connection->setAttribute( PDO::ATTR_STRINGIFY_FETCHES, true );
		try {
			return $this->connection->query( $query )->fetchAll( $how );
		} catch ( PDOException $error ) {
			error_log( 'WordPress database error ' . $error->getMessage() . ' for query ' . $query );

			return array();
		}
	}

	/** Puts MySQL's words into SQLite's. */
	private function to_sqlite( string $query ): string {
		$query = preg_replace( '/^\s*INSERT IGNORE\b/', 'INSERT OR IGNORE', $query );
		if ( preg_match( '/^\s*CREATE TABLE/', $query ) ) {
			// Here an index is a statement of its own; the shim's tables are small.
			$query = preg_replace( '/,\s*KEY \w+ \([^)]*\)/', '', $query );
		}

		return $query;
	}
}
