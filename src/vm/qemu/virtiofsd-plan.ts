import { UserError } from "../../lib/errors.ts";
import type { Virtiofsd } from "./facts.ts";

/** Which virtiofsd says this about its version: the one in C names QEMU and its FUSE interface, Rust's its number alone. */
export function virtiofsdImplementation(version: string): Virtiofsd["implementation"] {
  return /QEMU Project|FUSE kernel interface/.test(version) ? "c" : "rust";
}

/**
 * The command that serves a directory at a socket.
 * @throws UserError when there is no virtiofsd that this user can run
 */
export function virtiofsdCommand(
  virtiofsd: Virtiofsd | undefined,
  socket: string,
  location: string,
): readonly string[] {
  if (virtiofsd === undefined) {
    throw new UserError("failed to locate virtiofsd (hint: install the package `virtiofsd`, or set `mountType: 9p`)");
  }
  const { path, implementation, usable } = virtiofsd;
  if (!usable) {
    throw new UserError(
      `failed to locate virtiofsd: ${path} is the one that came with QEMU up to 7.2 and runs for root only ` +
        "(hint: install the one in Rust, or set `mountType: reverse-sshfs`)",
    );
  }
  if (implementation === "rust") return [path, "--socket-path", socket, "--shared-dir", location];
  return [path, `--socket-path=${socket}`, "-o", `source=${fuseOptionValue(location)}`, "-f"];
}

/** libfuse's options are divided by commas. */
function fuseOptionValue(text: string): string {
  return text.replace(/[\\,]/g, "\\$&");
}
