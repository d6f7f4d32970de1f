import { mkdirSync } from "node:fs";
import { UserError } from "../../lib/errors.ts";
import type { DaemonOptions } from "./arguments.ts";
import type { Transport } from "./byte-stream.ts";
import { KubernetesWatch } from "./kubernetes.ts";
import { PortReader } from "./ports-read.ts";
import { serveSession } from "./session.ts";
import { unixTransport } from "./unix-transport.ts";
import { virtioTransport } from "./virtio-transport.ts";

const socketPath = "/run/lima-guestagent.sock";

/** Serves the host agent until the signal is aborted. @throws UserError when it cannot begin */
export async function runDaemon(options: DaemonOptions, signal: AbortSignal): Promise<void> {
  if (process.getuid?.() !== 0) throw new UserError("must run as the root user");
  mkdirSync(options.runtimeDirectory, { recursive: true, mode: 0o755 });
  const { runtimeDirectory, tickMs } = options;
  const warn = (text: string) => console.error(text);
  const reader = new PortReader();
  const kubernetes = new KubernetesWatch();
  void kubernetes.run(signal, warn);
  const ports = () => kubernetes.withServices(reader.read());
  const sessions = new Set<Promise<void>>();
  for await (const stream of transportOf(options).connections(signal)) {
    if (options.debug) console.error("the host agent has connected");
    signal.addEventListener("abort", () => stream.close(), { once: true });
    const session = serveSession(stream, { ports, runtimeDirectory, tickMs, warn });
    sessions.add(session);
    void session.then(() => sessions.delete(session));
  }
  await Promise.all(sessions);
}

function transportOf(options: DaemonOptions): Transport {
  if (options.virtioPort !== "") return virtioTransport(`/dev/virtio-ports/${options.virtioPort}`);
  if (options.vsockPort !== 0) throw new UserError("vsock is not supported yet");
  return unixTransport(socketPath, options.socketOwner);
}
