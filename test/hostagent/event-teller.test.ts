import { expect, test } from "bun:test";
import { EventTeller } from "../../src/hostagent/event-teller.ts";

const lines: string[] = [];
const events = new EventTeller((line) => lines.push(line));

test("what happens is told on top of the last state, and is repeated until the next one", () => {
  events.tell({ sshLocalPort: 22 });
  events.tellPart({ portForward: { type: "forwarding", protocol: "tcp" } });
  events.tellPart({ cloudInitProgress: { active: true } });
  events.tell({ running: true, sshLocalPort: 22 });
  expect(lines.map((line) => JSON.parse(line).status)).toEqual([
    { sshLocalPort: 22 },
    { sshLocalPort: 22, portForward: { type: "forwarding", protocol: "tcp" } },
    { sshLocalPort: 22, portForward: { type: "forwarding", protocol: "tcp" }, cloudInitProgress: { active: true } },
    { running: true, sshLocalPort: 22 },
  ]);
});

test("times are in RFC 3339 with nanoseconds, and go up", () => {
  const times = lines.map((line): string => JSON.parse(line).time);
  for (const time of times) {
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect(Math.abs(new Date(time).getTime() - Date.now())).toBeLessThan(60_000);
  }
  expect([...times].sort()).toEqual(times);
});
