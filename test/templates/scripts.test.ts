import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aliases, names, templateOf } from "./shipped.ts";

interface Script {
  readonly name: string;
  readonly text: string;
}

const scripts: readonly Script[] = names
  .filter((name) => !aliases.includes(name))
  .flatMap((name) => {
    const { provision = [], probes = [] } = templateOf(name);
    return [
      ...provision.flatMap(({ mode, script }, i) =>
        script === undefined ? [] : [{ name: `${name} ${mode} ${i}`, text: script }],
      ),
      ...probes.map(({ script }, i) => ({ name: `${name} probe ${i}`, text: script })),
    ];
  });

describe("scripts", () => {
  let directory = "";
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "limabun-scripts-"));
    for (const { name, text } of scripts) writeFileSync(join(directory, `${name.replaceAll("/", "-")}.sh`), text);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test.skipIf(Bun.which("shellcheck") === null)("shellcheck has nothing to say", () => {
    const files = readdirSync(directory).map((file) => join(directory, file));
    const { stdout, exitCode } = Bun.spawnSync(["shellcheck", "--norc", "--format=gcc", ...files]);
    expect(stdout.toString()).toBe("");
    expect(exitCode).toBe(0);
  });

  test.each(scripts.map(({ name, text }) => [name, text]))("%s stops at the first failure", (_, text) => {
    expect(text).toStartWith("#!/bin/bash\n");
    expect(text).toMatch(/^set -eux? -o pipefail$/m);
  });

  test.each(scripts.map(({ name, text }) => [name, text]))("%s does not depend on Lima's own variables", (_, text) => {
    expect(text).not.toContain("LIMA_CIDATA");
  });
});

describe("probes", () => {
  const probes = names.flatMap((name) => (templateOf(name).probes ?? []).map((probe) => [name, probe] as const));
  test.each(probes)("%s: each has a description and a hint", (_, probe) => {
    expect(probe.description).not.toBe("");
    expect(probe.hint).toContain("/var/log/cloud-init-output.log");
  });
});
