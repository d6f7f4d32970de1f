import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reconcileNetworks } from "../../src/instance/reconcile-networks.ts";
import { readHost } from "../../src/lib/host-read.ts";

let home: string;
let logged: string[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "reconcile-"));
  logged = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function instance(name: string, networks: string): void {
  mkdirSync(join(home, name));
  writeFileSync(join(home, name, "lima.yaml"), `images: [location: /etc/profile]\nnetworks: ${networks}\n`);
}

async function reconcile(starting?: string): Promise<readonly string[]> {
  const at = (level: string) => (message: string) => void logged.push(`${level}: ${message}`);
  const logger = {
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    log: () => undefined,
  };
  await reconcileNetworks({ host: readHost(), limaHome: home, logger }, starting);
  return logged;
}

const file = () => join(home, "_config", "networks.yaml");

describe("before an instance starts", () => {
  test("nothing is said or written for one without networks", async () => {
    instance("one", "[]");
    instance("other", "[lima: gone]");
    expect(await reconcile("one")).toEqual([]);
    expect(existsSync(file())).toBe(false);
  });

  test("networks.yaml is written, and tells which networks are used", async () => {
    instance("one", "[lima: user-v2]");
    expect(await reconcile("one")).toEqual(["debug: networks in use: [user-v2], not in use: []"]);
    expect(existsSync(file())).toBe(true);
  });

  test("a network that is missing from networks.yaml is named with the instance", async () => {
    instance("one", "[{lima: gone}, {lima: user-v2}]");
    expect((await reconcile("one"))[0]).toBe(
      "error: network `gone` (used by instance `one`) is missing from networks.yaml",
    );
  });

  test("an instance that cannot be read is passed over with a warning", async () => {
    instance("one", "[lima: user-v2]");
    mkdirSync(join(home, "two"));
    expect((await reconcile("two"))[0]).toStartWith("warn: Skipping instance `two`: ");
  });
});

test("after an instance has stopped, only those that run count", async () => {
  instance("one", "[lima: gone]");
  expect(await reconcile()).toEqual([]);
  expect(existsSync(file())).toBe(false);
});
