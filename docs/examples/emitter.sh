#!/bin/sh
# An emitter of canonical events in a shell script: it states client_webinar_completed.
#
# One process states one fact. The fact comes as a JSON object on standard input, the message goes to
# $CONTRACTS_SINK_URL, and the folder $OUTBOX keeps what was stated, so that a repeat says the same and a refused
# delivery is made good by the next process.
set -eu

event=client_webinar_completed
source='client-webinar-tracker-v2'
trigger=$(cat)

# Identifiers hold letters, digits and ._:- only: a pattern finds them without a JSON parser.
value() {
    printf '%s' "$trigger" | sed -n "s/.*\"$1\": *\"\([A-Za-z0-9._:-]*\)\".*/\1/p"
}

# Another event isn't implemented: end well and send nothing.
[ "$(value event)" = "$event" ] || exit 0

client=$(value client_id)
webinar=$(value webinar_id)

# The marker is derived from the fact: every repeat has the same one.
marker=$(printf '%s\n' "$source" "$event" "$client" "$webinar" | sha256sum | cut -c 1-32)

mkdir -p "$OUTBOX"
draft="$OUTBOX/$marker.$$"
printf '{"specversion":"1.0","id":"%s","source":"%s","type":"%s","time":"%s","data":{"client_id":"%s","webinar_id":"%s"}}' \
    "$marker" "$source" "$event" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$client" "$webinar" >"$draft"
# A link is made once, whoever comes at the same time: the first message stays the fact's message.
ln "$draft" "$OUTBOX/$marker.json" 2>/dev/null || :
rm "$draft"

for message in "$OUTBOX"/*.json; do
    [ -e "$message.sent" ] && continue
    if curl --silent --show-error --fail --max-time 10 --output /dev/null \
        --header 'Content-Type: application/cloudevents+json' --data-binary "@$message" "$CONTRACTS_SINK_URL"; then
        touch "$message.sent"
    fi
done
