import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ControlMaster } from "../../src/hostagent/control-master.ts";
import { execOutput } from "../../src/lib/exec.ts";
import type { Logger } from "../../src/lib/log.ts";
import { sshOptions } from "../../src/store/ssh-plan.ts";
import { startSshd, type TestSshd } from "./sshd.ts";

// real processes on a machine that may be busy
setDefaultTimeout(30_000);

const ssh = Bun.which("ssh") ?? "/usr/bin/ssh";

function masterTo(sshd: TestSshd, command: string) {
  const end = new AbortController();
  const warnings: string[] = [];
  const logger: Logger = {
    trace() {},
    debug() {},
    info() {},
    warn: (text) => warnings.push(text),
    error() {},
    log() {},
  };
  const program = { command: [command], version: [9, 0, 0], gssapi: false, aes: true } as const;
  const options = sshOptions({
    hostOs: "linux",
    program,
    identityFiles: [sshd.keyFile],
    user: sshd.user,
    instanceDirectory: sshd.directory,
    forwardAgent: false,
    forwardX11: false,
    forwardX11Trusted: false,
  });
  const socketPath = join(sshd.directory, "ssh.sock");
  const master = new ControlMaster({
    host: { env: process.env },
    logger,
    program,
    options,
    endpoint: { address: "127.0.0.1", port: sshd.port },
    socketPath,
    lookMs: 50,
    signal: end.signal,
  });
  const shared = async (script = "echo shared") =>
    await execOutput(
      [
        ...[ssh, "-F", "/dev/null", "-o", `ControlPath=${socketPath}`, "-o", "SendEnv=COLORTERM"],
        ...["nobody@shared.invalid", script],
      ],
      { env: { ...process.env, COLORTERM: "truecolor" } },
    );
  return {
    master,
    socketPath,
    warnings,
    shared,
    async [Symbol.asyncDispose]() {
      await master.stop();
      end.abort("test over");
    },
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(10);
}

describe("control master", () => {
  test("another ssh goes through its connection, and its end leaves no socket", async () => {
    await using sshd = await startSshd();
    await using run = masterTo(sshd, ssh);
    await run.master.start();
    expect(run.master.health()).toEqual({ kind: "well" });
    expect(await run.shared()).toBe("shared\n");
    await run.master.stop();
    expect(existsSync(run.socketPath)).toBe(false);
  });

  test("another ssh hands COLORTERM on through its connection", async () => {
    await using sshd = await startSshd({ config: ["AcceptEnv COLORTERM"] });
    await using run = masterTo(sshd, ssh);
    await run.master.start();
    expect(await run.shared('echo "$COLORTERM"')).toBe("truecolor\n");
  });

  test("an ssh that cannot be run for a moment is tried again", async () => {
    await using sshd = await startSshd();
    const command = join(sshd.directory, "ssh-of-later");
    await using run = masterTo(sshd, command);
    const started = run.master.start();
    const health = () => run.master.health();
    await until(() => health().kind === "failed" && JSON.stringify(health()).includes("no such file or directory"));
    symlinkSync(ssh, command);
    await started;
    expect(health()).toEqual({ kind: "well" });
    expect(await run.shared()).toBe("shared\n");
  });

  test("what a failing ssh says is a reason of one line", async () => {
    await using sshd = await startSshd();
    const command = join(sshd.directory, "ssh-that-fails");
    writeFileSync(command, "#!/bin/sh\nprintf 'kex: closed\\r\\nConnection closed\\r\\n' >&2\nexit 255\n", {
      mode: 0o755,
    });
    await using run = masterTo(sshd, command);
    const started = run.master.start();
    const health = () => JSON.stringify(run.master.health());
    await until(() => health().includes("255"));
    expect(health()).toContain('"ssh ended with 255: kex: closed; Connection closed"');
    rmSync(command);
    symlinkSync(ssh, command);
    await started;
  });

  test("a connection that was cut is made again, and told", async () => {
    await using sshd = await startSshd();
    await using run = masterTo(sshd, ssh);
    await run.master.start();
    await sshd.cutConnections();
    await until(() => run.warnings.length > 0);
    await until(() => run.master.health().kind === "well");
    expect(run.warnings).toEqual(["The ssh connection that `limactl shell` shares was cut; making it again"]);
    expect(await run.shared()).toBe("shared\n");
    expect(readdirSync(sshd.directory)).toContain("ssh.sock");
  });
});
