import type { GuestCommand } from "./guest-script-plan.ts";

/** Follows what cloud-init says in the guest: its unit's journal where there is one, else the output log's last run. */
export const followCloudInit: GuestCommand = {
  command: "/bin/sh",
  stdin: [
    "log=/var/log/cloud-init-output.log",
    "if systemctl -q is-enabled cloud-init-main.service 2>/dev/null; then",
    "  exec sudo -n journalctl -u cloud-init-main.service -b -S @0 -o cat -f",
    "fi",
    `first=$(sudo -n grep -n "^Cloud-init v\\..* running 'init" $log 2>/dev/null | tail -n 1 | cut -d: -f1)`,
    "exec sudo -n tail -n +$" + "{first:-1} -f $log",
    "",
  ].join("\n"),
};

/** The end of cloud-init's output, for when following it ended too early. */
export const cloudInitTail: GuestCommand = {
  command: "/bin/sh",
  stdin: "sudo -n tail -n 20 /var/log/cloud-init-output.log\n",
};

/** What has been read of cloud-init's output. */
export interface CloudInitState {
  /** The unit that runs all of cloud-init was seen to start (cloud-init 24.3 and later). */
  readonly unitStarted: boolean;
  readonly finished: boolean;
}

export const cloudInitBegins: CloudInitState = { unitStarted: false, finished: false };

/** Takes a line of cloud-init's output in. */
export function afterCloudInitLine(state: CloudInitState, line: string): CloudInitState {
  const text = line.trim().toLowerCase();
  const unitStarted = state.unitStarted || text.startsWith("started cloud-init-main.service");
  const finished =
    state.finished ||
    (text.includes("cloud-init") && text.includes("finished")) ||
    (unitStarted && text.startsWith("cloud-init-main.service: consumed"));
  return { unitStarted, finished };
}
