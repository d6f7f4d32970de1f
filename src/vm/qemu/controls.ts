import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeBmp } from "../../lib/picture/bmp.ts";
import { encodePng } from "../../lib/picture/png.ts";
import { readPpm } from "../../lib/picture/ppm.ts";
import type { MachineControls } from "../driver.ts";
import { QmpClient, statusOf } from "./qmp.ts";

/** What a running QEMU is asked for by its monitor. */
export function qemuControls(qmpSocket: string): MachineControls {
  return {
    setVncPassword: async (password) => {
      using monitor = await QmpClient.connect(qmpSocket);
      await monitor.execute("change-vnc-password", { password });
    },
    vncPort: async () => {
      using monitor = await QmpClient.connect(qmpSocket);
      return portOf(await monitor.execute("query-vnc"));
    },
    screenshot: async (format) => {
      const picture = readPpm(await dump(qmpSocket));
      return format === "png" ? encodePng(picture) : encodeBmp(picture);
    },
    resumeAfterDiskError: async () => {
      using monitor = await QmpClient.connect(qmpSocket);
      // What QEMU does by default when the host has no room for a disk's file.
      if (statusOf(await monitor.execute("query-status")) !== "io-error") return false;
      await monitor.execute("cont");
      return true;
    },
  };
}

/** A pixmap is what every QEMU writes; PNG only those from 7.1 on that were built with it. */
async function dump(qmpSocket: string): Promise<Uint8Array> {
  const directory = mkdtempSync(join(tmpdir(), "lima-screenshot-"));
  try {
    using monitor = await QmpClient.connect(qmpSocket, { timeoutMs: 30_000 });
    const filename = join(directory, "screen.ppm");
    await monitor.execute("screendump", { filename });
    return readFileSync(filename);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** `service` of `query-vnc`: the TCP port as text. */
function portOf(answer: unknown): number {
  const service = typeof answer === "object" && answer !== null && "service" in answer ? Number(answer.service) : 0;
  if (!Number.isInteger(service) || service <= 0) throw new Error("QEMU's VNC server listens on no TCP port");
  return service;
}
