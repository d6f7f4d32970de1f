#!/bin/sh
# The home directory under both of the names it has had, .guest and .linux: the one that is missing becomes a link.
set -eu

base=/home/$LIMA_CIDATA_USER
link() {
	if [ -d "$base.$1" ] && [ ! -e "$base.$2" ] && [ ! -L "$base.$2" ]; then
		ln -s "$LIMA_CIDATA_USER.$1" "$base.$2"
	fi
}
link guest linux
link linux guest
