import type { GuestOs } from "../config/types.ts";
import { markerDirectory, mediaMountPoint } from "../guest/cidata/places.ts";
import { UserError } from "../lib/errors.ts";
import type { GuestMarker } from "./requirements-plan.ts";

/** A command line for the guest's login shell, and what goes to its standard input. */
export interface GuestCommand {
  readonly command: string;
  readonly stdin: string;
}

/** Longest first line of a script, in bytes. */
const maximumFirstLine = 4096;

/**
 * How a script with `#!` is run in the guest: its interpreter is the command, the whole script goes to stdin. Where the
 * guest has bash, a first program exports each line of param.env (`PARAM_*`) and then starts the interpreter. The login
 * shell may be fish and bash may be busybox's ash, hence printf and nothing cleverer.
 * @throws UserError for a script without interpreter
 */
export function scriptCommand(script: string, os: GuestOs): GuestCommand {
  const [first = ""] = script.split("\n", 1);
  const interpreter = first.startsWith("#!") ? first.slice(2).trim() : "";
  if (interpreter === "" || Buffer.byteLength(first) > maximumFirstLine) {
    throw new UserError(`script must begin with a line "#!INTERPRETER", got ${JSON.stringify(first.slice(0, 80))}`);
  }
  if (os !== "Linux" && os !== "Darwin") return { command: interpreter, stdin: script };
  // Linux mounts the media for root alone; the user of macOS may not use sudo for it, and need not.
  const read = os === "Linux" ? "sudo cat" : "cat";
  const program = [
    "while IFS= read -r line; do",
    '  [ -n "$line" ] && export "$line"',
    "done <<EOF",
    `$(${read} ${mediaMountPoint(os)}/param.env </dev/null)`,
    "EOF",
    `exec ${interpreter}`,
    "",
  ].join("\n");
  return { command: `/bin/bash -c "$(printf '${printfFormat(program)}')"`, stdin: script };
}

/** `text` as a format of printf between single quotes. */
function printfFormat(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("%", "%%").replaceAll("'", `'"'"'`).replaceAll("\n", "\\n");
}

/**
 * A script that waits in the guest and tells on stdout, a line each:
 * `up` at once; `marker NAME` for each marker that holds this start's id; `boot-error LINE` for each line of
 * lima-boot-errors, before the last marker; `aborted` when boot.sh has given up; and while it takes long, `log BYTES
 * SCRIPT` for the growth of the boot log and the script that boot.sh executes. It ends after the last marker, or `aborted`.
 *
 * One process that waits beside the files costs an emulated guest less than being asked again and again over ssh. The boot
 * log belongs to root: one sudo, and only after ten seconds, when the boot is not a quick one.
 */
export function watchCommand(instanceId: string, markers: readonly GuestMarker[], os: GuestOs): GuestCommand {
  const run = markerDirectory(os);
  const script = [
    "sshd=$PPID",
    `iid='${instanceId}'`,
    `left='${markers.join(" ")}'`,
    `holds() { IFS= read -r found <"${run}/$1" && [ "$found" = "$iid" ]; }`,
    "tell_errors() {",
    `  [ -s ${run}/lima-boot-errors ] || return 0`,
    `  while IFS= read -r line; do echo "boot-error $line"; done <${run}/lima-boot-errors`,
    "}",
    "follow_log() {",
    "  sudo -n /bin/sh -c '",
    "    seen=",
    "    while kill -0 $0; do",
    `      size=$(cat /var/log/cloud-init-output.log ${run}/lima-boot.log | wc -c)`,
    `      last=$(sed -n "s/^LIMA [^|]*| Executing \\([^ ]*\\).*/\\1/p" ${run}/lima-boot.log | tail -n 1)`,
    '      [ "$size $last" = "$seen" ] || { seen="$size $last"; echo "log $seen"; }',
    "      sleep 3",
    "    done",
    "  ' $$ </dev/null 2>/dev/null &",
    "}",
    "echo up",
    "n=0",
    "while :; do",
    "  rest=",
    "  for marker in $left; do",
    "    if holds $marker 2>/dev/null; then",
    "      [ $marker != lima-boot-done ] || tell_errors",
    '      echo "marker $marker"',
    "    else",
    '      rest="$rest $marker"',
    "    fi",
    "  done",
    "  left=$rest",
    '  [ -n "$left" ] || exit 0',
    `  if [ -e ${run}/lima-boot-aborted ] && holds lima-boot-aborted; then`,
    "    tell_errors",
    "    echo aborted",
    "    exit 0",
    "  fi",
    // the connection was cut: another one watches
    "  kill -0 $sshd 2>/dev/null || exit 1",
    "  n=$((n + 1))",
    "  [ $n -ne 100 ] || follow_log",
    "  sleep 0.1",
    "done",
    "",
  ].join("\n");
  return { command: "/bin/sh", stdin: script };
}

/** A line that the watching script tells. */
export type WatchLine =
  | { readonly kind: "up" }
  | { readonly kind: "marker"; readonly marker: string }
  | { readonly kind: "boot-error"; readonly script: string }
  | { readonly kind: "aborted" }
  | { readonly kind: "log"; readonly bytes: number; readonly script: string };

/** Reads a line of the watching script; anything else (a login shell that talks) gives undefined. */
export function parseWatchLine(line: string): WatchLine | undefined {
  const [, word, rest] = /^(up|marker|boot-error|aborted|log)(?: (.*))?$/.exec(line) ?? [];
  switch (word) {
    case "up":
      return { kind: "up" };
    case "marker":
      return { kind: "marker", marker: rest ?? "" };
    case "boot-error":
      return { kind: "boot-error", script: rest ?? "" };
    case "aborted":
      return { kind: "aborted" };
    case "log": {
      const [bytes, script] = (rest ?? "").split(" ");
      return { kind: "log", bytes: Number(bytes), script: script ?? "" };
    }
    default:
      return undefined;
  }
}
