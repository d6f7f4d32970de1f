import type { ListeningPort } from "../protocol.ts";

/** Ports of the services that kubectl has told of, by `namespace/name`. */
export type ServicePorts = ReadonlyMap<string, readonly ListeningPort[]>;

/**
 * Takes in one line of `kubectl get service --watch --output-watch-events --output json`.
 * @returns the services after it; the same value for a line that changes nothing
 */
export function afterWatchLine(services: ServicePorts, line: string): ServicePorts {
  const event = watchEvent(line);
  if (event === undefined) return services;
  const after = new Map(services);
  if (event.type === "DELETED") after.delete(event.name);
  else after.set(event.name, event.ports);
  return after;
}

/**
 * The ports of services that no socket listens on by that number: kube-proxy forwards them without a socket.
 * @param sockets the ports that sockets listen on
 */
export function withServices(sockets: readonly ListeningPort[], services: ServicePorts): readonly ListeningPort[] {
  const taken = new Set(sockets.map(({ port }) => port));
  const more = [...services.values()].flat().filter(({ port }) => !taken.has(port));
  return more.length === 0 ? sockets : [...sockets, ...more];
}

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly name: string;
  readonly ports: readonly ListeningPort[];
}

/** The parts of the API's answer that matter; whatever comes may lack any of them. */
interface Answer {
  readonly type?: unknown;
  readonly object?: {
    readonly metadata?: { readonly namespace?: unknown; readonly name?: unknown };
    readonly spec?: { readonly type?: unknown; readonly ports?: readonly ServicePort[] };
  };
}

interface ServicePort {
  readonly protocol?: unknown;
  readonly port?: unknown;
  readonly nodePort?: unknown;
}

function watchEvent(line: string): WatchEvent | undefined {
  let answer: Answer | null;
  try {
    answer = JSON.parse(line);
  } catch {
    return undefined;
  }
  const type = answer?.type;
  const metadata = answer?.object?.metadata;
  if ((type !== "ADDED" && type !== "MODIFIED" && type !== "DELETED") || typeof metadata?.name !== "string")
    return undefined;
  return { type, name: `${metadata.namespace}/${metadata.name}`, ports: portsOf(answer?.object?.spec) };
}

function portsOf(spec: NonNullable<Answer["object"]>["spec"]): readonly ListeningPort[] {
  const field = spec?.type === "NodePort" ? "nodePort" : spec?.type === "LoadBalancer" ? "port" : undefined;
  if (field === undefined || !Array.isArray(spec?.ports)) return [];
  return spec.ports.flatMap((entry: ServicePort | null) => {
    const port = entry?.[field];
    const protocol = entry?.protocol === "UDP" ? "udp" : entry?.protocol === "TCP" ? "tcp" : undefined;
    return protocol !== undefined && typeof port === "number" ? [{ protocol, ip: "0.0.0.0", port } as const] : [];
  });
}
