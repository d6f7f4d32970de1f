import type { Socket } from "node:net";
import type { ByteStream } from "./byte-stream.ts";

/** A connected socket as a stream of bytes. */
export function socketStream(socket: Socket): ByteStream {
  // Errors end the iteration of the chunks; without a listener they would end the process.
  socket.on("error", () => socket.destroy());
  return {
    chunks: socket,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) return reject(new Error("the connection is closed"));
        const closed = () => reject(new Error("the connection was closed"));
        socket.once("close", closed);
        socket.write(bytes, (error) => {
          socket.off("close", closed);
          if (error) reject(error);
          else resolve();
        });
      }),
    close: () => socket.destroy(),
  };
}
