import { createServer } from "node:net";
import { errorCode, UserError } from "../lib/errors.ts";

/** What decides on which port of the loopback the guest's sshd is reached. */
export interface SshPortFacts {
  /** `ssh.localPort`; 0: any. */
  readonly configured: number;
  readonly instanceName: string;
  /** Version of Lima that made the instance; empty for those before 0.20. */
  readonly limaVersion: string;
}

/** The port of the instance named `default`, as it was until Lima 2.0. */
const oldDefaultPort = 60022;

/** The port that an instance must have; 0 when any free one will do. */
export function wantedSshPort(facts: SshPortFacts): number {
  if (facts.configured !== 0) return facts.configured;
  const major = Number(/^v?(\d+)\./.exec(facts.limaVersion)?.[1] ?? (facts.limaVersion === "" ? 0 : Number.NaN));
  return facts.instanceName === "default" && major < 2 ? oldDefaultPort : 0;
}

/**
 * Finds the port by listening on it for a moment.
 * @throws UserError when the wanted port is taken
 */
export async function chooseSshPort(facts: SshPortFacts): Promise<number> {
  const wanted = wantedSshPort(facts);
  const server = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", reject);
  server.listen(wanted, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : wanted;
    server.close(() => resolve(port));
  });
  try {
    return await promise;
  } catch (error) {
    const code = errorCode(error);
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const why = code === "EACCES" ? "this user may not listen on it" : "another program listens on it";
    throw new UserError(
      `cannot use port ${wanted} of 127.0.0.1 for ssh: ${why} (hint: change \`ssh.localPort\` of the instance, or set it to 0 for any free port)`,
      { cause: error },
    );
  }
}
