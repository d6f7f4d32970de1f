import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnv, exec } from "../../lib/exec.ts";
import type { ListeningPort } from "../protocol.ts";
import { afterWatchLine, type ServicePorts, withServices } from "./kubernetes-plan.ts";
import { uniquePorts } from "./ports-plan.ts";

/** Where clusters that run in the guest leave their configuration. */
const configurations = ["/etc/rancher/k3s/k3s.yaml", "/root/.kube/config.localhost", "/root/.kube/config"];
const retryMs = 10_000;
/** A longer line is no answer of a sane API server. */
const maximumLine = 10 * 1024 * 1024;

/** Follows the services of a Kubernetes cluster in the guest, as long as one is there; costs a look each 10 s otherwise. */
export class KubernetesWatch {
  private known: ServicePorts = new Map();
  private last:
    | {
        readonly sockets: readonly ListeningPort[];
        readonly services: ServicePorts;
        readonly ports: readonly ListeningPort[];
      }
    | undefined;

  /**
   * Sockets' ports and the services' beside them; what was known when a watch broke still counts.
   * @returns the same value for the same sockets, as long as no service changes
   */
  withServices(sockets: readonly ListeningPort[]): readonly ListeningPort[] {
    if (this.last?.sockets !== sockets || this.last.services !== this.known) {
      this.last = { sockets, services: this.known, ports: uniquePorts(withServices(sockets, this.known)) };
    }
    return this.last.ports;
  }

  /** Works until the signal is aborted. @param warn told when a watch has ended */
  async run(signal: AbortSignal, warn: (text: string) => void): Promise<void> {
    while (!signal.aborted) {
      const environment = await clusterEnvironment();
      if (environment !== undefined) {
        await this.watch(environment, signal);
        if (!signal.aborted) warn("the watch of Kubernetes services has ended");
      }
      await sleep(retryMs, undefined, { signal }).catch(() => {});
    }
  }

  private async watch(env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): Promise<void> {
    const [{ spawn }, { createInterface }] = await Promise.all([import("node:child_process"), import("node:readline")]);
    const args = "get --all-namespaces service --watch --output-watch-events --output json".split(" ");
    const child = spawn("kubectl", args, { env: childEnv(env), stdio: ["ignore", "pipe", "ignore"], signal });
    child.on("error", () => {});
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.length <= maximumLine) this.known = afterWatchLine(this.known, line);
    }
  }
}

/** The environment for kubectl where a cluster answers that services may be read; undefined where none does. */
async function clusterEnvironment(): Promise<Readonly<Record<string, string | undefined>> | undefined> {
  if (Bun.which("kubectl") === null) return undefined;
  const found = process.env.KUBECONFIG ?? configurations.find((path) => existsSync(path));
  const env = found === undefined ? process.env : { ...process.env, KUBECONFIG: found };
  try {
    const { stdout } = await exec(["kubectl", "auth", "can-i", "get", "service"], { env, timeoutMs: retryMs });
    return stdout.trim() === "yes" ? env : undefined;
  } catch {
    return undefined;
  }
}
