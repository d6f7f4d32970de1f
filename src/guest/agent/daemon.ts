import { mkdirSync, rmSync } from "node:fs";
import { UserError } from "../../lib/errors.ts";
import { type End, jsonFrame } from "../protocol.ts";
import type { DaemonOptions } from "./arguments.ts";
import type { ByteStream, Transport } from "./byte-stream.ts";
import { withFallback } from "./fallback-transport.ts";
import { KubernetesWatch } from "./kubernetes.ts";
import { Netlink } from "./netlink.ts";
import { PortReader } from "./ports-read.ts";
import { serveSession } from "./session.ts";

/** Where the host's ssh looks for the agent when no other channel works. */
const socketPath = "/run/lima-guestagent.sock";

/** Ends what the host had with an agent that was killed. */
const begun: End = { error: "the guest agent has begun" };

/** How long the first channel may be silent before the socket for ssh is opened; a host says its hello each second. */
const quietMs = 10_000;

/** Serves the host agent until the signal is aborted. @throws UserError when it cannot begin */
export async function runDaemon(options: DaemonOptions, signal: AbortSignal): Promise<void> {
  if (process.getuid?.() !== 0) throw new UserError("must run as the root user");
  mkdirSync(options.runtimeDirectory, { recursive: true, mode: 0o755 });
  // A daemon that was killed leaves it behind.
  rmSync(socketPath, { force: true });
  const { runtimeDirectory, tickMs } = options;
  const warn = (text: string) => console.error(text);
  const reader = new PortReader(Netlink.open());
  const kubernetes = new KubernetesWatch();
  void kubernetes.run(signal, warn);
  const ports = () => kubernetes.withServices(reader.read());
  const sessions = new Set<Promise<void>>();
  for await (const stream of transportOf(options, warn).connections(signal)) {
    if (options.debug) console.error("the host agent has connected");
    signal.addEventListener("abort", () => stream.close(), { once: true });
    const session = serveSession(stream, { ports, runtimeDirectory, tickMs, warn });
    sessions.add(session);
    void session.then(() => sessions.delete(session));
  }
  await Promise.all(sessions);
}

/** The channel that was asked for, with the socket for ssh beside it while nobody speaks there. */
function transportOf(options: DaemonOptions, warn: (text: string) => void): Transport {
  const fallback = lazily(async () =>
    (await import("./unix-transport.ts")).unixTransport(socketPath, options.socketOwner),
  );
  const { virtioPort, vsockPort } = options;
  if (virtioPort === "" && vsockPort === 0) return fallback;
  const first =
    virtioPort === ""
      ? lazily(async () => (await import("./vsock-transport.ts")).vsockTransport(vsockPort, warn))
      : lazily(async () => {
          const { virtioTransport } = await import("./virtio-transport.ts");
          return virtioTransport(`/dev/virtio-ports/${virtioPort}`, warn, jsonFrame("end", 0, begun));
        });
  return withFallback({ first, fallback, quietMs, warn });
}

/** Loads what a transport needs when it is used: in an emulated guest node's sockets are a tenth of a second of the start. */
function lazily(load: () => Promise<Transport>): Transport {
  return {
    async *connections(signal): AsyncGenerator<ByteStream> {
      yield* (await load()).connections(signal);
    },
  };
}
