import type { AutostartEntry, AutostartFacts, ManagerStep } from "./entry.ts";

/** The launch agent of an instance: it starts when its user logs in (host.md 1.18). */
export function launchdEntry(facts: AutostartFacts): AutostartEntry {
  const label = `io.lima-vm.autostart.${facts.instance.name}`;
  const file = `${facts.home}/Library/LaunchAgents/${label}.plist`;
  const domain = `gui/${facts.uid}`;
  const target = `${domain}/${label}`;
  return {
    manager: "launchd",
    identifier: label,
    file,
    content: plistText(label, facts, {}),
    dropIns: [],
    enable: ["launchctl", "enable", target],
    disable: ["launchctl", "disable", target],
    start: [
      { command: ["launchctl", "bootout", target], mayFail: true },
      { command: ["launchctl", "enable", target] },
      { command: ["launchctl", "bootstrap", domain, file] },
    ],
    stop: ["launchctl", "bootout", target],
  };
}

/** A launch daemon, which starts an instance at boot as one user; installing it takes root. */
export interface BootDaemon {
  readonly file: string;
  readonly content: string;
  /** Commands that put it in place, given the path of a file with its content. */
  install(source: string): readonly ManagerStep[];
  readonly uninstall: readonly ManagerStep[];
}

/** @param user who the instance runs as */
export function bootDaemon(facts: AutostartFacts, user: string): BootDaemon {
  const label = `io.lima-vm.daemon.${facts.instance.name}`;
  const file = `/Library/LaunchDaemons/${label}.plist`;
  const launchctl = (...words: readonly string[]) => ["sudo", "launchctl", ...words];
  const target = `system/${label}`;
  return {
    file,
    content: plistText(label, facts, { UserName: user }),
    install: (source) => [
      { command: launchctl("bootout", target), mayFail: true },
      { command: ["sudo", "install", "-m", "644", source, file] },
      { command: launchctl("enable", target) },
      { command: launchctl("bootstrap", "system", file) },
    ],
    uninstall: [
      { command: launchctl("bootout", target), mayFail: true },
      { command: launchctl("disable", target), mayFail: true },
      { command: ["sudo", "rm", "-f", file] },
    ],
  };
}

type PlistValue = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

function plistText(label: string, facts: AutostartFacts, more: Readonly<Record<string, string>>): string {
  const { limactl, instance, limaHome } = facts;
  const entries: Readonly<Record<string, PlistValue>> = {
    Label: label,
    ProgramArguments: [...limactl, "start", instance.name, "--foreground"],
    RunAtLoad: true,
    StandardErrorPath: "launchd.stderr.log",
    StandardOutPath: "launchd.stdout.log",
    WorkingDirectory: instance.dir,
    ProcessType: "Background",
    // Seconds until launchd kills what it was told to end; the guest has to shut down.
    ExitTimeOut: 200,
    ...more,
    ...(limaHome === undefined ? {} : { EnvironmentVariables: { LIMA_HOME: limaHome } }),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    ...dictionary(entries),
    "</plist>",
    "",
  ].join("\n");
}

function dictionary(entries: Readonly<Record<string, PlistValue>>): readonly string[] {
  const lines = Object.entries(entries).flatMap(([key, value]) => [`<key>${escaped(key)}</key>`, ...valueLines(value)]);
  return ["<dict>", ...lines.map((line) => `\t${line}`), "</dict>"];
}

function valueLines(value: PlistValue): readonly string[] {
  if (typeof value === "string") return [`<string>${escaped(value)}</string>`];
  if (typeof value === "number") return [`<integer>${value}</integer>`];
  if (typeof value === "boolean") return [value ? "<true/>" : "<false/>"];
  if (isList(value)) return ["<array>", ...value.flatMap(valueLines).map((line) => `\t${line}`), "</array>"];
  return dictionary(value);
}

function isList(value: PlistValue): value is readonly string[] {
  return Array.isArray(value);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
