# shellcheck shell=bash
# Read by the other scripts: says in one line what a step does while it does it, and how long it took.

# step TEXT COMMAND... - runs the command with its output kept aside, which is shown when the command fails.
step() {
  local text=$1 begin=$SECONDS log code=0
  shift
  log=$(mktemp)
  printf '%-58s ' "$text"
  "$@" >"$log" 2>&1 </dev/null || code=$?
  if [ "$code" -eq 0 ]; then
    printf 'done (%s s)\n' $((SECONDS - begin))
  else
    printf 'FAILED (%s s)\n' $((SECONDS - begin))
    { if [ "$(wc -l <"$log")" -gt 60 ]; then head -n 20 "$log" && echo ... && tail -n 40 "$log"; else cat "$log"; fi; } >&2
  fi
  rm -f "$log"
  return "$code"
}
