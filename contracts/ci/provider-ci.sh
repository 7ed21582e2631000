#!/usr/bin/env bash
# `contracts provider-ci` by the toolkit of CONTRACTS_PYTHON, else of the PATH, else one that pip installs for this run.
set +x -euo pipefail # Nobody's tracing may print what the broker is entered with.
fail() { printf 'error: %s\n  next: %s\n' "$1" "$2" >&2; exit 2; }
[[ -z ${CONTRACTS_PYTHON:-} ]] || exec "$CONTRACTS_PYTHON" -P -m contracts.cli provider-ci "$@"
! command -v contracts >/dev/null || exec contracts provider-ci "$@"
python=${PYTHON:-python3} toolkit=${CONTRACTS_TOOLKIT:-} limits=/dev/null
[[ -n $toolkit ]] || fail "there is no toolkit here, and its name alone would install whatever an index has under it" "install it, or set CONTRACTS_TOOLKIT to what pip is to install: a folder, a wheel, git+https://…@COMMIT"
"$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || fail "the toolkit takes Python 3.11 or later with venv, and $python isn't that" "install it, or set PYTHON to it"
work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/contracts.XXXXXX") || fail "no temporary folder can be made" "set TMPDIR to one that can be written to"
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv" >&2 || fail "$python can't make a virtual environment" "install venv for it (Debian: python3-venv)"
[[ ! -f $toolkit/constraints.txt ]] || limits=$toolkit/constraints.txt
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint "$limits" "$toolkit" >&2 || fail "pip couldn't install $toolkit" "see what pip says above"
"$work/venv/bin/contracts" provider-ci "$@"
