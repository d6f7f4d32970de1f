import { expect, test } from "bun:test";
import fc from "fast-check";
import { portsChange, uniquePorts } from "../../../src/guest/agent/ports-plan.ts";
import { PortReader } from "../../../src/guest/agent/ports-read.ts";
import { listeningLength, parseProcNet } from "../../../src/guest/agent/proc-net.ts";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 123 1\n`;

test.each([
  ["IPv4 loopback", "0100007F:1F90", "127.0.0.1", 8080],
  ["IPv4 wildcard", "00000000:0016", "0.0.0.0", 22],
  ["IPv6 wildcard", "00000000000000000000000000000000:0050", "::", 80],
  ["IPv6 loopback", "00000000000000000000000001000000:0050", "::1", 80],
  ["IPv4 mapped into IPv6", "0000000000000000FFFF00000100007F:0050", "127.0.0.1", 80],
  ["IPv6 with a run of zeros inside", "B80D0120000000000000000001000000:0050", "2001:db8::1", 80],
])("%s", (_, local, ip, port) => {
  expect(parseProcNet(header + row(local, "0A"), "tcp")).toEqual([{ protocol: "tcp", ip, port }]);
});

test("big-endian machines print the words as they are", () => {
  expect(parseProcNet(row("7F000001:1F90", "0A"), "tcp", false)).toEqual([
    { protocol: "tcp", ip: "127.0.0.1", port: 8080 },
  ]);
});

test("only sockets that wait for others count", () => {
  expect(parseProcNet(header + row("0100007F:1F90", "01"), "tcp")).toEqual([]);
  expect(parseProcNet(header + row("0100007F:1F90", "07"), "udp")).toHaveLength(1);
  expect(parseProcNet(header + row("0100007F:1F90", "01"), "udp")).toEqual([]);
  expect(parseProcNet("", "tcp")).toEqual([]);
  expect(parseProcNet("0: garbage 0 0A\n0: XX:1 0 0A\n", "tcp")).toEqual([]);
});

test("of a table of TCP the listeners matter, and no connection behind them", () => {
  const listening = header + row("0100007F:1F90", "0A") + row("00000000000000000000000001000000:0050", "0A");
  const length = (text: string, cut = 0) => listeningLength(Buffer.from(text), text.length - cut);
  expect(length(listening + row("0100007F:1F90", "01"))).toBe(listening.length);
  expect(length(listening)).toBe(listening.length);
  expect(length(header + row("0100007F:1F90", "01"))).toBe(header.length);
  expect(length(header)).toBe(header.length);
  expect(length("")).toBe(0);
  // old bytes behind those that were read
  expect(length(listening, row("00000000000000000000000001000000:0050", "0A").length)).toBe(
    listening.length - row("00000000000000000000000001000000:0050", "0A").length,
  );
});

test("the length of what matters is within the table, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(20), (text, cut) => {
      const bytes = Buffer.from(text);
      const length = Math.max(0, bytes.length - cut);
      const found = listeningLength(bytes, length);
      expect(found).toBeGreaterThanOrEqual(0);
      expect(found).toBeLessThanOrEqual(length);
    }),
  );
});

test("a listener that takes another's place is seen at the next look", async () => {
  const reader = new PortReader();
  const ports = () => reader.read().map(({ port }) => port);
  const first = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  expect(ports()).toContain(first.port);
  const before = reader.read();
  expect(reader.read()).toBe(before);
  first.stop(true);
  const second = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  expect(ports()).toContain(second.port);
  expect(ports()).not.toContain(first.port);
  second.stop(true);
});

const tcp = (port: number) => ({ protocol: "tcp" as const, ip: "0.0.0.0", port });

test("a port shared by several sockets is one port", () => {
  expect(uniquePorts([tcp(2), tcp(1), tcp(2)])).toEqual([tcp(2), tcp(1)]);
});

test("what came and what went", () => {
  expect(portsChange([tcp(1), tcp(2)], [tcp(3), tcp(2)])).toEqual({ added: [tcp(3)], removed: [tcp(1)] });
  expect(portsChange([tcp(1)], [tcp(1)])).toEqual({ added: [], removed: [] });
});
