import { describe, expect, test } from "bun:test";
import { type CommandEntry, defineCommand } from "../../src/cli/command.ts";
import { type DocPage, manPage } from "../../src/cli/man.ts";
import { markdownPage } from "../../src/cli/markdown.ts";
import { docPages } from "../../src/commands/doc-pages.ts";
import { registry } from "../../src/commands/registry.ts";

const page: DocPage = {
  path: ["limactl", "sample"],
  short: "Do a sample thing",
  long: "Does it.\n.Dots and 'quotes' start no request, \\ is itself.",
  usage: "limactl sample [flags] THING",
  examples: "  limactl sample x",
  flags: {
    force: { type: "boolean", alias: "f", description: "Do it anyway" },
    secret: { type: "string", description: "Nobody knows", hidden: true },
    timeout: { type: "duration", description: "How long to wait", default: 600_000 },
  },
  inheritedFlags: {},
  related: [{ path: ["limactl"], short: "Lima" }],
};

test("a manual page", () => {
  expect(manPage(page, "Jan 2026")).toBe(`.TH "LIMACTL-SAMPLE" "1" "Jan 2026" "limabun" "Lima manual"
.nh
.ad l
.SH NAME
limactl\\-sample \\- Do a sample thing
.SH SYNOPSIS
\\fBlimactl sample [flags] THING\\fP
.SH DESCRIPTION
Does it.
\\&.Dots and 'quotes' start no request, \\e is itself.
.SH EXAMPLES
.PP
.RS
.nf
  limactl sample x
.fi
.RE
.SH OPTIONS
.TP
\\fB\\-f\\fP, \\fB\\-\\-force\\fP[=false]
Do it anyway
.TP
\\fB\\-\\-timeout\\fP=10m0s
How long to wait
.SH SEE ALSO
\\fBlimactl\\fP(1)
`);
});

test("a Markdown page", () => {
  expect(markdownPage(page)).toBe(`---
title: limactl sample
weight: 3
---

Do a sample thing

### Synopsis

Does it.
.Dots and 'quotes' start no request, \\ is itself.

\`\`\`
limactl sample [flags] THING
\`\`\`

### Examples

\`\`\`
  limactl sample x
\`\`\`

### Options

\`\`\`
  -f, --force              Do it anyway
      --timeout duration   How long to wait
\`\`\`

### SEE ALSO

* [limactl](../limactl/)	 - Lima
`);
});

describe("the pages of a program", () => {
  const command = defineCommand({ meta: { name: "x", description: "X" }, positionals: { usage: "" }, run() {} });
  const target: CommandEntry["target"] = { kind: "command", load: async () => command };
  const entry = (name: string, more: Partial<CommandEntry> = {}): CommandEntry => ({
    name,
    group: "basic",
    short: name,
    target,
    ...more,
  });

  test("are those of its visible commands, down through the groups", async () => {
    const pages = await docPages([
      entry("stop"),
      entry("secret", { hidden: true }),
      entry("help", { target: { kind: "help" } }),
      entry("disk", { target: { kind: "group", commands: [entry("create")] } }),
    ]);
    expect(pages.map(({ path }) => path.join(" "))).toEqual([
      "limactl",
      "limactl stop",
      "limactl disk",
      "limactl disk create",
    ]);
    expect(pages[0]?.related.map(({ path }) => path.join(" "))).toEqual(["limactl stop", "limactl disk"]);
    expect(pages[3]?.related.map(({ path }) => path.join(" "))).toEqual(["limactl disk"]);
  });

  test("exist for every command of limactl", async () => {
    const names = (await docPages(registry)).map(({ path }) => path.join("-"));
    for (const name of ["limactl", "limactl-start", "limactl-completion-zsh"]) expect(names).toContain(name);
  });
});
