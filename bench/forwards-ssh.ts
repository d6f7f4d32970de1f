import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListeningForwarder } from "../src/hostagent/forwards/listening-forwarder.ts";
import { MasterForwarder } from "../src/hostagent/forwards/master-forwarder.ts";
import { execOutput } from "../src/lib/exec.ts";
import type { Logger } from "../src/lib/log.ts";
import { sshArguments, sshOptions, withoutMaster } from "../src/store/ssh-plan.ts";
import { freePort, startSshd } from "../test/hostagent/sshd.ts";
import { pairs, type Result, time } from "./measure.ts";
import { drain, pour, reachable } from "./streams.ts";

const bytes = 256 * 1024 * 1024;
// Both sides are the same program doing the same: only many pairs keep the noise within two per cent.
const count = 21;
const logger: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };

/** What forwards where ssh alone serves, against `ssh -L` with the same cipher, to an sshd on this machine. */
export async function forwardsBySsh(): Promise<readonly Result[]> {
  const sshd = await startSshd();
  const directory = mkdtempSync(join(tmpdir(), "lb."));
  const sink = createServer({ allowHalfOpen: true }, (socket) => socket.resume().on("end", () => socket.end()));
  const source = createServer((socket) => {
    let left = bytes;
    const piece = Buffer.alloc(262_144);
    const send = () => {
      for (; left > 0; left -= piece.length) {
        if (!socket.write(piece)) {
          left -= piece.length;
          return void socket.once("drain", send);
        }
      }
      socket.end();
    };
    socket.on("error", () => undefined);
    send();
  });
  const [into, outOf] = [freePort(), freePort()];
  sink.listen(into, "127.0.0.1");
  source.listen(outOf, "127.0.0.1");
  const program = { command: ["ssh"], version: [9, 0, 0], gssapi: false, aes: true } as const;
  const options = sshOptions({
    ...{ hostOs: "linux", program, identityFiles: [sshd.keyFile], user: sshd.user, instanceDirectory: directory },
    ...{ forwardAgent: false, forwardX11: false, forwardX11Trusted: false },
  });
  const endpoint = { address: "127.0.0.1", port: sshd.port };
  const [oursIn, oursOut, theirsIn, theirsOut] = [freePort(), freePort(), freePort(), freePort()] as const;
  const plain = Bun.spawn([
    ...["ssh", ...sshArguments(withoutMaster(options)), "-N", "-p", String(sshd.port)],
    ...["-L", `${theirsIn}:127.0.0.1:${into}`, "-L", `${theirsOut}:127.0.0.1:${outOf}`, "127.0.0.1"],
  ]);
  const host = { os: "linux", env: process.env } as const;
  const connect = () => Promise.reject(new Error("unused"));
  const otherwise = new ListeningForwarder({ name: "none", hostOs: "linux", connect, onRefused: () => undefined });
  const socketPath = join(directory, "ssh.sock");
  const access = Promise.resolve({ program, options, endpoint });
  const master = new MasterForwarder({ host, logger, access, socketPath, otherwise });
  for (const [port, guestPort] of [[oursIn, into] as const, [oursOut, outOf] as const]) {
    const target = () => ({ hosts: ["127.0.0.1"], port: guestPort });
    await master.open({ address: { kind: "port", ip: "127.0.0.1", port }, target });
  }
  for (const port of [oursIn, oursOut, theirsIn, theirsOut]) await reachable(port);
  const compare = async (
    name: string,
    ours: number,
    theirs: number,
    use: (port: number) => Promise<unknown>,
  ): Promise<Result> => {
    const results = await pairs(
      count,
      () => time(() => use(ours)),
      () => time(() => use(theirs)),
    );
    return { kind: "comparison", name, baseline: "ssh -L, sshd on this machine", budget: 1.02, ...results };
  };
  const results = [
    await compare("256 MiB by ssh, there", oursIn, theirsIn, (port) => pour(port, bytes)),
    await compare("256 MiB by ssh, back", oursOut, theirsOut, drain),
  ];
  master.stop();
  await execOutput(["ssh", "-F", "/dev/null", "-o", `ControlPath=${socketPath}`, "-O", "exit", "x"]).catch(() => "");
  plain.kill();
  sink.close();
  source.close();
  await sshd[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
  return results;
}
