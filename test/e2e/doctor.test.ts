import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { hasVirtualization } from "../../src/vm/qemu/acceleration.ts";
import { World } from "../support/limactl.ts";
import { createStopped, said } from "../support/records.ts";

let world: World;
beforeAll(() => {
  world = new World("ordinary");
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

interface Line {
  readonly severity: string;
  readonly subject: string;
  readonly text: string;
  readonly remedy?: string;
}

async function doctor(env: Readonly<Record<string, string>> = {}) {
  const run = await said(world, ["doctor", "--json"], { env });
  const lines = run.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  return { ...run, about: (subject: string) => lines.filter((line) => line.subject === subject) };
}

const native = process.arch === "x64" ? "qemu-system-x86_64" : "qemu-system-aarch64";

describe("limactl doctor", () => {
  test("finds what this host has, and says why it has no acceleration", async () => {
    const { code, about } = await doctor();
    expect(code).toBe(0);
    expect(about("QEMU")).toMatchObject([{ severity: "ok", text: expect.stringMatching(/^\d+\.\d+\.\d+ \(\/.*qemu/) }]);
    expect(about("firmware")).toMatchObject([{ severity: "ok" }]);
    expect(about("ssh")).toMatchObject([{ severity: "ok" }]);
    const [acceleration] = about("acceleration");
    if (process.arch === "x64" && !hasVirtualization(readFileSync("/proc/cpuinfo", "utf8"))) {
      expect(acceleration).toEqual({
        severity: "warning",
        subject: "acceleration",
        text: "running without hardware acceleration, much slower: the CPU flags show neither vmx nor svm",
        remedy:
          "enable virtualization in the firmware of this machine, or nested virtualization where it is virtual itself",
      });
    } else {
      expect(acceleration?.severity).toMatch(/^(ok|warning)$/);
    }
    expect(await doctor({ LIMA_QEMU_ACCEL: "tcg" }).then((found) => found.about("acceleration"))).toEqual([
      { severity: "ok", subject: "acceleration", text: "tcg" },
    ]);
  });

  test("names the package of a QEMU that is not on PATH, and ends with 1", async () => {
    const bin = join(world.root, "few");
    mkdirSync(bin);
    for (const name of ["ssh", "setpriv"]) symlinkSync(`/usr/bin/${name}`, join(bin, name));
    const { code, records, about } = await doctor({ PATH: bin });
    expect(code).toBe(1);
    expect(records.at(-1)).toMatch(/^fatal: \d problems keep instances from running$/);
    expect(about("QEMU")).toMatchObject([
      { severity: "blocking", text: `QEMU is not installed: failed to find \`${native}\` in $PATH` },
    ]);
    const [remedy, img] = [...about("QEMU"), ...about("qemu-img")].map((line) => line.remedy);
    if (/^ID=(debian|ubuntu)$/m.test(readFileSync("/etc/os-release", "utf8"))) {
      expect(remedy).toMatch(
        /^run `sudo apt-get install qemu-system-(x86 qemu-utils ovmf|arm qemu-utils qemu-efi-aarch64)`$/,
      );
      expect(img).toBe("run `sudo apt-get install qemu-utils`");
    }
    expect(about("ssh")).toMatchObject([{ severity: "ok" }]);
    expect(about("rsync")).toMatchObject([{ severity: "warning" }]);
    const page = await said(world, ["doctor"], { env: { PATH: bin } });
    expect(page.stdout).toContain(`\nFAIL  qemu-img    `);
    expect(page.stdout).toContain(`-> ${remedy}\n`);
  });

  test("tells broken instances, ports that are taken and files that are left over", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await createStopped(world, "port", `{images: [location: /etc/profile], ssh: {localPort: ${port}}}`);
    await createStopped(world, "bad");
    writeFileSync(world.file("bad", "lima.yaml"), "images: 1\n");
    await createStopped(world, "left");
    writeFileSync(world.file("left", "ha.sock"), "");
    mkdirSync(join(world.limaHome, ".gone.4194305.create.tmp"));
    const { code, about } = await doctor();
    server.close();
    expect(code).toBe(1);
    expect(about("instance port")).toMatchObject([
      {
        severity: "blocking",
        text: `cannot have port ${port} of 127.0.0.1 (ssh.localPort): another program listens on it`,
      },
    ]);
    expect(about("instance bad")).toMatchObject([{ severity: "blocking", text: expect.stringContaining("images") }]);
    expect(about("instance left")).toMatchObject([{ text: "has files of a run that has ended: ha.sock" }]);
    expect(about("stale files")).toHaveLength(1);
  });
});
