#!/bin/sh
# nuageinit does not know `uid`: gives the user and its home the one that was asked for.
set -eu

[ "$(stat -f %u "$LIMA_CIDATA_HOME")" != "$LIMA_CIDATA_UID" ] || exit 0
pw usermod "$LIMA_CIDATA_USER" -u "$LIMA_CIDATA_UID"
chown -R "$LIMA_CIDATA_UID" "$LIMA_CIDATA_HOME"
