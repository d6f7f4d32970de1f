import { lstatSync, readFileSync } from "node:fs";
import { type CommandContext, defineCommand } from "../cli/command.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { exec } from "../lib/exec.ts";
import { readTextIfExistsSync } from "../lib/files.ts";
import { quote } from "../lib/quote.ts";
import { networksFile } from "../network/file.ts";
import { loadNetworks } from "../network/load.ts";
import type { Networks } from "../network/networks.ts";
import type { PathStat } from "../network/secure-path-plan.ts";
import { checkSudoers } from "../network/sudoers-plan.ts";
import { validateNetworksFile } from "../network/validate-plan.ts";
import { asRoot, sudoersText } from "../network/vmnet-plan.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: {
    name: "sudoers",
    description: "Print, or check, the sudoers file that the networks of macOS need",
    long: [
      "Print, or check, the sudoers file that the networks of macOS need",
      "",
      "Its content lets the daemons of networks.yaml run. With --check it is compared with FILE, by default `paths.sudoers` of networks.yaml.",
    ].join("\n"),
    examples: [
      "  limactl sudoers >etc_sudoers.d_lima",
      "  sudo install -o root etc_sudoers.d_lima /private/etc/sudoers.d/lima",
      "  limactl sudoers --check",
    ].join("\n"),
  },
  positionals: { usage: "[--check [SUDOERSFILE-TO-CHECK]]", max: 1 },
  args: { check: { type: "boolean", description: "Compare with the file that is in force" } },
  async run(context) {
    if (context.host.os !== "darwin") throw new UserError("sudoers command is only supported on macOS right now");
    const surroundings = instanceContext(context);
    const networks = loadNetworks(surroundings);
    validateNetworksFile(networks, { stat: lookAt, daemonGroup: daemonGroup() });
    const text = sudoersText(networks, lookAt(networks.paths.socketVMNet) !== undefined);
    const [given] = context.positionals;
    if (context.flags.check) {
      await check(context, given ?? configuredFile(networks, surroundings.limaHome), text);
    } else if (given === undefined) {
      context.stdout.write(text);
    } else {
      throw new UserError("the file argument can be specified only for --check mode");
    }
  },
});

function configuredFile({ paths }: Networks, limaHome: string): string {
  if (paths.sudoers !== "") return paths.sudoers;
  throw new UserError(`no sudoers file defined in ${quote(networksFile(limaHome))}`);
}

async function check(context: Pick<CommandContext, "stdout">, file: string, expected: string): Promise<void> {
  const text = readTextIfExistsSync(file);
  const passwordProblem = text === undefined ? await askSudo() : undefined;
  checkSudoers({ file, text, passwordProblem }, expected, process.argv0);
  context.stdout.write(`${quote(file)} is up-to-date (or sudo doesn't require a password)\n`);
}

/** Whether sudo runs without a password once its memory of an earlier one is gone. @returns what it complains about */
async function askSudo(): Promise<string | undefined> {
  try {
    await exec(["sudo", "-k"]);
    const asked = await exec(asRoot(["true"]));
    return asked.code === 0 ? undefined : `passwordLessSudo error: ${asked.stderr.trim()}`;
  } catch (error) {
    return `passwordLessSudo error: ${errorText(error)}`;
  }
}

function lookAt(path: string): PathStat | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const kind = stat.isSymbolicLink() ? "symlink" : stat.isDirectory() ? "directory" : "file";
  return { kind, uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o7777 };
}

/** The group `daemon`; 1 on every macOS. */
function daemonGroup(): number {
  const entry = /^daemon:[^:]*:(\d+):/m.exec(readFileSync("/etc/group", "utf8"));
  return entry === null ? 1 : Number(entry[1]);
}
