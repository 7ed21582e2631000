#!/usr/bin/env bash
# provider-ci: what an emitter's CI does, in this order: run the emitter's tests while something records what they
# send, verify the captures, publish the result where a broker is configured, and ask whether this version may be
# released where an environment is named. Run it in the emitter's repository.
#
#   --emitter NAME        CONTRACTS_EMITTER         the emitter's name in the registry; required
#   --test-command TEXT   CONTRACTS_TEST_COMMAND    runs the emitter's tests, by bash
#   --captures FILE       CONTRACTS_CAPTURES        what the tests send is recorded there (contracts record): what they
#                                                   post to CONTRACTS_SINK_URL, and what a recorder of theirs writes.
#                                                   Without it, the driver of the settings
#   --destination URL     CONTRACTS_DESTINATION     where the emitter sends to, for the recorder
#   --version VERSION     CONTRACTS_VERSION         the emitter's version; else GIT_COMMIT, the CI's commit, git
#   --branch BRANCH       CONTRACTS_BRANCH          its branch; else GIT_BRANCH, the CI's branch, git
#   --environment NAME    CONTRACTS_ENVIRONMENT     ends with 1 unless the version may be released there; takes a broker
#   --no-publish          CONTRACTS_PUBLISH=false   verify what the broker wants verified, and post nothing there
#   --strict-pending      CONTRACTS_STRICT_PENDING  a planned pair that is ready fails the run (true or false)
#   --report-only         CONTRACTS_REPORT_ONLY     show everything and fail for no contract; asks no broker (true or false)
#   --toolkit TEXT        CONTRACTS_TOOLKIT         what pip installs where there is no toolkit: a requirement or a folder
#
# An option comes before its variable; a variable that is set to nothing counts as not set. The broker is configured by
# PACT_BROKER_BASE_URL and PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD; the tests don't see them.
#
# Exit codes: those of contracts verify and contracts can-i-deploy (0 holds, 1 broken or not safe, 2 wrong use,
# 3 nothing was recorded, 4 the broker), and 5 where the emitter's own tests failed: then nothing is verified.
set +x # Nobody's tracing may print what the broker is entered with.
set -euo pipefail

readonly TESTS_FAILED=5
emitter=${CONTRACTS_EMITTER:-} test_command=${CONTRACTS_TEST_COMMAND:-} captures=${CONTRACTS_CAPTURES:-}
destination=${CONTRACTS_DESTINATION:-} version=${CONTRACTS_VERSION:-} branch=${CONTRACTS_BRANCH:-}
environment=${CONTRACTS_ENVIRONMENT:-} publish=${CONTRACTS_PUBLISH:-}
strict_pending=${CONTRACTS_STRICT_PENDING:-} report_only=${CONTRACTS_REPORT_ONLY:-} toolkit=${CONTRACTS_TOOLKIT:-webinar-contracts}
work='' contracts=() asks_broker=false

usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "${BASH_SOURCE[0]}"
}

step() {
  printf '\n== %s\n' "$*" >&2
}

# fail WHAT NEXT: wrong use.
fail() {
  printf 'error: %s\n  next: %s\n' "$1" "$2" >&2
  exit 2
}

# The last value of an output counts: the verification may have held while the gate says no.
finish() {
  local code=$?
  trap - EXIT
  if [[ -n ${GITHUB_OUTPUT:-} ]]; then
    { printf 'exit-code=%s\n' "$code"; ((code == 0)) && echo success=true || echo success=false; } >>"$GITHUB_OUTPUT" || echo "warning: $GITHUB_OUTPUT can't be written" >&2
  fi
  [[ -z $work ]] || rm -rf "$work"
  exit "$code"
}

