import type { AutostartEntry, AutostartFacts } from "./entry.ts";
import { systemdUnit } from "./start-plan.ts";

/**
 * The user unit of an instance, to the letter as Lima writes it, and what it lacks in a drop-in (systemd.unit(5)): the
 * time that the guest needs to shut down, and a Lima home that is not the usual one.
 */
export function systemdEntry(facts: AutostartFacts): AutostartEntry {
  const unit = systemdUnit(facts.instance.name);
  const config = facts.xdgConfigHome?.startsWith("/") === true ? facts.xdgConfigHome : `${facts.home}/.config`;
  const systemctl = (verb: string) => ["systemctl", "--user", verb, unit];
  return {
    manager: "systemd",
    identifier: unit,
    file: `${config}/systemd/user/${unit}`,
    content: unitText(facts),
    dropIns: [{ file: `${config}/systemd/user/${unit}.d/limactl.conf`, content: dropInText(facts) }],
    enable: systemctl("enable"),
    disable: systemctl("disable"),
    start: [{ command: systemctl("start") }],
    stop: systemctl("stop"),
  };
}

function unitText({ limactl }: AutostartFacts): string {
  const command = [...limactl.map((each) => word(each)), "start", "%i", "--foreground"].join(" ");
  return [
    "[Unit]",
    "Description=Lima - Linux virtual machines, with a focus on running containers.",
    "Documentation=man:lima(1)",
    "",
    "[Service]",
    `ExecStart=${command}`,
    "WorkingDirectory=%h",
    "Type=simple",
    "TimeoutSec=10",
    "Restart=on-failure",
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

function dropInText({ limaHome }: AutostartFacts): string {
  return [
    "[Service]",
    ...(limaHome === undefined ? [] : [`Environment=${word(`LIMA_HOME=${limaHome}`, { isCommand: false })}`]),
    // Else systemd would end QEMU at the same moment as its host agent, and both after 10 s.
    "KillMode=mixed",
    "TimeoutStopSec=200",
    "",
  ].join("\n");
}

/**
 * A word of a unit file that means itself: `%` begins a specifier, and `$` a variable in commands (systemd.service(5)).
 * @param options.isCommand the word is one of a command line @default true
 */
function word(text: string, { isCommand = true } = {}): string {
  const plain = text.replaceAll("%", "%%").replaceAll("$", isCommand ? "$$$$" : "$");
  if (/^[\w@%+=:,./$-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
