import { expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { endFollows } from "../../../src/guest/agent/end-follows.ts";

/** A connected descriptor of which nothing is read, and its peer. */
async function pair() {
  const came = Promise.withResolvers<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => came.resolve(socket.on("error", () => undefined)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const near = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    allowHalfOpen: true,
    socket: { data() {}, error() {} },
  });
  near.pause();
  return {
    peer: await came.promise,
    fd: (near as unknown as { readonly fd: number }).fd,
    [Symbol.dispose]() {
      near.terminate();
      server.close();
    },
  };
}

const moment = () => Bun.sleep(50);

test("the end is not there while the peer may say more", async () => {
  using run = await pair();
  await moment();
  expect(endFollows(run.fd)).toBe(false);
});

test("the end follows when the peer has ended and all was read", async () => {
  using run = await pair();
  run.peer.end();
  await moment();
  expect(endFollows(run.fd)).toBe(true);
});

test("the end does not follow while there are bytes before it", async () => {
  using run = await pair();
  run.peer.end("bytes");
  await moment();
  expect(endFollows(run.fd)).toBe(false);
});

test("a connection that was broken off has not ended well", async () => {
  using run = await pair();
  run.peer.resetAndDestroy();
  await moment();
  expect(endFollows(run.fd)).toBe(false);
});
