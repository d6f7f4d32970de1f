import { expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { KubernetesWatch } from "../../../src/guest/agent/kubernetes.ts";
import { afterWatchLine, type ServicePorts, withServices } from "../../../src/guest/agent/kubernetes-plan.ts";

const empty: ServicePorts = new Map();

function event(type: string, spec: unknown, name = "web"): string {
  return JSON.stringify({ type, object: { kind: "Service", metadata: { namespace: "default", name }, spec } });
}

const nodePort = {
  type: "NodePort",
  ports: [
    { protocol: "TCP", port: 80, nodePort: 30080 },
    { protocol: "UDP", port: 53, nodePort: 30053 },
  ],
};
const balancer = { type: "LoadBalancer", ports: [{ protocol: "TCP", port: 443, nodePort: 31443 }] };

test.each([
  [
    "a NodePort service by its node ports",
    nodePort,
    [
      ["tcp", 30080],
      ["udp", 30053],
    ],
  ],
  ["a LoadBalancer service by its ports", balancer, [["tcp", 443]]],
  ["a ClusterIP service not at all", { type: "ClusterIP", ports: [{ protocol: "TCP", port: 80 }] }, []],
  [
    "a protocol that is not forwarded not at all",
    { type: "LoadBalancer", ports: [{ protocol: "SCTP", port: 80 }] },
    [],
  ],
])("%s", (_, spec, ports) => {
  const found = withServices([], afterWatchLine(empty, event("ADDED", spec)));
  expect(found).toEqual(
    ports.map(([protocol, port]) => ({ protocol: protocol as "tcp", ip: "0.0.0.0", port: Number(port) })),
  );
});

test("a service is changed and goes", () => {
  const added = afterWatchLine(empty, event("ADDED", balancer));
  const changed = afterWatchLine(added, event("MODIFIED", { ...balancer, ports: [{ protocol: "TCP", port: 444 }] }));
  expect(withServices([], changed).map(({ port }) => port)).toEqual([444]);
  expect(withServices([], afterWatchLine(changed, event("DELETED", balancer)))).toEqual([]);
});

test("a port that a socket has is the socket's", () => {
  const socket = { protocol: "udp" as const, ip: "127.0.0.1", port: 443 };
  expect(withServices([socket], afterWatchLine(empty, event("ADDED", balancer)))).toEqual([socket]);
});

test("any line is taken; one that is no event changes nothing", () => {
  const services = afterWatchLine(empty, event("ADDED", balancer));
  for (const line of ["", "{", "null", "[]", '{"type":"BOOKMARK"}', '{"type":"ADDED","object":null}']) {
    expect(afterWatchLine(services, line)).toBe(services);
  }
  fc.assert(
    fc.property(fc.json(), (line) => {
      afterWatchLine(empty, line);
      afterWatchLine(empty, event("ADDED", JSON.parse(line)));
      afterWatchLine(empty, event("ADDED", { type: "NodePort", ports: [JSON.parse(line)] }));
    }),
  );
});

test("a kubectl that answers is followed, and what it told still counts after its end", async () => {
  const directory = mkdtempSync(join(tmpdir(), "limabun-kubectl-"));
  const kubectl = join(directory, "kubectl");
  writeFileSync(join(directory, "events"), [event("ADDED", nodePort), event("ADDED", balancer, "lb"), ""].join("\n"));
  writeFileSync(
    kubectl,
    `#!/bin/sh
echo "$*" >>${directory}/calls
case $1 in auth) echo yes ;; get) cat ${directory}/events ;; esac
`,
  );
  chmodSync(kubectl, 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${directory}:${path}`;
  const stop = new AbortController();
  const warnings: string[] = [];
  const watch = new KubernetesWatch();
  const running = watch.run(stop.signal, (text) => warnings.push(text));
  try {
    for (let n = 0; warnings.length === 0 && n < 1000; n += 1) await Bun.sleep(10);
    const socket = { protocol: "tcp" as const, ip: "127.0.0.1", port: 30_080 };
    expect(watch.withServices([socket]).map(({ ip, port }) => `${ip} ${port}`)).toEqual([
      "127.0.0.1 30080",
      "0.0.0.0 30053",
      "0.0.0.0 443",
    ]);
    expect(readFileSync(join(directory, "calls"), "utf8")).toBe(
      "auth can-i get service\nget --all-namespaces service --watch --output-watch-events --output json\n",
    );
  } finally {
    process.env.PATH = path;
    stop.abort();
    await running;
    rmSync(directory, { recursive: true, force: true });
  }
});
