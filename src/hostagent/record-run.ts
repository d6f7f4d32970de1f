import { limaYamlSha256 } from "../store/attach.ts";
import { bootId, processIdentity } from "../store/process.ts";
import { writeState } from "../store/state.ts";
import type { DnsPorts } from "./dns/dns-server.ts";
import type { Running } from "./running.ts";

/**
 * Records the processes of the run, which are so known again also when their numbers have been given out anew, and what
 * another host agent must know to take the machine over.
 */
export function recordRun(
  directory: string,
  { machine, instanceId, endpoint }: Running,
  dnsPorts: DnsPorts | undefined,
): void {
  const hostAgent = processIdentity(process.pid);
  const driver = processIdentity(machine.pid);
  const sha256 = limaYamlSha256(directory);
  writeState(directory, {
    bootId: bootId(),
    ...(hostAgent === undefined ? {} : { hostAgent }),
    ...(driver === undefined ? {} : { driver }),
    helpers: machine.helperPids.flatMap((pid) => processIdentity(pid) ?? []),
    ...(sha256 === undefined
      ? {}
      : {
          run: {
            instanceId,
            sshLocalPort: endpoint.port,
            limaYamlSha256: sha256,
            ...(dnsPorts === undefined ? {} : { dnsPorts }),
          },
        }),
  });
}
