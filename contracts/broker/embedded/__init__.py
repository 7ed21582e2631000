"""A Pact Broker in one SQLite file: the HAL API of a real one, without Ruby or Docker.

`app.create_app` builds the WSGI application, `server.serve` runs it on a port, and `inprocess.session_for`
answers requests with no server at all. What it knowingly does otherwise than
Pact Broker 2.120.0 is the table in `differences`.
"""

URL = "http://embedded.invalid"
"""The broker's address where no server runs: a name that no resolver answers (RFC 6761)."""
