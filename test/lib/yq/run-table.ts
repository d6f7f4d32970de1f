import { expect, test } from "bun:test";
import { runYq } from "../../../src/lib/yq/main.ts";
import type { Row } from "./table.ts";

/** What the yq program prints for a row. */
async function printed(row: Row): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  let out = "";
  let err = "";
  const files = new Map(Object.entries(row.files ?? {}));
  const names = [...files.keys()].filter((name) => row.args?.includes(name));
  const args = (row.args ?? []).filter((arg) => !files.has(arg));
  const isEmpty = args.includes("-n");
  const code = await runYq([...args, row.expression, ...(isEmpty ? [] : ["-", ...names])], {
    stdin: async () => row.input,
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    readFile: (path) => {
      const text = files.get(path);
      if (text === undefined) throw new Error(`open ${path}: no such file or directory`);
      return text;
    },
    exists: (path) => files.has(path),
    writeFile: (path, text) => {
      files.set(path, text);
    },
    env: row.env ?? {},
    now: () => new Date("2021-05-19T01:02:03Z"),
    random: () => 0.5,
    stdoutIsTerminal: false,
    stdinIsTerminal: false,
  });
  return { code, out, err };
}

/** One test for each row. */
export function runTable(rows: readonly Row[]): void {
  for (const row of rows) {
    test(`${row.args === undefined ? "" : `${row.args.join(" ")} `}${row.expression}  <  ${row.input.replaceAll("\n", "⏎")}`, async () => {
      const result = await printed(row);
      if (row.error !== undefined) {
        expect(result.err).toContain(row.error);
        expect(result.code).toBe(1);
      } else {
        expect(result.err).toBe("");
        expect(result.out).toBe(row.output);
      }
    });
  }
}
