#!/usr/bin/env bash
# webhook.sh OWNER/REPOSITORY: have the broker start that emitter's workflow when a pact requires verification.
#
# Takes PACT_BROKER_BASE_URL and PACT_BROKER_TOKEN (or _USERNAME and _PASSWORD), and GITHUB_TOKEN, an account's
# token that may dispatch events in that repository. The broker keeps the token and sends it to GitHub alone.
# --dry-run prints the request and sends nothing.
set -euo pipefail

repository=${1:?name the emitter\'s repository, OWNER/REPOSITORY}
emitter=${EMITTER:-client-webinar-tracker-v2}
# The broker fills these in, not this shell.
# shellcheck disable=SC2016
body='{"event_type": "pact-changed", "client_payload": {"pact_url": "${pactbroker.pactUrl}", "version": "${pactbroker.providerVersionNumber}", "branch": "${pactbroker.providerVersionBranch}"}}'

# A webhook names a pacticipant that the broker knows: before the first pact is published nobody does.
pacticipant=(broker create-or-update-pacticipant --name "$emitter")
request=(
  broker create-webhook "https://api.github.com/repos/$repository/dispatches"
  --request POST
  # The client takes all headers after one option.
  --header "Content-Type: application/json" "Accept: application/vnd.github+json" "Authorization: Bearer ${GITHUB_TOKEN:-}"
  --data "$body"
  --provider "$emitter"
  --contract-requiring-verification-published
  --description "$emitter verifies a changed pact"
)
if [[ ${2:-} == --dry-run ]]; then
  printf '%s\n' "pact" "${pacticipant[@]}" "pact" "${request[@]/Bearer ${GITHUB_TOKEN:-}/Bearer \$GITHUB_TOKEN}"
  exit 0
fi
: "${GITHUB_TOKEN:?set the token that may dispatch events}"
pact "${pacticipant[@]}"
exec pact "${request[@]}"
