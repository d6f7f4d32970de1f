import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Carries bytes between a connection of the host and one of the guest until both directions have ended. The end of one
 * direction is passed on by itself; when either connection is gone, so is the other.
 */
export function relay(local: Socket, guest: Duplex): void {
  // An error is followed by `close`.
  local.on("error", () => undefined);
  guest.on("error", () => undefined);
  local.once("close", () => guest.destroy());
  // What came before the end of the guest's connection still goes out.
  guest.once("close", () => local.destroySoon());
  local.pipe(guest);
  guest.pipe(local);
}
