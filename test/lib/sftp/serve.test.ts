import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

// OpenSSH's own client, which takes any program for its server
const folder = realpathSync(mkdtempSync("/tmp/lsftp."));
const root = join(folder, "served");
const other = join(folder, "other");
const program = join(folder, "serve.ts");

beforeAll(() => {
  const serve = new URL("../../../src/lib/sftp/serve.ts", import.meta.url).pathname;
  writeFileSync(
    program,
    `import { serveFiles } from ${JSON.stringify(serve)};
     serveFiles(0, 1, { root: ${JSON.stringify(root)}, readOnly: process.argv[2] === "-R" });`,
  );
});
beforeEach(() => {
  for (const path of [root, other]) {
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
  }
  writeFileSync(join(other, "secret"), "secret");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Gives commands to sftp, all of them whatever fails. @returns what it said */
async function sftp(commands: readonly string[], option = ""): Promise<string> {
  const child = Bun.spawn(["sftp", "-q", "-b", "-", "-D", `${process.execPath} ${program} ${option}`], {
    cwd: folder,
    stdin: Buffer.from(commands.map((command) => `-${command}\n`).join("")),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  return `${out}${err}`;
}

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

describe("the builtin SFTP server", () => {
  test("reads, writes, appends, renames, links, and changes modes", async () => {
    const big = join(folder, "big");
    writeFileSync(big, randomBytes(5_000_000));
    writeFileSync(join(root, "old"), "old");
    const said = await sftp([
      "put big 'ä 空 b'",
      "get 'ä 空 b' back",
      "put big new",
      "reput back new",
      "rename new old",
      "ln -s nowhere/else soft",
      "ln old hard",
      "chmod 640 old",
      "mkdir sub",
      "mkdir sub/gone",
      "rmdir sub/gone",
      "put big sub/x",
      "rm sub/x",
      "df",
    ]);
    expect(said).toContain("%Capacity");
    expect(sha256(join(root, "ä 空 b"))).toBe(sha256(big));
    expect(sha256(join(folder, "back"))).toBe(sha256(big));
    expect(existsSync(join(root, "new"))).toBe(false);
    expect(statSync(join(root, "old"))).toMatchObject({ size: 5_000_000, nlink: 2 });
    expect((statSync(join(root, "old")).mode & 0o777).toString(8)).toBe("640");
    expect(readlinkSync(join(root, "soft"))).toBe("nowhere/else");
    expect(lstatSync(join(root, "hard")).isFile()).toBe(true);
    expect(await sftp(["ls -1 sub"])).not.toContain("x\n");
  });

  test("tells all of many names", async () => {
    for (let index = 0; index < 1000; index += 1) writeFileSync(join(root, `f${index}`), "");
    expect((await sftp(["ls -1"])).match(/^f\d+ *$/gm)).toHaveLength(1000);
  });

  test("lets nobody out, by whatever path or link", async () => {
    symlinkSync(other, join(root, "away"));
    symlinkSync(join(other, "secret"), join(root, "file"));
    symlinkSync(join(other, "made"), join(root, "dangling"));
    symlinkSync("within", join(root, "inner"));
    writeFileSync(join(root, "within"), "within");
    writeFileSync(join(folder, "mine"), "mine");
    await sftp([
      ...["away/secret", "file", "../other/secret", join(other, "secret")].map(
        (path, index) => `get ${path} got${index}`,
      ),
      ...["away/new", "file", "dangling", "../other/new"].map((path) => `put mine ${path}`),
      "chmod 777 file",
      "rm away/secret",
      "rename within away/moved",
      "mkdir away/sub",
      "ln within away/hard",
      "ls away",
      `rmdir ${root}`,
      "get inner fine",
    ]);
    for (let index = 0; index < 4; index += 1) expect(existsSync(join(folder, `got${index}`))).toBe(false);
    expect(readFileSync(join(other, "secret"), "utf8")).toBe("secret");
    expect((statSync(join(other, "secret")).mode & 0o777).toString(8)).toBe("644");
    for (const name of ["new", "made", "moved", "sub", "hard"]) expect(existsSync(join(other, name))).toBe(false);
    expect(readFileSync(join(folder, "fine"), "utf8")).toBe("within");
  });

  test("changes nothing of what is served read-only", async () => {
    writeFileSync(join(root, "f"), "f");
    writeFileSync(join(folder, "mine"), "mine");
    const said = await sftp(
      ["put mine f", "put mine g", "rm f", "chmod 777 f", "rename f h", "mkdir d", "ln f i", "ln -s f j", "get f read"],
      "-R",
    );
    expect(said.match(/permission denied/gi)?.length).toBeGreaterThanOrEqual(8);
    expect(readFileSync(join(root, "f"), "utf8")).toBe("f");
    expect(readFileSync(join(folder, "read"), "utf8")).toBe("f");
    expect(await sftp(["ls -1"])).toMatch(/^f *$/m);
  });

  test("ends at nonsense", async () => {
    const child = Bun.spawn([process.execPath, program], {
      stdin: Buffer.from([255, 255, 255, 255, 1, 2, 3]),
      stdout: "pipe",
      stderr: "ignore",
    });
    expect(await child.exited).not.toBe(0);
  });
});
