import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runPlaybooks } from "../../src/instance/ansible.ts";
import type { InstanceContext } from "../../src/instance/context.ts";
import type { Instance } from "../../src/instance/record.ts";
import { ChildExit } from "../../src/lib/errors.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "ansible-"));
  mkdirSync(join(root, "bin"));
  // Stands in for Ansible: notes each call, and fails for a playbook named so.
  const program = '#!/bin/sh\necho "$3" >>"$NOTES"\ncase $3 in *fails*) exit 4 ;; esac\n';
  writeFileSync(join(root, "bin", "ansible-playbook"), program, { mode: 0o755 });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a playbook that fails ends the start with its code, and those after it are not run", async () => {
  const notes = join(root, "notes");
  const told: string[] = [];
  const env = { PATH: `${join(root, "bin")}:${process.env.PATH}`, NOTES: notes };
  const context = {
    host: { os: "linux", home: root, cwd: root, env },
    logger: { info: (text: string) => told.push(text) },
  } as unknown as InstanceContext;
  const provision = ["/a", "/fails", "/c"].map((playbook) => ({ mode: "ansible", playbook }));
  const instance = {
    ...{ name: "m", dir: root, hostname: "lima-m", sshConfigFile: join(root, "ssh.config") },
    config: { provision, param: {} },
  } as unknown as Instance;
  const failure = await runPlaybooks(context, instance, new AbortController().signal).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ChildExit);
  expect((failure as ChildExit).code).toBe(4);
  expect(told).toEqual(["Waiting for ansible playbook `/a`", "Waiting for ansible playbook `/fails`"]);
  expect(readFileSync(notes, "utf8")).toBe("/a\n/fails\n");
});
