import { afterAll, expect, test } from "bun:test";
import { closeSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OutputFile } from "../../src/lib/output-file.ts";

const directory = mkdtempSync("/tmp/lo.");
const path = join(directory, "x.log");

afterAll(() => rmSync(directory, { recursive: true }));

test("what a process says is told line by line, and its last lines are found later", async () => {
  writeFileSync(path, "of an earlier process\n");
  const file = new OutputFile(path);
  const fd = file.create();
  const told: string[] = [];
  const child = Bun.spawn(["sh", "-c", "echo one; echo two; printf three"], { stdout: fd, stderr: fd });
  closeSync(fd);
  await child.exited;
  file.follow((line) => told.push(line));
  await file.end();
  expect(told).toEqual(["one", "two"]);
  expect(new OutputFile(path).lines()).toEqual(["one", "two", "three"]);
  expect(new OutputFile(path).lines(1)).toEqual(["three"]);
});

test("a file that does not exist has no lines", async () => {
  const file = new OutputFile(join(directory, "absent"));
  file.follow(() => undefined);
  await file.end();
  expect(file.lines()).toEqual([]);
});
