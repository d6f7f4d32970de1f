import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatherGuestMediaFacts } from "../../../src/guest/cidata/gather.ts";
import type { Host } from "../../../src/lib/host.ts";
import { sampleConfig } from "../../support/sample-config.ts";
import { sampleFacts } from "../sample-facts.ts";

const home = mkdtempSync(join(tmpdir(), "gather-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const host: Host = {
  os: "linux",
  arch: "x86_64",
  osVersion: "",
  cpus: 1,
  memoryBytes: 1,
  home,
  user: { name: "u", comment: "", uid: 1, gid: 1 },
  env: { http_proxy: "http://localhost:3128" },
  cwd: home,
  self: ["limactl"],
  now: new Date(0),
};

function inputs(files: readonly string[]) {
  const caCerts = { removeDefaults: false, files, certs: [] };
  return { ...sampleFacts({ ...sampleConfig, caCerts }), host, systemProxies: {} };
}

test("certificate files are read, below the home directory too", async () => {
  writeFileSync(join(home, "ca.pem"), "PEM");
  const { facts } = await gatherGuestMediaFacts(inputs(["~/ca.pem", join(home, "ca.pem")]));
  expect(facts.caCertificateFiles).toEqual(["PEM", "PEM"]);
  expect(facts.hostHome).toBe(home);
});

test("a proxy on this host's loopback is found out by looking it up", async () => {
  const { facts, notes } = await gatherGuestMediaFacts(inputs([]));
  expect(facts.environment.http_proxy).toBe("http://192.168.5.2:3128");
  expect(notes).toHaveLength(1);
});

test("a certificate file that is not there is named", async () => {
  expect(gatherGuestMediaFacts(inputs(["/absent.pem"]))).rejects.toThrow("/absent.pem");
});
