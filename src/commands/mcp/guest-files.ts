import { readFileSync } from "node:fs";
import { posix } from "node:path";
import type { Client, FileEntryWithStats, SFTPWrapper } from "ssh2";
import { errorText, UserError } from "../../lib/errors.ts";
import { isPattern, patternRegExp } from "./paths-plan.ts";

/** How the guest is reached. */
export interface GuestAccess {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Path of the private key. */
  readonly identityFile: string;
}

type Callback<T> = (error: Error | null | undefined, value: T) => void;

/** Files of a guest by SFTP, over one connection that is made when it is first needed, and anew after it was cut. */
export class GuestFiles implements Disposable {
  #client: Client | undefined;
  #sftp: Promise<SFTPWrapper> | undefined;

  constructor(private readonly access: GuestAccess) {}

  async list(path: string): Promise<readonly FileEntryWithStats[]> {
    const found = await this.#ask<FileEntryWithStats[]>((sftp, done) => sftp.readdir(path, done));
    return found
      .filter(({ filename }) => filename !== "." && filename !== "..")
      .sort((a, b) => (a.filename < b.filename ? -1 : 1));
  }

  /** The first bytes of a file. */
  async read(path: string, limit: number): Promise<Buffer> {
    const handle = await this.#ask<Buffer>((sftp, done) => sftp.open(path, "r", done));
    try {
      const parts: Buffer[] = [];
      let length = 0;
      while (length < limit) {
        const part = Buffer.alloc(Math.min(64 * 1024, limit - length));
        const count = await this.#readPart(handle, part, length);
        if (count === 0) break;
        parts.push(part.subarray(0, count));
        length += count;
      }
      return Buffer.concat(parts);
    } finally {
      await this.#ask<void>((sftp, done) => sftp.close(handle, (error) => done(error, undefined)));
    }
  }

  async #readPart(handle: Buffer, part: Buffer, position: number): Promise<number> {
    try {
      return await this.#ask<number>((sftp, done) => sftp.read(handle, part, 0, part.length, position, done));
    } catch (error) {
      if (error instanceof SftpError && error.status === statusCodes.endOfFile) return 0;
      throw error;
    }
  }

  /** Writes a whole file; missing directories above it are made. */
  async write(path: string, content: string): Promise<void> {
    await this.#makeDirectory(posix.dirname(path));
    await this.#ask<void>((sftp, done) => sftp.writeFile(path, content, (error) => done(error, undefined)));
  }

  async #makeDirectory(path: string): Promise<void> {
    if (path === "/" || (await this.#exists(path))) return;
    await this.#makeDirectory(posix.dirname(path));
    await this.#ask<void>((sftp, done) => sftp.mkdir(path, (error) => done(error, undefined)));
  }

  async #exists(path: string): Promise<boolean> {
    try {
      await this.#ask<unknown>((sftp, done) => sftp.lstat(path, done));
      return true;
    } catch (error) {
      if (error instanceof SftpError) return false;
      throw error;
    }
  }

  /** Absolute paths that match a pattern, sorted; directories that cannot be read hold nothing. */
  async glob(pattern: string): Promise<readonly string[]> {
    for (const part of pattern.split("/")) patternRegExp(part);
    let found = ["/"];
    for (const part of pattern.split("/").filter((each) => each !== "")) {
      const next = await Promise.all(found.map((directory) => this.#matching(directory, part)));
      found = next.flat();
    }
    return found;
  }

  async #matching(directory: string, part: string): Promise<readonly string[]> {
    if (!isPattern(part)) {
      const path = posix.join(directory, part);
      return (await this.#exists(path)) ? [path] : [];
    }
    const wanted = patternRegExp(part);
    try {
      const names = (await this.list(directory)).map(({ filename }) => filename);
      return names.filter((name) => wanted.test(name)).map((name) => posix.join(directory, name));
    } catch (error) {
      if (error instanceof SftpError) return [];
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#client?.destroy();
  }

  async #ask<T>(act: (sftp: SFTPWrapper, done: Callback<T>) => void): Promise<T> {
    this.#sftp ??= this.#connect();
    const sftp = await this.#sftp;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const client = this.#client;
    const onClose = () => reject(new UserError("the ssh connection to the guest was cut"));
    client?.once("close", onClose);
    try {
      act(sftp, (error, value) => (error ? reject(sftpError(error)) : resolve(value)));
      return await promise;
    } finally {
      client?.removeListener("close", onClose);
    }
  }

  async #connect(): Promise<SFTPWrapper> {
    const { Client } = await import("ssh2");
    const { address, port, user, identityFile } = this.access;
    const client = new Client();
    client.setMaxListeners(0);
    this.#client = client;
    const { promise, resolve, reject } = Promise.withResolvers<SFTPWrapper>();
    const failed = (error: Error) => reject(new UserError(`cannot reach the guest by ssh: ${errorText(error)}`));
    client.once("ready", () => client.sftp((error, sftp) => (error ? failed(error) : resolve(sftp))));
    client.on("error", failed);
    client.once("close", () => {
      if (this.#client === client) this.#sftp = undefined;
      failed(new Error("the connection was closed"));
    });
    client.connect({
      host: address,
      port,
      username: user,
      privateKey: readFileSync(identityFile),
      authHandler: ["publickey"],
      // The port on the loopback leads to the very machine that was started.
      hostVerifier: () => true,
      readyTimeout: 60_000,
      keepaliveInterval: 15_000,
    });
    try {
      return await promise;
    } catch (error) {
      this.#sftp = undefined;
      client.destroy();
      throw error;
    }
  }
}

/** Status codes of SFTP version 3. */
const statusCodes = { endOfFile: 1, noSuchFile: 2, permissionDenied: 3 } as const;

/** A failure that the guest's sftp-server told. */
class SftpError extends UserError {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

function sftpError(error: Error): Error {
  const status = "code" in error ? error.code : undefined;
  if (status === statusCodes.noSuchFile) return new SftpError("file does not exist", status);
  if (status === statusCodes.permissionDenied) return new SftpError("permission denied", status);
  return typeof status === "number" ? new SftpError(`sftp: ${JSON.stringify(error.message)}`, status) : error;
}
