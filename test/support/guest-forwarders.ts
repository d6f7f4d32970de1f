import { readFileSync } from "node:fs";
import { join } from "node:path";
import { connectByAgent, connectBySsh } from "../../src/hostagent/forwards/connectors.ts";
import type { Forwarder } from "../../src/hostagent/forwards/forwarder.ts";
import { ListeningForwarder } from "../../src/hostagent/forwards/listening-forwarder.ts";
import { MasterForwarder } from "../../src/hostagent/forwards/master-forwarder.ts";
import { AgentConnection } from "../../src/hostagent/guest-agent/connection.ts";
import { dialBack } from "../../src/hostagent/guest-agent/dial-back.ts";
import { SshSession } from "../../src/hostagent/ssh/session.ts";
import { execOutput } from "../../src/lib/exec.ts";
import type { Logger } from "../../src/lib/log.ts";
import { sshOptions } from "../../src/store/ssh-plan.ts";
import type { World } from "./limactl.ts";

const logger: Logger = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, log() {} };

/** Every way into a running guest, by name, in this process: the guest's own host agent must be gone. */
export interface GuestForwarders extends AsyncDisposable {
  readonly ways: Readonly<Record<string, Forwarder>>;
  /** The guest agent, by its machine's own channel. */
  readonly agent: AgentConnection;
  readonly session: SshSession;
}

/** Connects to the guest of an instance in every way there is. */
export async function guestForwarders(world: World, instance: string): Promise<GuestForwarders> {
  const end = new AbortController();
  const record = JSON.parse(await world.ok(["list", "--json", instance]));
  const user: string = record.config.user.name;
  const keyFile = join(world.limaHome, "_config", "user");
  const endpoint = { address: "127.0.0.1", port: Number(record.sshLocalPort) };
  const session = new SshSession({ endpoint, user, privateKey: readFileSync(keyFile), signal: end.signal });
  await session.connected();
  const control = await AgentConnection.open({
    socketPath: world.file(instance, "ga-virtio.sock"),
    signal: end.signal,
  });
  const stream = await dialBack({ control, gateway: "192.168.5.2", signal: end.signal });
  const listening = (name: string, connect: ReturnType<typeof connectBySsh>) =>
    new ListeningForwarder({ name, hostOs: "linux", connect, onRefused: () => undefined });
  const channels = listening("ssh channels", connectBySsh(session));
  const program = { command: [Bun.which("ssh") ?? "ssh"], version: [9, 0, 0], gssapi: false, aes: true } as const;
  const options = sshOptions({
    ...{ hostOs: "linux", program, identityFiles: [keyFile], user, instanceDirectory: world.root },
    ...{ forwardAgent: false, forwardX11: false, forwardX11Trusted: false },
  });
  const socketPath = join(world.root, "ssh.sock");
  const access = Promise.resolve({ program, options, endpoint });
  const host = { os: "linux", env: process.env } as const;
  const master = new MasterForwarder({ host, logger, access, socketPath, otherwise: channels });
  const tunnel = listening(
    "agent tunnel",
    connectByAgent(() => control),
  );
  const fast = listening(
    "agent stream",
    connectByAgent(() => stream),
  );
  return {
    ways: { [master.name]: master, [channels.name]: channels, [tunnel.name]: tunnel, [fast.name]: fast },
    agent: control,
    session,
    async [Symbol.asyncDispose]() {
      master.stop();
      const exit = ["ssh", "-F", "/dev/null", "-o", `ControlPath=${socketPath}`, "-O", "exit", "x"];
      await execOutput(exit).catch(() => "");
      control.close();
      end.abort("over");
      await session.stop();
    },
  };
}