read_options() {
  while (($#)); do
    case $1 in
      -h | --help) usage; trap - EXIT; exit 0 ;;
      --no-publish) publish=false; shift ;;
      --strict-pending) strict_pending=true; shift ;;
      --report-only) report_only=true; shift ;;
      --emitter | --test-command | --captures | --destination | --version | --branch | --environment | --toolkit)
        (($# > 1)) || fail "$1 needs a value" "see --help"
        local name=${1#--}
        printf -v "${name//-/_}" %s "$2"
        shift 2
        ;;
      *) fail "there is no option $1" "see --help" ;;
    esac
  done
}

check_options() {
  [[ -n $emitter ]] || fail "no emitter is named" "say --emitter, or set CONTRACTS_EMITTER, with its name in the registry"
  local value
  for value in "$publish" "$strict_pending" "$report_only"; do
    [[ $value =~ ^(true|false|)$ ]] || fail "'$value' is neither true nor false" "set publish, strict-pending and report-only to true or false"
  done
  if [[ -n $test_command && $captures == - ]]; then
    fail "what the tests record can't come from standard input" "name a file with --captures"
  fi
  [[ $report_only == true || -z ${PACT_BROKER_BASE_URL:-} ]] || asks_broker=true
  if [[ -n $environment && $report_only != true && $asks_broker == false ]]; then
    # A secret that is missing must not look like a release that is safe.
    fail "a release to '$environment' is asked for, and no broker is configured" "set PACT_BROKER_BASE_URL, or name no environment"
  fi
}

# Both the result that is published and the question of the release are about this version.
find_version() {
  [[ -z $version ]] || return 0
  version=${GIT_COMMIT:-${GITHUB_SHA:-${CI_COMMIT_SHA:-}}}
  [[ -n $version ]] || version=$(git rev-parse --verify --quiet HEAD 2>/dev/null) ||
    fail "the emitter's version isn't known" "say --version, best the commit's hash"
}

# The toolkit that runs this, the one on the PATH, or one of its own for this run.
find_toolkit() {
  if [[ -n ${CONTRACTS_PYTHON:-} ]]; then
    # -P: a folder of the emitter's that is called contracts isn't the toolkit.
    contracts=("$CONTRACTS_PYTHON" -P -m contracts.cli)
  elif command -v contracts >/dev/null; then
    contracts=(contracts)
  else
    install_toolkit
  fi
  "${contracts[@]}" --version >&2 || fail "the toolkit can't be run" "install it again, or take contracts off the PATH"
}

install_toolkit() {
  local python=${PYTHON:-python3} constraint=()
  "$python" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "the toolkit takes Python 3.11 or later with venv, and $python isn't that" "install it, or set PYTHON to it"
  work=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/contracts.XXXXXX") || fail "no temporary folder can be made" "set TMPDIR to one that can be written to"
  "$python" -m venv "$work/venv" >&2 || fail "$python can't make a virtual environment" "install venv for it (Debian: python3-venv)"
  [[ ! -f $toolkit/constraints.txt ]] || constraint=(--constraint "$toolkit/constraints.txt")
  "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check ${constraint[@]+"${constraint[@]}"} "$toolkit" >&2 ||
    fail "pip couldn't install $toolkit" "see what pip says above"
  contracts=("$work/venv/bin/contracts")
}

run_tests() {
  local code=0 recorder=()
  if [[ -n $captures ]]; then
    { mkdir -p "$(dirname "$captures")" && : >>"$captures"; } || fail "$captures can't be written" "name a file that can with --captures"
    recorder=("${contracts[@]}" record --out "$captures" --)
  fi
  env -u PACT_BROKER_BASE_URL -u PACT_BROKER_TOKEN -u PACT_BROKER_USERNAME -u PACT_BROKER_PASSWORD \
    CONTRACTS_CAPTURES='' CONTRACTS_DESTINATION="$destination" \
    ${recorder[@]+"${recorder[@]}"} bash -eo pipefail -c "$test_command" </dev/null >&2 || code=$?
  ((code == 0)) || {
    printf 'error: the tests of %s ended with %s; nothing was verified\n  next: mend the tests, and run them again\n' "$emitter" "$code" >&2
    exit "$TESTS_FAILED"
  }
}

verify() {
  local arguments=("$emitter")
  [[ -z $captures ]] || arguments+=(--captures "$captures")
  [[ $strict_pending != true ]] || arguments+=(--strict-pending)
  if [[ $report_only == true ]]; then
    arguments+=(--report-only)
    echo "report only: nothing is published, and no release is asked for" >&2
  elif [[ $asks_broker == true ]]; then
    arguments+=(--broker)
    [[ -z $branch ]] || arguments+=(--branch "$branch")
    [[ $publish == false ]] || arguments+=(--publish --version "$version")
  else
    echo "no broker is configured (PACT_BROKER_BASE_URL): the pacts at hand are verified, and nothing is published" >&2
  fi
  "${contracts[@]}" verify "${arguments[@]}"
}

trap finish EXIT
read_options "$@"
check_options
[[ $asks_broker == false ]] || find_version
step "toolkit"
find_toolkit
if [[ -n $test_command ]]; then
  step "tests of $emitter"
  run_tests
fi
step "verification"
verify
if [[ -n $environment && $asks_broker == true ]]; then
  step "release to $environment"
  "${contracts[@]}" can-i-deploy "$emitter" --version "$version" --to-environment "$environment"
fi
