import { createServer, type Socket } from "node:net";

/** Programs to connect to; writes their ports as JSON, then a line for each thing that they see. */
const see = (name: string, what: string) => process.stdout.write(`${name} ${what}\n`);

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => serve(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** Says no word, and tells what is said. */
function mute(socket: Socket): void {
  see("mute", "open");
  socket.on("data", (bytes) => see("mute", bytes.toString()));
  socket.on("end", () => {
    see("mute", "end");
    socket.end();
  });
  socket.on("error", () => see("mute", "broken"));
}

const ports = {
  answer: await listen((socket) => {
    socket.end("hello");
    socket.resume();
    socket.on("data", () => setTimeout(() => socket.resetAndDestroy(), 5));
  }),
  mute: await listen(mute),

  echo: await listen((socket) => socket.pipe(socket)),
  breakOff: await listen((socket) => {
    see("breakOff", "open");
    socket.resetAndDestroy();
  }),
  answerAndBreakOff: await listen((socket) => socket.write("x", () => socket.resetAndDestroy())),
  discard: await listen((socket) => {
    setTimeout(() => socket.resume(), 50);
    socket.on("end", () => socket.end());
  }),
};
process.stdout.write(`${JSON.stringify(ports)}\n`);
