import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eventLine, type HostAgentStatus, parseEvent } from "../../src/hostapi/events.ts";

const time = "2026-01-02T03:04:05.678Z";

describe("an event's line", () => {
  const cases: readonly (readonly [HostAgentStatus, string])[] = [
    [{}, "{}"],
    [{ sshLocalPort: 60022 }, '{"sshLocalPort":60022}'],
    [{ running: true, degraded: false, errors: [], sshLocalPort: 22 }, '{"running":true,"sshLocalPort":22}'],
    [{ exiting: true }, '{"exiting":true}'],
    [{ running: true, degraded: true, errors: ["a\nb"] }, '{"running":true,"degraded":true,"errors":["a\\nb"]}'],
    [{ cloudInitProgress: { active: true } }, '{"cloudInitProgress":{"active":true}}'],
    [
      { cloudInitProgress: { active: false, completed: true, logLine: "" } },
      '{"cloudInitProgress":{"completed":true}}',
    ],
    [
      { cloudInitProgress: { active: true, completed: false, logLine: "<a & b>" } },
      '{"cloudInitProgress":{"logLine":"\\u003ca \\u0026 b\\u003e","active":true}}',
    ],
    [
      {
        portForward: {
          error: "",
          hostAddr: "127.0.0.1:80",
          guestAddr: "0.0.0.0:80",
          protocol: "tcp",
          type: "forwarding",
        },
        sshLocalPort: 22,
        running: true,
      },
      '{"running":true,"sshLocalPort":22,"portForward":{"type":"forwarding","protocol":"tcp","guestAddr":"0.0.0.0:80","hostAddr":"127.0.0.1:80"}}',
    ],
    [
      { vsock: { reason: "none", vsockPort: 0, type: "failed" }, phase: { description: "QEMU up", name: "qemu" } },
      '{"vsock":{"type":"failed","reason":"none"},"phase":{"name":"qemu","description":"QEMU up"}}',
    ],
  ];
  for (const [status, expected] of cases) {
    test(`has ${expected}`, () => {
      const line = eventLine({ time, status });
      expect(line).toBe(`{"time":"${time}","status":${expected}}`);
      expect(parseEvent(line).time).toBe(time);
    });
  }
});

describe("reading an event", () => {
  test("keys of a newer host agent are kept", () => {
    expect(parseEvent(`{"time":"${time}","status":{"mood":"good"}}`).status).toHaveProperty("mood", "good");
  });

  for (const line of [
    "",
    "x",
    "null",
    "[]",
    '{"time":1,"status":{}}',
    '{"time":"noon","status":{}}',
    `{"time":"${time}"}`,
    '{"status":{}}',
  ])
    test(`${JSON.stringify(line)} is no event`, () => expect(() => parseEvent(line)).toThrow());

  for (const status of [
    '{"running":1}',
    '{"errors":"x"}',
    '{"errors":[1]}',
    '{"sshLocalPort":"22"}',
    '{"portForward":1}',
  ])
    test(`a status ${status} is no event`, () =>
      expect(() => parseEvent(`{"time":"${time}","status":${status}}`)).toThrow());

  test("whatever was written is read", () => {
    const status = fc.record(
      { running: fc.boolean(), sshLocalPort: fc.nat(65535), errors: fc.array(fc.string()), exiting: fc.boolean() },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(status, (value) => {
        const read = parseEvent(eventLine({ time, status: value })).status;
        expect(read.running ?? false).toBe(value.running ?? false);
        expect(read.errors ?? []).toEqual(value.errors ?? []);
        expect(read.sshLocalPort ?? 0).toBe(value.sshLocalPort ?? 0);
      }),
    );
  });

  test("any text is an event or an error", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        try {
          expect(typeof parseEvent(text).time).toBe("string");
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});
