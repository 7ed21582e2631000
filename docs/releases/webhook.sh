#!/usr/bin/env bash
# webhook.sh OWNER/REPOSITORY: have the broker start that emitter's workflow when a pact requires verification.
#
# Takes PACT_BROKER_BASE_URL and PACT_BROKER_TOKEN (or _USERNAME and _PASSWORD), and GITHUB_TOKEN, an account's
# token that may dispatch events in that repository. The broker keeps the token and sends it to GitHub alone.
# No secret stands on a command line, where every user of this machine could read it: curl reads them from pipes.
# --dry-run prints the request and sends nothing.
set -euo pipefail

repository=${1:?name the emitter\'s repository, OWNER/REPOSITORY}
emitter=${EMITTER:-client-webinar-tracker-v2}
base=${PACT_BROKER_BASE_URL:-http://localhost:9292}

# What is written into JSON and into curl's settings has to be what such names and secrets are made of.
plain() {
  [[ $2 =~ ^[A-Za-z0-9_./:=+~@%-]*$ ]] || {
    echo "error: $1 holds a character that isn't expected there" >&2
    exit 2
  }
}
plain OWNER/REPOSITORY "$repository"
plain EMITTER "$emitter"
plain GITHUB_TOKEN "${GITHUB_TOKEN:-}"
plain PACT_BROKER_TOKEN "${PACT_BROKER_TOKEN:-}"
plain PACT_BROKER_USERNAME "${PACT_BROKER_USERNAME:-}"

credentials() {
  if [[ -n ${PACT_BROKER_TOKEN:-} ]]; then
    printf 'header = "Authorization: Bearer %s"\n' "$PACT_BROKER_TOKEN"
  elif [[ -n ${PACT_BROKER_USERNAME:-} ]]; then
    local password=${PACT_BROKER_PASSWORD:-}
    password=${password//\\/\\\\}
    printf 'user = "%s:%s"\n' "$PACT_BROKER_USERNAME" "${password//\"/\\\"}"
  fi
}

# ask PATH [OPTION…]: the answer's body, and its status on a line of its own.
ask() {
  curl --silent --show-error --config <(credentials) --header 'Accept: application/hal+json' \
    --write-out '\n%{http_code}' "${@:2}" "$base$1"
}

# post PATH WHAT: post what stands on the standard input.
post() {
  local answer
  answer=$(ask "$1" --header 'Content-Type: application/json' --data-binary @-)
  [[ ${answer##*$'\n'} == 201 ]] || {
    printf 'error: the broker did not take the %s:\n%s\n' "$2" "$answer" >&2
    exit 4
  }
}

# The broker fills in what stands in ${…}, not this shell.
webhook() {
  cat <<JSON
{
  "description": "$emitter verifies a changed pact",
  "provider": {"name": "$emitter"},
  "events": [{"name": "contract_requiring_verification_published"}],
  "request": {
    "method": "POST",
    "url": "https://api.github.com/repos/$repository/dispatches",
    "headers": {
      "Content-Type": "application/json",
      "Accept": "application/vnd.github+json",
      "Authorization": "Bearer $1"
    },
    "body": {
      "event_type": "pact-changed",
      "client_payload": {
        "pact_url": "\${pactbroker.pactUrl}",
        "version": "\${pactbroker.providerVersionNumber}",
        "branch": "\${pactbroker.providerVersionBranch}"
      }
    }
  }
}
JSON
}

if [[ ${2:-} == --dry-run ]]; then
  # shellcheck disable=SC2016
  webhook '$GITHUB_TOKEN'
  exit 0
fi
: "${GITHUB_TOKEN:?set the token that may dispatch events}"
# A webhook names a pacticipant that the broker knows: before the first pact is published nobody does.
answer=$(ask "/pacticipants/$emitter")
[[ ${answer##*$'\n'} != 404 ]] || printf '{"name": "%s"}' "$emitter" | post /pacticipants pacticipant
webhook "$GITHUB_TOKEN" | post /webhooks webhook
echo "the broker starts $repository's workflow when a pact requires verification by $emitter"
