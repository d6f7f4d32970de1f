import { connect } from "node:net";

/** Reads to the end. @returns how many bytes came */
export function drain(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let count = 0;
    Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data(_socket, bytes) {
          count += bytes.length;
        },
        close: () => resolve(count),
      },
    }).catch(reject);
  });
}

/** Writes so many bytes, and waits until the other end has taken all and closes. */
export function pour(port: number, bytes: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    const piece = Buffer.alloc(262_144);
    let left = bytes;
    const send = () => {
      while (left > 0) {
        const size = Math.min(left, piece.length);
        left -= size;
        if (!socket.write(piece.subarray(0, size))) return void socket.once("drain", send);
      }
      socket.end();
    };
    socket.once("connect", send);
    socket.once("error", reject);
    socket.resume();
    socket.once("end", () => resolve());
  });
}

/** Sends a byte and waits for the first of the answer. */
export function echo(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        open: (socket) => void socket.write("x"),
        data: (socket) => {
          socket.end();
          resolve();
        },
      },
    }).catch(reject);
  });
}

/** Waits until a connection through this port is answered, or stays open. */
export async function reachable(port: number): Promise<void> {
  for (let n = 0; n < 600; n += 1) {
    if (await isOpen(port)) return;
    await Bun.sleep(100);
  }
  throw new Error(`nothing answers on port ${port}`);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", () => resolve(false));
    socket.once("close", () => resolve(false));
    socket.once("data", () => resolve(true));
    setTimeout(() => {
      resolve(!socket.destroyed);
      socket.destroy();
    }, 1000);
  });
}
