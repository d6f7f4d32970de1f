import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { GuestRefusal } from "../guest-agent/tunnel-stream.ts";

/**
 * Carries bytes between a connection of the host and one of the guest until both directions have ended. The end of one
 * direction is passed on by itself; when either connection is broken off, so is the other.
 * @param onError told what broke off the guest's connection
 */
export function relay(local: Socket, guest: Duplex, onError: (error: unknown) => void): void {
  local.on("error", (error) => guest.destroy(error));
  guest.on("error", (error) => {
    onError(error);
    if (!(error instanceof GuestRefusal)) local.resetAndDestroy();
  });
  // What a client said that has ended well still goes out, however late the guest's program takes it.
  local.once("close", () => {
    if (!local.readableEnded || !local.writableFinished) guest.destroy();
  });
  // What came before the end of the guest's connection still goes out.
  guest.once("close", () => local.destroySoon());
  local.pipe(guest);
  guest.pipe(local);
}
