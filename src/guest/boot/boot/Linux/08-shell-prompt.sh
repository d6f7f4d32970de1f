#!/bin/sh
# Ubuntu's coloured prompt, in lime green, for the instance named default.
set -eu
[ "$LIMA_CIDATA_NAME" = default ] || exit 0
file=$LIMA_CIDATA_HOME/.bashrc
[ -f "$file" ] || exit 0
grep -q color_prompt "$file" || exit 0
grep -q '^# Lima PS1' "$file" && exit 0

# shellcheck disable=SC2016 # the text is for the user's shell
cat >>"$file" <<'PROMPT'
# Lima PS1: set color to lime
case $PS1 in
*'[01;32m'*)
	case ${COLORTERM-}:$TERM in
	truecolor:*) PS1=${PS1/'[01;32m'/'[38;2;50;205;50m'} ;;
	*-256color) PS1=${PS1/'[01;32m'/'[38;5;77m'} ;;
	esac
	;;
esac
PROMPT
