import type { DaemonOptions } from "./arguments.ts";
import { runTimeSettings } from "./run-time-settings.ts";

/** How the unit's daemon is to run. */
export type ServiceOptions = Pick<DaemonOptions, "debug" | "vsockPort" | "virtioPort" | "socketOwner">;

/**
 * The unit of the guest agent.
 * @param program absolute path of the agent. It may be on media that are mounted after multi-user.target: on a reboot the
 * condition does not hold yet, and boot.sh starts the unit
 */
export function systemdUnit(program: string, options: ServiceOptions): string {
  const { debug, vsockPort, virtioPort, socketOwner } = options;
  const words = [
    program,
    "daemon",
    ...(vsockPort === 0 ? [] : ["--vsock-port", String(vsockPort)]),
    ...(virtioPort === "" ? [] : ["--virtio-port", virtioPort]),
    ...(socketOwner === 0 ? [] : ["--socket-owner", String(socketOwner)]),
    ...(debug ? ["--debug"] : []),
  ];
  return `[Unit]
Description=lima-guestagent
ConditionFileIsExecutable=${program.replaceAll("%", "%%")}
StartLimitIntervalSec=0

[Service]
Type=simple
${runTimeSettings.map((setting) => `Environment=${setting}\n`).join("")}ExecStart=${words.map(unitWord).join(" ")} --runtime-dir="%t/%N"
Restart=on-failure
RestartSec=1
OOMPolicy=continue
OOMScoreAdjust=-500

[Install]
WantedBy=multi-user.target
`;
}

/** A word of ExecStart=, in quotes where a character has a meaning there (systemd.service(5), "Command lines"). */
function unitWord(word: string): string {
  if (/^[\w./:@+-]+$/.test(word)) return word;
  const inner = word.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%").replaceAll("$", "$$$$");
  return `"${inner}"`;
}

/**
 * What is asked of systemctl once the unit is written.
 * @param unitChanged whether the unit's text is another than before
 * @param programChanged whether the agent's bytes are others than those that run
 */
export function systemctlCalls(unitChanged: boolean, programChanged: boolean): readonly (readonly string[])[] {
  const unit = "lima-guestagent.service";
  // The daemon may be stopped all the same: its program was not there when the system came up.
  if (!unitChanged && !programChanged) return [["start", unit]];
  return [
    ...(unitChanged ? [["daemon-reload"]] : []),
    ["--system", "enable", unit],
    ["try-restart", unit],
    ["start", unit],
  ];
}
