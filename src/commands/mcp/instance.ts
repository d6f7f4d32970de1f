import { UserError } from "../../lib/errors.ts";
import { describeExit, exec } from "../../lib/exec.ts";
import type { Host } from "../../lib/host.ts";
import { quote } from "../../lib/quote.ts";
import type { GuestAccess } from "./guest-files.ts";

/** An instance as `limactl list --json` tells it. */
export interface ListedInstance {
  readonly status: string;
  readonly hasMounts: boolean;
  readonly access: GuestAccess;
}

/**
 * Asks limactl about an instance.
 * @throws UserError with what it said when there is none
 */
export async function listedInstance(limactl: readonly string[], name: string, host: Host): Promise<ListedInstance> {
  const result = await exec([...limactl, "list", "--json", name], { env: host.env, cwd: host.cwd });
  if (result.code !== 0) {
    const said = `stdout=${quote(result.stdout)}, stderr=${quote(result.stderr)}`;
    throw new UserError(`failed to run [${limactl.join(" ")} list --json ${name}]: ${said}: ${describeExit(result)}`);
  }
  const record = fields(JSON.parse(result.stdout));
  const config = fields(record.config);
  const user = fields(config.user).name;
  return {
    status: String(record.status ?? ""),
    hasMounts: Array.isArray(config.mounts) && config.mounts.length > 0,
    access: {
      address: String(record.sshAddress ?? "127.0.0.1"),
      port: Number(record.sshLocalPort ?? 0),
      user: typeof user === "string" ? user : host.user.name,
      identityFile: String(record.IdentityFile ?? ""),
    },
  };
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
