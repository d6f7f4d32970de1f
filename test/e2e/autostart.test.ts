import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { World } from "../support/limactl.ts";
import { createStopped, said } from "../support/records.ts";

let world: World;
beforeAll(async () => {
  world = new World("ordinary");
  await createStopped(world, "one");
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const deprecated = 'Command "start-at-login" is deprecated, use "limactl autostart" instead';
const unsupported = "autostart is not supported on linux";
const withoutSystemd: readonly (readonly [string, number, readonly string[]])[] = [
  ["autostart enable one", 1, [`fatal: failed to register instance \`one\` to start at login: ${unsupported}`]],
  [
    "autostart enable --condition=whatever one",
    1,
    [`fatal: failed to register instance \`one\` to start at login: ${unsupported}`],
  ],
  ["autostart disable one", 1, [`fatal: ${unsupported}`]],
  [
    "start-at-login one",
    1,
    [deprecated, `fatal: failed to check if the autostart entry for instance \`one\` is registered: ${unsupported}`],
  ],
];
const anywhere: readonly (readonly [string, number, readonly string[]])[] = [
  ["autostart enable none", 1, ['fatal: instance "none" not found']],
  ["autostart disable none", 1, ['fatal: instance "none" not found']],
  ["autostart enable --condition=boot one", 1, ["fatal: --condition=boot is only supported on macOS"]],
  ["start-at-login none", 0, [deprecated, "info: Instance `none` not found"]],
  ["start-at-login --enabled=false", 0, [deprecated, "info: Instance `default` not found"]],
];

// Where systemd runs, the Debian guest shows that it works; nothing shall be registered on this host.
const table = existsSync("/run/systemd/system") ? anywhere : [...anywhere, ...withoutSystemd];

test.each(table)("%s", async (line, code, records) => {
  expect(await said(world, line.split(" "))).toEqual({ code, stdout: "", records });
});
