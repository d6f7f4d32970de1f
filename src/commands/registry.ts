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
    name: "restart",
    group: "basic",
    short: "Restart an instance",
    target: { kind: "command", load: async () => (await import("./restart.ts")).command },
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
    name: "edit",
    group: "basic",
    short: "Edit an instance or a template file",
    target: { kind: "command", load: async () => (await import("./edit.ts")).command },
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
    name: "copy",
    aliases: ["cp"],
    group: "advanced",
    short: "Copy files between the host and instances",
    target: { kind: "command", load: async () => (await import("./copy.ts")).command },
  },
  {
    name: "clone",
    group: "advanced",
    short: "Clone a stopped instance",
    target: { kind: "command", load: async () => (await import("./clone.ts")).command },
  },
  {
    name: "rename",
    group: "advanced",
    short: "Rename a stopped instance",
    target: { kind: "command", load: async () => (await import("./rename.ts")).command },
  },
  {
    name: "factory-reset",
    group: "advanced",
    short: "Remove everything of an instance but its configuration",
    target: { kind: "command", load: async () => (await import("./factory-reset.ts")).command },
  },
  {
    name: "protect",
    group: "advanced",
    short: "Protect instances from accidental removal",
    target: { kind: "command", load: async () => (await import("./protect.ts")).command },
  },
  {
    name: "unprotect",
    group: "advanced",
    short: "Unprotect instances",
    target: { kind: "command", load: async () => (await import("./unprotect.ts")).command },
  },
  {
    name: "prune",
    group: "advanced",
    short: "Remove what was downloaded and is not needed any more",
    target: { kind: "command", load: async () => (await import("./prune.ts")).command },
  },
  {
    name: "show-ssh",
    group: "advanced",
    short: "Show how ssh reaches an instance (deprecated: use `ssh -F`)",
    target: { kind: "command", load: async () => (await import("./show-ssh.ts")).command },
  },
  {
    name: "tunnel",
    group: "advanced",
    short: "Open a SOCKS proxy into the network of an instance",
    target: { kind: "command", load: async () => (await import("./tunnel.ts")).command },
  },
  {
    name: "watch",
    group: "advanced",
    short: "Watch the events of instances",
    target: { kind: "command", load: async () => (await import("./watch.ts")).command },
  },
  {
    name: "screenshot",
    group: "advanced",
    short: "Save a picture of an instance's screen",
    target: { kind: "command", load: async () => (await import("./screenshot.ts")).command },
  },
  {
    name: "autostart",
    group: "advanced",
    short: "Let instances start by themselves",
    target: {
      kind: "group",
      commands: [
        {
          name: "enable",
          group: "additional",
          short: "Let an instance start by itself",
          target: { kind: "command", load: async () => (await import("./autostart/enable.ts")).command },
        },
        {
          name: "disable",
          group: "additional",
          short: "Let an instance not start by itself any more",
          target: { kind: "command", load: async () => (await import("./autostart/disable.ts")).command },
        },
      ],
    },
  },
  {
    name: "start-at-login",
    group: "advanced",
    short: "Let an instance start when its user logs in",
    hidden: true,
    target: { kind: "command", load: async () => (await import("./start-at-login.ts")).command },
  },
  {
    name: "mcp",
    group: "advanced",
    short: "Serve an instance to programs that speak the Model Context Protocol",
    target: {
      kind: "group",
      commands: [
        {
          name: "serve",
          group: "additional",
          short: "Serve the files and commands of a running instance by MCP, on stdin and stdout",
          target: { kind: "command", load: async () => (await import("./mcp/serve.ts")).command },
        },
        {
          name: "info",
          group: "additional",
          short: "Show the tools that `limactl mcp serve` has, as JSON",
          target: { kind: "command", load: async () => (await import("./mcp/info.ts")).command },
        },
        {
          name: "generate-doc",
          group: "additional",
          short: "Write the documentation of the MCP tools",
          hidden: true,
          target: { kind: "command", load: async () => (await import("./mcp/generate-doc.ts")).command },
        },
      ],
    },
  },
  {
    name: "doctor",
    group: "advanced",
    short: "Tell whether this host can run virtual machines well",
    target: { kind: "command", load: async () => (await import("./doctor.ts")).command },
  },
  {
    name: "sudoers",
    group: "advanced",
    short: "Print, or check, the sudoers file that the networks of macOS need",
    target: { kind: "command", load: async () => (await import("./sudoers.ts")).command },
  },
  {
    name: "network",
    group: "advanced",
    short: "Work with the networks of networks.yaml",
    target: {
      kind: "group",
      commands: [
        {
          name: "list",
          aliases: ["ls"],
          group: "additional",
          short: "List the networks of networks.yaml",
          target: { kind: "command", load: async () => (await import("./network/list.ts")).command },
        },
        {
          name: "create",
          group: "additional",
          short: "Create a network",
          target: { kind: "command", load: async () => (await import("./network/create.ts")).command },
        },
        {
          name: "delete",
          aliases: ["remove", "rm"],
          group: "additional",
          short: "Delete networks",
          target: { kind: "command", load: async () => (await import("./network/delete.ts")).command },
        },
      ],
    },
  },
  {
    name: "template",
    aliases: ["tmpl"],
    group: "advanced",
    short: "Work with templates",
    target: {
      kind: "group",
      commands: [
        {
          name: "copy",
          group: "additional",
          short: "Copy a template",
          target: { kind: "command", load: async () => (await import("./template/copy.ts")).command },
        },
        {
          name: "validate",
          group: "additional",
          short: "Validate templates",
          target: { kind: "command", load: async () => (await import("./validate.ts")).command },
        },
        {
          name: "yq",
          group: "additional",
          short: "Evaluate a yq expression on a template with its defaults filled in",
          target: { kind: "command", load: async () => (await import("./template/yq.ts")).command },
        },
        {
          name: "url",
          group: "additional",
          short: "Print what the locator of a template stands for",
          target: { kind: "command", load: async () => (await import("./template/url.ts")).command },
        },
      ],
    },
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
    name: "debug",
    group: "additional",
    short: "Debug utilities",
    hidden: true,
    target: {
      kind: "group",
      commands: [
        {
          name: "dns",
          group: "additional",
          short: "Run the builtin DNS server of the host agent on 127.0.0.1",
          target: { kind: "command", load: async () => (await import("./debug/dns.ts")).command },
        },
      ],
    },
  },
  {
    name: "sftp-server",
    group: "additional",
    short: "Serve a directory by SFTP on standard input and output",
    hidden: true,
    target: { kind: "command", load: async () => (await import("./sftp-server.ts")).command },
  },
  {
    name: "url-fedora-rawhide",
    group: "additional",
    short: "Look up the newest image of Fedora Rawhide",
    hidden: true,
    target: { kind: "command", load: async () => (await import("./url-fedora-rawhide.ts")).command },
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
    name: "generate-jsonschema",
    group: "additional",
    short: "Generate the JSON schema of lima.yaml",
    hidden: true,
    target: { kind: "command", load: async () => (await import("./generate-jsonschema.ts")).command },
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
