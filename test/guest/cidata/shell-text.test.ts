import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { shellWord } from "../../../src/guest/cidata/shell-text.ts";

const text = fc
  .oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."'\"\\$`(){}[]!#&*|<>?;~ \t\n=-%") }))
  .map((value) => value.replaceAll("\0", "").toWellFormed());

for (const shell of [["sh"], ["bash"], ["busybox", "ash"]]) {
  test(`${shell.join(" ")} takes any text for one word`, () => {
    const texts = fc.sample(text, 500);
    const script = texts.map((value) => `printf '%s\\0' ${shellWord(value)}\n`).join("");
    const [command = "", ...args] = shell;
    const { stdout } = spawnSync(command, args, { input: script, encoding: "utf8" });
    expect(stdout.split("\0").slice(0, -1)).toEqual(texts);
  });
}
