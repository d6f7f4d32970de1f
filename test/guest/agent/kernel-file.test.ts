import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KernelFile } from "../../../src/guest/agent/kernel-file.ts";
import { listeningLength } from "../../../src/guest/agent/proc-net.ts";

const header = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const row = (port: string, state: string) =>
  `   0: 0100007F:${port} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 123 1\n`;

/** Bytes that this process has read so far. */
function bytesRead(): number {
  return Number(/rchar: (\d+)/.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

test.skipIf(process.platform !== "linux")(
  "a table's connections, of which there may be thousands, are not read",
  () => {
    const directory = mkdtempSync(join(tmpdir(), "lk."));
    try {
      const path = join(directory, "tcp");
      const listeners = (count: number) =>
        header + Array.from({ length: count }, (_, at) => row((8000 + at).toString(16), "0A")).join("");
      const connections = row("1F90", "06").repeat(50_000);
      const file = new KernelFile(path, listeningLength);
      for (const count of [1, 200, 0]) {
        writeFileSync(path, listeners(count) + connections);
        const before = bytesRead();
        expect(file.refresh()).toBe(true);
        expect(bytesRead() - before).toBeLessThan(connections.length / 2);
        expect(file.text()).toBe(listeners(count));
        expect(file.refresh()).toBe(false);
      }
      writeFileSync(path, listeners(3));
      expect(file.refresh()).toBe(true);
      expect(file.text()).toBe(listeners(3));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
);
