import { describe, expect, test } from "bun:test";
import { parseAgentLog } from "../../src/hostapi/agent-log.ts";

const since = new Date("2026-01-01T12:00:00Z");

describe("a line of the host agent's log", () => {
  test("keeps level, message, time and further fields", () => {
    expect(parseAgentLog('{"level":"info","msg":"hi","time":"2026-01-01T12:00:01Z","pid":7}', since)).toEqual({
      level: "info",
      message: "hi",
      fields: { pid: 7 },
      time: new Date("2026-01-01T12:00:01Z"),
    });
  });

  for (const level of ["fatal", "panic"])
    test(`${level} becomes error, for the watcher must not end by it`, () =>
      expect(parseAgentLog(`{"level":"${level}","msg":"m"}`)).toEqual({
        level: "error",
        message: "m",
        fields: { level },
      }));

  const whole = ["plain text", "[1]", '{"msg":"no level"}', '{"level":"loud","msg":"x"}', '{"level":"info"'];
  for (const line of whole)
    test(`${line} is told whole`, () =>
      expect(parseAgentLog(line, since)).toEqual({ level: "info", message: line, fields: {} }));

  for (const line of ["", "   ", '{"level":"info","msg":"old","time":"2026-01-01T11:59:58.9Z"}'])
    test(`${JSON.stringify(line)} is passed over`, () => expect(parseAgentLog(line, since)).toBeUndefined());

  test("a record of up to a second before the watch is told", () => {
    expect(parseAgentLog('{"level":"warning","msg":"m","time":"2026-01-01T11:59:59.1Z"}', since)?.level).toBe(
      "warning",
    );
  });
});
