import { expect } from "bun:test";
import { encodeFrame, type Info } from "../../../src/guest/protocol.ts";
import type { HostSide } from "./host-side.ts";

/** Connects to a guest agent, whatever carries the bytes. */
export type Dial = () => Promise<HostSide>;

/** What every transport between host agent and guest agent must do, by behaviour. */
export const transportTable: readonly (readonly [name: string, check: (dial: Dial) => Promise<void>])[] = [
  [
    "a call is answered",
    async (dial) => {
      const host = await dial();
      host.call(1, { call: "info" });
      expect(Array.isArray((await host.json<Info>("reply", 1)).ports)).toBe(true);
      host.socket.destroy();
    },
  ],
  [
    "many bytes come back as they went",
    async (dial) => {
      const host = await dial();
      for (let n = 0; n < 4; n += 1) {
        const payload = crypto.getRandomValues(new Uint8Array(60_000));
        host.socket.write(encodeFrame({ kind: "ping", channel: n, payload }));
        const pong = await host.next((frame) => frame.kind === "pong");
        expect(pong.channel).toBe(n);
        expect(Buffer.compare(pong.payload, payload)).toBe(0);
      }
      host.socket.destroy();
    },
  ],
  [
    "a malformed frame ends the connection, and the next one is served",
    async (dial) => {
      const host = await dial();
      host.socket.write(Uint8Array.of(99, 0, 0, 0, 0, 0, 0, 0, 0));
      await host.untilEnded();
      host.socket.destroy();
      const next = await dial();
      next.call(1, { call: "info" });
      await next.json("reply", 1);
      next.socket.destroy();
    },
  ],
  [
    "a host that goes in the middle of a frame and comes back is served",
    async (dial) => {
      const host = await dial();
      host.socket.write(Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 3));
      host.socket.end();
      const next = await dial();
      next.call(7, { call: "syncTime", hostTimeMs: Date.now() });
      await next.json("reply", 7);
      next.socket.destroy();
    },
  ],
];
