/**
 * Every command by name, with all that listings and look-ups need, so that a command's file is loaded only to run it,
 * to show its help or to complete its options. `short` repeats the declaration's description; a test compares them.
 */
import type { CommandEntry } from "../cli/command.ts";
import { yqRestrictions } from "./yq-restrictions.ts";

export const registry: readonly CommandEntry[] = [
  {
    name: "create",
    group: "basic",
    short: "Create an instance",
    target: { kind: "command", load: async () => (await import("./create.ts")).command },
  },
  {
    name: "start",
    group: "basic",
    short: "Start an instance, creating it first where it does not exist",
    target: { kind: "command", load: async () => (await import("./start.ts")).command },
  },
  {
    name: "stop",
    group: "basic",
    short: "Stop instances",
    target: { kind: "command", load: async () => (await import("./stop.ts")).command },
  },
  {
    name: "shell",
    group: "basic",
    short: "Run a shell or a command in an instance",
    suggestFor: ["ssh"],
    target: { kind: "command", load: async () => (await import("./shell.ts")).command },
  },
  {
    name: "list",
    aliases: ["ls"],
    group: "basic",
    short: "List instances",
    target: { kind: "command", load: async () => (await import("./list.ts")).command },
  },
  {
    name: "delete",
    aliases: ["remove", "rm"],
    group: "basic",
    short: "Delete instances",
    target: { kind: "command", load: async () => (await import("./delete.ts")).command },
  },
  {
    name: "info",
    group: "advanced",
    short: "Show what this program and this host can do",
    target: { kind: "command", load: async () => (await import("./info.ts")).command },
  },
  {
    name: "validate",
    group: "advanced",
    short: "Validate templates",
    target: { kind: "command", load: async () => (await import("./validate.ts")).command },
  },
  {
    name: "hostagent",
    group: "additional",
    short: "Run the host agent of an instance",
    hidden: true,
    daemon: true,
    target: { kind: "command", load: async () => (await import("./hostagent.ts")).command },
  },
  {
    name: "completion",
    group: "additional",
    short: "Print a completion script for a shell",
    target: {
      kind: "group",
      commands: (["bash", "fish", "powershell", "zsh"] as const).map((shell) => ({
        name: shell,
        group: "additional",
        short: `Print the completion script for ${shell}`,
        target: { kind: "command", load: async () => (await import("./completion.ts"))[shell] },
      })),
    },
  },
  {
    name: "generate-doc",
    group: "additional",
    short: "Generate the manual pages or the documentation of the commands",
    hidden: true,
    target: { kind: "command", load: async () => (await import("./generate-doc.ts")).generateDoc(registry) },
  },
  {
    name: "help",
    group: "additional",
    short: "Show the help of any command",
    target: { kind: "help" },
  },
  {
    name: "yq-restrictions",
    group: "topic",
    short: "What the yq expressions of limactl may not do",
    target: { kind: "topic", text: yqRestrictions },
  },
];
