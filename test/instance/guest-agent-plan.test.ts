import { describe, expect, test } from "bun:test";
import type { Config } from "../../src/config/types.ts";
import { guestAgentFile } from "../../src/instance/guest-agent-plan.ts";
import type { Host } from "../../src/lib/host.ts";

type Case = readonly [
  string,
  Partial<Pick<Host, "os" | "arch" | "self">>,
  Partial<Pick<Config, "os" | "arch" | "plain">>,
  string | undefined,
];

const cases: readonly Case[] = [
  ["the executable itself", {}, {}, "/usr/bin/limactl"],
  ["none from source", { self: ["/usr/bin/bun", "/src/main.ts"] }, {}, undefined],
  ["none in plain mode", {}, { plain: true }, undefined],
  ["none for another architecture", {}, { arch: "aarch64" }, undefined],
  ["none for another guest system", {}, { os: "FreeBSD" }, undefined],
  ["none from a macOS program", { os: "darwin" }, {}, undefined],
];

describe("the guest agent of an instance is", () => {
  test.each(cases as unknown as Case[])("%s", (_name, host, config, expected) => {
    const found = guestAgentFile(
      { os: "linux", arch: "x86_64", self: ["/usr/bin/limactl"], ...host },
      { os: "Linux", arch: "x86_64", plain: false, ...config },
    );
    expect(found).toBe(expected);
  });
});
