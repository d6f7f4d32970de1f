import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { World } from "../support/limactl.ts";
import { documentedCommands } from "./documented/read.ts";

let world: World;
let directory = "";
beforeAll(async () => {
  world = new World();
  directory = join(world.root, "man");
  await world.ok(["generate-doc", directory]);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

const pages = () => readdirSync(directory).sort();

test("there is a page for the two programs, each group and each command that help shows", () => {
  const shown = documentedCommands.filter(({ group, path }) => !["H", "D"].includes(group) && path[0] !== "debug");
  const names = shown.flatMap(({ path }) => [path.join("-"), path[0] ?? ""]).map((name) => `limactl-${name}.1`);
  expect(pages()).toEqual([...new Set(["lima.1", "limactl.1", ...names])].sort());
});

test("man renders every page without a warning", () => {
  for (const page of pages()) {
    const run = spawnSync("man", ["--warnings=w,mac", "-l", join(directory, page)], {
      encoding: "utf8",
      env: { ...world.env, MANWIDTH: "80", MANPAGER: "cat" },
    });
    const name = page.replace(/\.1$/, "");
    expect([page, run.status, run.stderr]).toEqual([page, 0, ""]);
    expect(run.stdout).toStartWith(`${name.toUpperCase()}(1)`);
    for (const heading of ["NAME", "SYNOPSIS", "DESCRIPTION"]) expect(run.stdout).toContain(`\n${heading}\n`);
    expect(run.stdout.replaceAll(/\s+/g, " ")).toContain(` NAME ${name} - `);
  }
});
