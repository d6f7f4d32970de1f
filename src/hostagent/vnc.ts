import { randomInt } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../lib/files.ts";
import type { Logger } from "../lib/log.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { Machine } from "../vm/driver.ts";
import type { Health, Service } from "./service.ts";
import { parseVncDisplay, vncDisplayOf, vncPassword, vncPortOf } from "./vnc-plan.ts";

export interface VncOptions {
  readonly directory: string;
  /** `video.vnc.display`. */
  readonly display: string;
  readonly machine: Pick<Machine, "setVncPassword" | "vncPort">;
  readonly logger: Logger;
}

/** The password of the machine's VNC server, and the two files by which people and programs find both. */
export class Vnc implements Service {
  readonly name = "VNC";
  readonly tellsTroubles = true;
  private state: Health = { kind: "failed", reason: "no password was set yet" };

  constructor(private readonly options: VncOptions) {}

  /** Sets a password; one that an earlier host agent set stays. @throws Error of the driver */
  async start(): Promise<void> {
    const { directory, display, machine, logger } = this.options;
    const [displayFile, passwordFile] = this.files();
    if (!existsSync(passwordFile) || !existsSync(displayFile)) {
      const password = vncPassword((below) => randomInt(below));
      await machine.setVncPassword(password);
      writeFileAtomic(passwordFile, password, 0o600);
      const wanted = parseVncDisplay(display);
      const port = wanted?.searches === true ? await machine.vncPort() : undefined;
      writeFileAtomic(displayFile, wanted === undefined ? display : vncDisplayOf(wanted, port), 0o600);
      const place = wanted === undefined ? display : `${wanted.host}:${vncPortOf(wanted, port)}`;
      logger.info(`VNC server running at ${place} <vnc://${place}>`);
    } else logger.debug(`VNC: the password in ${quote(join(directory, instanceFiles.vncPassword))} still holds`);
    logger.info(`VNC Display: ${quote(displayFile)}`);
    logger.info(`VNC Password: ${quote(passwordFile)}`);
    this.state = { kind: "well" };
  }

  async stop(): Promise<void> {
    for (const file of this.files()) rmSync(file, { force: true });
  }

  health(): Health {
    return this.state;
  }

  private files(): readonly [string, string] {
    const { directory } = this.options;
    return [join(directory, instanceFiles.vncDisplay), join(directory, instanceFiles.vncPassword)];
  }
}
