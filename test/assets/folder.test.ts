import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFolder } from "../../src/assets/folder.macro.ts";
import { execOutput } from "../../src/lib/exec.ts";

const root = join(import.meta.dir, "../..");

/** Every file below a folder by plain reading, to hold the macro's result against. */
function filesOnDisk(folder: string, ending = ""): Record<string, string> {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => name.endsWith(ending) && statSync(join(root, folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, folder, name), "utf8")]));
}

describe("a folder put into the program", () => {
  test("is every file below it, by path", () => {
    const files = readFolder("src/assets");
    expect(files["folder.macro.ts"]).toContain("export function readFolder");
    expect(files).toEqual(filesOnDisk("src/assets"));
  });

  test("can be limited to an ending", () => {
    expect(Object.keys(readFolder("src/assets", ".macro.ts"))).toEqual(["folder.macro.ts"]);
  });

  test("must exist", () => {
    expect(() => readFolder("src/no-such-folder")).toThrow("no-such-folder");
  });
});

describe("the program's texts", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "limabun-assets-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("are the same from source, compiled, and on disk", async () => {
    const entry = join(folder, "entry.ts");
    const imports = ["templates", "boot-scripts"].map((name) => join(root, "src/assets", `${name}.ts`));
    writeFileSync(
      entry,
      `import { templates } from ${JSON.stringify(imports[0])};
       import { bootScripts } from ${JSON.stringify(imports[1])};
       console.log(JSON.stringify({ templates, bootScripts }));`,
    );
    const binary = join(folder, "texts");
    await execOutput([
      process.execPath,
      "build",
      "--compile",
      "--bytecode",
      "--minify-syntax",
      `--outfile=${binary}`,
      entry,
    ]);
    const fromSource = JSON.parse(await execOutput([process.execPath, entry]));
    const fromBinary = JSON.parse(await execOutput([binary], { cwd: folder }));
    expect(fromBinary).toEqual(fromSource);
    expect(fromBinary).toEqual({
      templates: filesOnDisk("templates", ".yaml"),
      bootScripts: filesOnDisk("src/guest/boot"),
    });
  });
});
