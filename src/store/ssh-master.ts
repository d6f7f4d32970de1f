import { createConnection } from "node:net";

/** Whether a control master answers on its socket; one that ended leaves nothing there, or a dead socket. */
export async function isServed(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection(socketPath);
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  const served = await promise;
  socket.destroy();
  return served;
}

/** Waits until no control master answers any more, which ends by itself when its connection is cut, or for so long. */
export async function waitForMasterEnd(socketPath: string, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline && (await isServed(socketPath))) await Bun.sleep(10);
}
