"""A Pact Broker in one SQLite file: the HAL API of a real one, without Ruby or Docker.

`app.create_app` builds the WSGI application, `server.serve` runs it on a port, and `inprocess.session_for`
answers requests with no server at all. What it knowingly does otherwise than Pact Broker 2.120.0:

- every matrix row is judged; the real broker silently looks at the 100 most recent ones;
- there is no time limit on how far back a verification by another branch counts for work in progress;
- bodies of the wrong shape are answered 400 where the real broker breaks with 500;
- names count as confusingly similar if they differ in case and separators only;
- names, branches and tags are matched exactly, and there are no webhooks, labels, badges or deletions.
"""

URL = "http://embedded.invalid"
"""The broker's address where no server runs: a name that no resolver answers (RFC 6761)."""
