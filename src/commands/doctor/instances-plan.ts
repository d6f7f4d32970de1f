import { unixPathMax } from "../../config/host-path.ts";
import { quote } from "../../lib/quote.ts";
import { formatSize } from "../../lib/sizes.ts";
import type { DoctorFacts, InstanceState } from "./facts.ts";
import { blocking, type Finding, ok, warning } from "./finding.ts";

/** What ssh makes while it connects; the longest name of a socket in an instance's directory. */
export const longestSocket = "ssh.sock.1234567890123456";

/** Judges the instances that there are, and what is left of those that there were. */
export function judgeInstances(facts: DoctorFacts): readonly Finding[] {
  const found = [
    ...judgePathLength(facts),
    ...facts.instances.flatMap((instance) => judgeInstance(instance, facts)),
    ...judgeSharedPorts(facts.instances),
    ...judgeParts(facts.staleParts),
  ];
  const count = facts.instances.length;
  if (found.length > 0 || count === 0) return found;
  return [ok("instances", `${count} without problems`)];
}

function judgePathLength({ limaHome, os }: DoctorFacts): readonly Finding[] {
  const room = unixPathMax(os) - 1 - Buffer.byteLength(`${limaHome}//${longestSocket}`);
  if (room >= "default".length) return [];
  const text = `LIMA_HOME (${limaHome}) is so long that names of instances may have ${Math.max(room, 0)} characters at most`;
  return [blocking("socket paths", text, "set LIMA_HOME to a shorter path")];
}

function judgeInstance(instance: InstanceState, facts: DoctorFacts): readonly Finding[] {
  const { name, status, errors } = instance;
  const subject = `instance ${name}`;
  const maximum = unixPathMax(facts.os);
  const found: Finding[] = [];
  if (!instance.loaded) {
    const remedy = `run \`limactl edit ${name}\` to mend its lima.yaml, or \`limactl delete ${name}\``;
    found.push(blocking(subject, errors.join("; ") || "its lima.yaml cannot be loaded", remedy));
  } else if (status === "Broken" && instance.orphans.length === 0) {
    const remedy = `run \`limactl stop --force ${name}\`, then \`limactl start ${name}\``;
    found.push(warning(subject, `is Broken: ${errors.join("; ") || "only a part of it runs"}`, remedy));
  }
  if (instance.orphans.length > 0) {
    const text = `its virtual machine runs without a host agent (pid ${instance.orphans.join(", ")})`;
    found.push(
      warning(subject, text, `run \`limactl start ${name}\`, which takes it over, or \`limactl stop ${name}\``),
    );
  }
  if (instance.socketPathBytes >= maximum) {
    const text = `its socket paths have ${instance.socketPathBytes} characters, and must have less than ${maximum}`;
    found.push(blocking(subject, text, `run \`limactl rename ${name}\` to a shorter name, or move LIMA_HOME`));
  }
  if (instance.memoryBytes > facts.memoryBytes) {
    const text = `wants ${formatSize(instance.memoryBytes)} of memory, more than this host has (${formatSize(facts.memoryBytes)})`;
    found.push(warning(subject, text, `run \`limactl edit --memory\` with less for ${quote(name)}`));
  }
  for (const { field, address, port, taken } of instance.ports) {
    if (taken === undefined) continue;
    const text = `cannot have port ${port} of ${address} (${field}): ${taken}`;
    found.push(
      blocking(subject, text, `end the program that listens there, or change the port (\`limactl edit ${name}\`)`),
    );
  }
  if (instance.staleFiles.length > 0) {
    const text = `has files of a run that has ended: ${instance.staleFiles.join(", ")}`;
    found.push(warning(subject, text, `run \`limactl stop --force ${name}\`, which removes them; a start does, too`));
  }
  return found;
}

/** Two instances that want the same port cannot run at the same time. */
function judgeSharedPorts(instances: readonly InstanceState[]): readonly Finding[] {
  const users = new Map<string, string[]>();
  for (const { name, ports } of instances) {
    for (const { address, port } of ports) {
      const key = `port ${port} of ${address}`;
      users.set(key, [...(users.get(key) ?? []), name]);
    }
  }
  return [...users]
    .filter(([, names]) => new Set(names).size > 1)
    .map(([port, names]) =>
      warning(
        "ports",
        `${[...new Set(names)].map(quote).join(" and ")} want ${port}, so only one of them can run`,
        `change it in one of them (\`limactl edit ${names.at(-1)}\`)`,
      ),
    );
}

function judgeParts(parts: readonly string[]): readonly Finding[] {
  if (parts.length === 0) return [];
  const text = `parts of instances whose creation was ended: ${parts.join(", ")}`;
  return [warning("stale files", text, `run \`rm -r ${parts.join(" ")}\``)];
}
