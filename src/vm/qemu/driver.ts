import { join } from "node:path";
import type { Driver, DriverContext, EndOrphanOptions, Machine, StartOptions } from "../driver.ts";
import { attachQemu, qemuAnswers } from "./attach.ts";
import { findQemu } from "./binary.ts";
import { configureQemu } from "./configure-plan.ts";
import { gatherQemu } from "./gather.ts";
import { qemuFiles } from "./layout.ts";
import { planQemu } from "./plan.ts";
import { startQemu } from "./start.ts";
import { endableProcess, killAndWait, powerDown } from "./stop.ts";
import { removeTraces } from "./traces.ts";

const sshAddress = "127.0.0.1";

/** Machines by QEMU's system emulators. */
export const qemuDriver: Driver = {
  vmType: "qemu",
  imageFormats: ["qcow2", "raw", "vmdk", "vhdx"],
  sshAddress,
  guestAgent: { vsockPort: 0, virtioPort: "io.lima-vm.guest_agent.0", socket: qemuFiles.guestAgentVirtioSock },
  configure: configureQemu,
  check,
  start,
  answers: qemuAnswers,
  attach: attachQemu,
  endOrphan,
};

async function check({ config, host }: DriverContext): Promise<void> {
  await findQemu(config.arch, host);
}

async function start(options: StartOptions): Promise<Machine> {
  const { host, instance, log } = options;
  const plan = planQemu(await gatherQemu({ ...options, sshAddress }));
  for (const warning of plan.warnings) log.warn(warning);
  log.debug(`QEMU command line: ${JSON.stringify(plan.argv)}`);
  const logs = join(instance.directory, "serial*.log");
  log.info(`Starting QEMU (hint: to watch the boot progress, see ${JSON.stringify(logs)})`);
  return await startQemu(plan, {
    env: host.env,
    log,
    ssh: { address: sshAddress, port: options.sshLocalPort },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}

async function endOrphan(options: EndOrphanOptions): Promise<void> {
  const { graceful, instance, onStep } = options;
  const qemu = endableProcess(options.process);
  const qmpSocket = join(instance.directory, qemuFiles.qmpSock);
  if (graceful) await powerDown(qemu, { ...options, qmpSocket, onAbort: "leave" });
  else await killAndWait(qemu, onStep);
  removeTraces(instance.directory, options.process.pid);
}
