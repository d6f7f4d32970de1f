import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "../../../src/store/process.ts";
import { startHelper } from "../../../src/vm/qemu/helper-process.ts";
import { recordingLogger, scratch } from "../../image/support/server.ts";

/** A stand-in for virtiofsd or swtpm: listens, writes its number, and ends on SIGTERM after it has noted that. */
const standIn = `
  const [socket, pidFile] = process.argv.slice(-2);
  process.on("SIGTERM", async () => { await Bun.write(pidFile + ".term", "x"); process.exit(0); });
  Bun.listen({ unix: socket, socket: { data() {} } });
  console.error("listening");
  await Bun.write(pidFile, String(process.pid));
`;

function plan(directory: string, name: string) {
  const script = join(directory, "helper.ts");
  writeFileSync(script, standIn);
  const socket = join(directory, "h.sock");
  return { name, argv: [process.execPath, script, socket, join(directory, "pid")], socket };
}

async function pidOf(directory: string): Promise<number> {
  while (!existsSync(join(directory, "pid"))) await Bun.sleep(5);
  return Number(readFileSync(join(directory, "pid"), "utf8"));
}

describe("a helper of QEMU", () => {
  test("is there when it listens, its words are logged, and it is killed when it has nothing to keep", async () => {
    using directory = scratch();
    const log = recordingLogger();
    const made = plan(directory.path, "virtiofsd-0");
    writeFileSync(made.socket, "of an earlier run");
    const helper = await startHelper(made, process.env, log);
    expect(statSync(made.socket).isSocket()).toBeTrue();
    const pid = await pidOf(directory.path);
    await helper.end();
    expect(processIdentity(pid)).toBeUndefined();
    expect(existsSync(join(directory.path, "pid.term"))).toBeFalse();
    expect(log.lines).toContain("debug: virtiofsd-0[stderr]: listening");
  });

  test("with state is asked to end, and its directory is private", async () => {
    using directory = scratch();
    const stateDirectory = join(directory.path, "state");
    const helper = await startHelper(
      { ...plan(directory.path, "swtpm"), stateDirectory },
      process.env,
      recordingLogger(),
    );
    expect(statSync(stateDirectory).mode & 0o777).toBe(0o700);
    const pid = await pidOf(directory.path);
    await helper.end();
    expect(processIdentity(pid)).toBeUndefined();
    expect(existsSync(join(directory.path, "pid.term"))).toBeTrue();
  });

  test("that ends before it listens is an error with its own words", async () => {
    using directory = scratch();
    const socket = join(directory.path, "s");
    const failing = {
      name: "virtiofsd-0",
      argv: ["/bin/sh", "-c", "echo no such option >&2; exit 2"],
      socket,
    };
    await expect(startHelper(failing, process.env, recordingLogger())).rejects.toThrow(
      `vhost socket \`${socket}\` never appeared: virtiofsd-0: no such option`,
    );
  });
});
