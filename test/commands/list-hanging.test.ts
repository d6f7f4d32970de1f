import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { World } from "../support/limactl.ts";
import { createStopped } from "../support/records.ts";

const count = 20;

/** A socket that takes connections and never answers. */
async function silentSocket(path: string): Promise<Server> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

test("list asks all host agents at once, gives up on each after 200 ms, and runs neither ssh nor anything else", async () => {
  await using world = new World();
  await createStopped(world, "vm0");
  const servers: Server[] = [];
  const agents: Bun.Subprocess[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = `vm${index}`;
    if (index > 0) {
      mkdirSync(world.file(name, ""));
      writeFileSync(world.file(name, "lima.yaml"), await Bun.file(world.file("vm0", "lima.yaml")).text());
    }
    // A process that passes for the host agent of the instance: its last words are `hostagent NAME`.
    const agent = Bun.spawn(["sh", "-c", "read _", "hostagent", name], { stdin: "pipe", stdout: "ignore" });
    agents.push(agent);
    writeFileSync(world.file(name, "ha.pid"), `${agent.pid}\n`);
    writeFileSync(world.file(name, "qemu.pid"), `${agent.pid}\n`);
    servers.push(await silentSocket(world.file(name, "ha.sock")));
  }
  const trap = join(world.root, "trap");
  mkdirSync(trap);
  for (const program of ["ssh", "scp", "curl", "qemu-system-x86_64", "qemu-img"]) {
    writeFileSync(join(trap, program), `#!/bin/sh\ntouch ${trap}/sprung\n`);
    chmodSync(join(trap, program), 0o755);
  }
  await world.limactl(["list"]);
  const start = performance.now();
  const run = await world.limactl(["list", "--json"], { env: { PATH: `${trap}:${world.env.PATH}` } });
  const took = performance.now() - start;
  for (const server of servers) server.close();
  for (const agent of agents) agent.kill();
  const listed = run.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(listed.map(({ status }) => status)).toEqual(Array.from({ length: count }, () => "Broken"));
  expect(listed[7].errors[0]).toStartWith(`failed to get Info from \`${world.file(listed[7].name, "ha.sock")}\`: `);
  expect(existsSync(join(trap, "sprung"))).toBe(false);
  // One after the other they would take four seconds; half of that leaves a slow machine room.
  expect(took).toBeLessThan((count * 200) / 2);
}, 60_000);
