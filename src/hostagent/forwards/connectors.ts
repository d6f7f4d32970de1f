import type { Duplex } from "node:stream";
import type { AgentConnection } from "../guest-agent/connection.ts";
import type { SshSession } from "../ssh/session.ts";
import type { ForwardTarget } from "./forwarder.ts";

/** Connects to a target in the guest. @throws Error when that cannot be, or at the first use of the stream */
export type Connect = (target: ForwardTarget) => Promise<Duplex>;

/** By a channel of the ssh session. */
export function connectBySsh(session: SshSession): Connect {
  return async (target) => {
    if ("path" in target) return await session.reach(target);
    let failure: unknown = new Error("no address to connect to");
    for (const host of target.hosts) {
      try {
        return await session.reach({ host, port: target.port });
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
}

/** By a tunnel of the guest agent. It does not connect to unix sockets, which would see root in the place of the user. */
export function connectByAgent(agent: () => AgentConnection | undefined): Connect {
  return async (target) => {
    const connection = agent();
    if (connection === undefined) throw new Error("the guest agent is not connected");
    if ("path" in target) throw new Error("the guest agent does not connect to unix sockets");
    return connection.stream(target.hosts, target.port);
  };
}

/** By the agent's stream while it is there, and for what it serves; else by ssh. */
export function connectByFastest(stream: () => Promise<AgentConnection | undefined>, session: SshSession): Connect {
  const bySsh = connectBySsh(session);
  return async (target) => {
    if ("path" in target) return await bySsh(target);
    const connection = await stream();
    return await (connection === undefined ? bySsh(target) : connectByAgent(() => connection)(target));
  };
}
