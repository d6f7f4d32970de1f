import { expect, test } from "bun:test";
import type { HostAgentStatus } from "../../src/hostapi/events.ts";
import { eventTexts, localTime } from "../../src/instance/watch-plan.ts";

const statuses: readonly (readonly [HostAgentStatus, readonly string[]])[] = [
  [{}, []],
  [{ running: true }, ["running"]],
  [{ running: true, degraded: true, errors: ["a", "b"] }, ["running (degraded)", "error: a", "error: b"]],
  [{ exiting: true }, ["exiting"]],
  [{ running: true, sshLocalPort: 60022 }, ["running", "ssh available on port 60022"]],
  [{ sshLocalPort: 0 }, []],
  [{ cloudInitProgress: { active: true, logLine: "x" } }, ["cloud-init: x"]],
  [{ cloudInitProgress: { completed: true, logLine: "x" } }, ["cloud-init completed"]],
  [{ cloudInitProgress: { active: true } }, []],
  [
    { portForward: { type: "forwarding", protocol: "tcp", guestAddr: "0.0.0.0:80", hostAddr: "127.0.0.1:8080" } },
    ["forwarding tcp 0.0.0.0:80 to 127.0.0.1:8080"],
  ],
  [
    { portForward: { type: "not-forwarding", protocol: "tcp", guestAddr: "0.0.0.0:22" } },
    ["not forwarding tcp 0.0.0.0:22"],
  ],
  [
    { portForward: { type: "stopping", protocol: "udp", guestAddr: "0.0.0.0:53" } },
    ["stopping forwarding udp 0.0.0.0:53"],
  ],
  [
    { portForward: { type: "failed", protocol: "tcp", guestAddr: "0.0.0.0:80", error: "in use" } },
    ["failed to forward tcp 0.0.0.0:80: in use"],
  ],
  [
    { vsock: { type: "started", hostAddr: "127.0.0.1:1", vsockPort: 22 } },
    ["started vsock forwarder: 127.0.0.1:1 -> vsock:22"],
  ],
  [{ vsock: { type: "skipped", reason: "no" } }, ["skipped vsock forwarder: no"]],
  [{ vsock: { type: "failed", reason: "no" } }, ["failed to start vsock forwarder: no"]],
  // A newer host agent may tell of more.
  [{ running: true, portForward: { type: "odd" as "failed" }, vsock: { type: "odd" as "failed" } }, ["running"]],
  [{ phase: { name: "network", description: "network" } }, ["waiting for network"]],
];

test.each(statuses)("the event %j", (status, texts) => {
  expect(eventTexts({ time: "2026-01-02T15:04:05Z", status })).toEqual(texts);
});

test("times are local and have two digits everywhere", () => {
  expect(localTime(new Date(2026, 0, 2, 5, 4, 3))).toBe("2026-01-02 05:04:03");
});
