import { describe, expect, test } from "bun:test";
import {
  autoStartedIdentifier,
  isStartedByManager,
  managerStops,
  planStart,
} from "../../../src/instance/autostart/start-plan.ts";
import type { HostOs } from "../../../src/lib/host.ts";

const unit = "lima-vm@my.vm.service";
const label = "io.lima-vm.autostart.my.vm";
const slice = "/user.slice/user-1000.slice/user@1000.service/app.slice/app-lima\\x2dvm.slice";

type Env = Readonly<Record<string, string>>;
const processes: readonly (readonly [string, HostOs, Env, string | undefined, boolean, string | undefined])[] = [
  ["a shell", "linux", {}, "0::/user.slice/user-1000.slice/session-2.scope\n", false, undefined],
  ["the unit", "linux", { SYSTEMD_EXEC_PID: "42" }, `0::${slice}/${unit}\n`, true, unit],
  [
    "the unit, by two hierarchies",
    "linux",
    { SYSTEMD_EXEC_PID: "42" },
    `1:name=systemd:${slice}/${unit}\n0::/\n`,
    true,
    unit,
  ],
  ["a child in the unit", "linux", { SYSTEMD_EXEC_PID: "41" }, `0::${slice}/${unit}\n`, false, unit],
  [
    "another instance's unit",
    "linux",
    { SYSTEMD_EXEC_PID: "42" },
    `0::${slice}/lima-vm@my.vm.2.service\n`,
    true,
    undefined,
  ],
  ["a unit of one's own", "linux", { SYSTEMD_EXEC_PID: "42" }, "0::/user.slice/my-vm.service\n", true, undefined],
  ["a system without control groups", "linux", {}, undefined, false, undefined],
  ["launchd's variable on Linux", "linux", { XPC_SERVICE_NAME: label }, "0::/\n", false, undefined],
  ["launchd", "darwin", { XPC_SERVICE_NAME: label }, undefined, true, label],
  ["a terminal of macOS", "darwin", { XPC_SERVICE_NAME: "0" }, undefined, false, undefined],
  ["an empty name", "darwin", { XPC_SERVICE_NAME: "" }, undefined, false, undefined],
  ["ssh to macOS", "darwin", {}, undefined, false, undefined],
  ["Windows", "windows", { SYSTEMD_EXEC_PID: "42" }, undefined, false, undefined],
];

describe("who started this process", () => {
  test.each(processes)("%s", (_what, os, env, cgroup, byManager, identifier) => {
    const facts = { os, env, cgroup, pid: 42 };
    expect([isStartedByManager(facts), autoStartedIdentifier(facts, "my.vm")]).toEqual([byManager, identifier]);
  });
});

const warning =
  "The instance is registered to start at login, but the --foreground option was given, so starting the instance directly";

describe("who starts the instance", () => {
  test.each([
    [
      { registered: false, foreground: false, byManager: false },
      { agent: "apart", reconciles: true },
    ],
    [
      { registered: false, foreground: true, byManager: false },
      { agent: "here", reconciles: true },
    ],
    [
      { registered: true, foreground: false, byManager: false },
      { agent: "manager", reconciles: false },
    ],
    [
      { registered: true, foreground: true, byManager: false },
      { agent: "here", reconciles: false, warning },
    ],
    [
      { registered: true, foreground: true, byManager: true },
      { agent: "here", reconciles: true },
    ],
    [
      { registered: false, foreground: true, byManager: true },
      { agent: "here", reconciles: true },
    ],
  ] as const)("%j: %j", (request, plan) => {
    expect(planStart(request)).toEqual(plan);
  });
});

describe("who stops the instance", () => {
  const entry = { identifier: unit, content: "[Unit]\n", dropIns: [{ file: "/x.d/y", content: "[Service]\n" }] };
  const stored = ["[Unit]\n", "[Service]\n"];
  test.each([
    ["the manager that started it", { startedBy: unit, entry, stored }, true],
    ["the person who started it", { startedBy: "", entry, stored }, false],
    ["not another unit", { startedBy: "user@1000.service", entry, stored }, false],
    ["not an entry of another program", { startedBy: unit, entry, stored: ["[Unit]\n\n", "[Service]\n"] }, false],
    ["not an entry of Lima, which has no drop-in", { startedBy: unit, entry, stored: ["[Unit]\n", undefined] }, false],
    ["not an entry that is gone", { startedBy: unit, entry, stored: [undefined, undefined] }, false],
    ["not without a manager", { startedBy: unit, entry: undefined, stored: [] }, false],
  ])("%s", (_what, request, asks) => {
    expect(managerStops(request)).toBe(asks);
  });
});
