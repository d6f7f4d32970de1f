import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { ChildExit } from "../lib/errors.ts";
import { childEnv } from "../lib/exec.ts";
import type { HostOs } from "../lib/host.ts";
import { sshArguments } from "../store/ssh-plan.ts";
import type { InstanceContext } from "./context.ts";
import type { Configured } from "./reach.ts";
import { sshAccess } from "./shell.ts";

/**
 * Opens a SOCKS proxy into a guest; ssh goes on in the background.
 * @param port of 127.0.0.1; 0 for a free one
 * @returns the port
 * @throws ChildExit with ssh's code when it cannot be opened
 */
export async function openTunnel(
  context: InstanceContext,
  { instance, config }: Configured,
  port: number,
): Promise<number> {
  const { program, options } = await sshAccess(context, instance.dir, config);
  const chosen = port === 0 ? await freePort() : port;
  const proxy = ["-q", "-f", "-N", "-D", `127.0.0.1:${chosen}`];
  const [ssh = "ssh", ...rest] = program.command;
  const words = [...rest, ...sshArguments(options), ...proxy, "-p", String(instance.sshLocalPort), instance.sshAddress];
  await new Promise<void>((settle, reject) => {
    const child = spawn(ssh, words, { stdio: ["ignore", 2, 2], env: childEnv(context.host.env) });
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? settle() : reject(new ChildExit(code ?? 255))));
  });
  return chosen;
}

/** What to tell people of an open proxy. */
export function tunnelAdvice(os: HostOs, hostname: string, port: number): string {
  const address = `The instance can be connected from the host as <http://${hostname}.internal> via a web browser.\n`;
  const settings = (place: string) =>
    `Open ${place}, and set the following SOCKS proxy:\n\n- Server: 127.0.0.1\n- Port: ${port}\n`;
  if (os === "darwin") return `${settings("the proxy settings of the network in System Settings")}${address}`;
  if (os === "windows") return `${settings("the proxy page of the network settings")}${address}`;
  return `Set \`ALL_PROXY=socks5h://127.0.0.1:${port}\`, etc.\n${address}`;
}

function freePort(): Promise<number> {
  return new Promise((settle, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => settle(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
