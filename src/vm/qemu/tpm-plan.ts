import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { type ArgumentList, optionValue } from "./arguments.ts";
import type { QemuFacts } from "./facts.ts";
import { hostJoin, qemuFiles } from "./layout.ts";
import type { HelperPlan } from "./mounts-plan.ts";

/** A TPM 2.0, emulated by swtpm. @returns the process it takes */
export function addTpm(list: ArgumentList, facts: QemuFacts): readonly HelperPlan[] {
  if (!facts.config.tpm) return [];
  const device = tpmDevice(facts);
  if (facts.host.os === "windows") throw new UserError("TPM is not supported on Windows hosts (field `tpm`)");
  const { swtpm } = facts.helpers;
  if (swtpm === undefined) {
    throw new UserError("failed to find `swtpm` in $PATH (hint: install the package `swtpm`, or set `tpm: false`)");
  }
  const socket = hostJoin(facts.host.os, facts.instance.directory, qemuFiles.swtpmSock);
  const stateDirectory = hostJoin(facts.host.os, facts.instance.directory, qemuFiles.swtpmDirectory);
  list.add("-chardev", `socket,id=chrtpm,path=${optionValue(socket)}`);
  list.add("-tpmdev", "emulator,id=tpm0,chardev=chrtpm");
  list.add("-device", `${device},tpmdev=tpm0`);
  const state = ["--tpmstate", `dir=${stateDirectory}`, "--ctrl", `type=unixio,path=${socket}`];
  return [
    {
      name: "swtpm",
      argv: [swtpm, "socket", ...state, "--tpm2", "--terminate", "--log", "level=1"],
      socket,
      stateDirectory,
    },
  ];
}

function tpmDevice({ config }: QemuFacts): string {
  if (config.arch === "x86_64") return "tpm-crb";
  if (config.arch === "aarch64" || config.arch === "armv7l" || config.arch === "riscv64") return "tpm-tis-device";
  throw new UserError(`TPM is not supported for architecture ${quote(config.arch)}`);
}
