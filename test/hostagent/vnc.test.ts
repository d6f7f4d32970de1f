import { afterAll, expect, test } from "bun:test";
import { randomInt } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Vnc } from "../../src/hostagent/vnc.ts";
import { parseVncDisplay, vncDisplayOf, vncPassword, vncPortOf } from "../../src/hostagent/vnc-plan.ts";
import { recordingLogger } from "../image/support/server.ts";

const directory = mkdtempSync("/tmp/lv.");
afterAll(() => rmSync(directory, { recursive: true }));

test("a password has eight characters, two digits, letters of both cases, and none of them twice", () => {
  for (let round = 0; round < 500; round += 1) {
    const password = vncPassword((below) => randomInt(below));
    expect(password).toMatch(/^[A-Za-z0-9]{8}$/);
    expect(password.replace(/\D/g, "")).toHaveLength(2);
    expect(password).toMatch(/[a-z].*[A-Z]|[A-Z].*[a-z]/);
    expect(new Set(password).size).toBe(8);
  }
});

test.each([
  ["127.0.0.1:0,to=9", { host: "127.0.0.1", number: 0, searches: true }],
  ["127.0.0.1:3", { host: "127.0.0.1", number: 3, searches: false }],
  [":1,share=ignore,to=4", { host: "", number: 1, searches: true }],
  ["[::1]:2,websocket", { host: "[::1]", number: 2, searches: false }],
  ["unix:/tmp/x", undefined],
  ["none", undefined],
] as const)("the display %p", (text, expected) => {
  expect(parseVncDisplay(text)).toEqual(expected);
});

test("a display is told by the port on which the server really listens", () => {
  const display = { host: "127.0.0.1", number: 0, searches: true };
  expect([vncDisplayOf(display, 5904), vncPortOf(display, 5904)]).toEqual(["127.0.0.1:4", 5904]);
  expect([vncDisplayOf(display, undefined), vncPortOf(display, undefined)]).toEqual(["127.0.0.1:0", 5900]);
});

test("display and password are in private files for as long as the machine runs; a second host agent keeps them", async () => {
  const set: string[] = [];
  const machine = { setVncPassword: async (password: string) => void set.push(password), vncPort: async () => 5907 };
  const logger = recordingLogger();
  const vnc = new Vnc({ directory, display: "127.0.0.1:0,to=9", machine, logger });
  await vnc.start();
  expect(readFileSync(join(directory, "vncdisplay"), "utf8")).toBe("127.0.0.1:7");
  expect(readFileSync(join(directory, "vncpassword"), "utf8")).toBe(set[0] ?? "");
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
  expect(logger.lines).toEqual([
    "info: VNC server running at 127.0.0.1:5907 <vnc://127.0.0.1:5907>",
    `info: VNC Display: \`${directory}/vncdisplay\``,
    `info: VNC Password: \`${directory}/vncpassword\``,
  ]);
  await new Vnc({ directory, display: "127.0.0.1:0,to=9", machine, logger }).start();
  expect(set).toHaveLength(1);
  await vnc.stop();
  expect(readdirSync(directory)).toEqual([]);
});
