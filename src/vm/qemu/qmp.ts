import type { Socket } from "bun";
import { errorText } from "../../lib/errors.ts";
import { type QmpMessage, QmpReader } from "./qmp-messages.ts";

export interface QmpOptions {
  /** For the connection with its greeting, and for each command's answer. @default 5000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Told of QEMU's asynchronous events. @default they are dropped */
  readonly onEvent?: (name: string, data: unknown) => void;
}

/** QEMU refused a command. */
export class QmpCommandError extends Error {
  override readonly name = "QmpCommandError";

  /** @param errorClass QMP's error class, such as `CommandNotFound` */
  constructor(
    readonly command: string,
    readonly errorClass: string,
    description: string,
  ) {
    super(`QMP command ${command} failed: ${description}`);
  }
}

interface Waiting {
  readonly resolve: (message: QmpMessage) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to QEMU's monitor. QEMU serves one at a time, so it is held only as long as it is needed. */
export class QmpClient implements Disposable {
  readonly #options: QmpOptions;
  readonly #reader = new QmpReader();
  #socket: Socket | undefined;
  #waiting: Waiting | undefined;
  #failure: Error | undefined;
  #lastId = 0;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(options: QmpOptions) {
    this.#options = options;
  }

  /** Connects to the monitor socket and leaves its negotiation mode. */
  static async connect(path: string, options: QmpOptions = {}): Promise<QmpClient> {
    const client = new QmpClient(options);
    try {
      const greeting = client.#next("greeting", () => {});
      const connecting = client.#open(path);
      // Whichever fails first is the failure; the other must not be an unhandled one.
      await Promise.all([connecting, greeting]);
      await client.execute("qmp_capabilities");
      return client;
    } catch (error) {
      client.close();
      throw new Error(`failed to connect to QMP ${path}: ${errorText(error)}`, { cause: error });
    }
  }

  /** Runs a command and returns what it returned. Commands called at the same time run one after the other. */
  execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const run = this.#tail.then(() => this.#run(command, args));
    this.#tail = run.catch(() => {});
    return run;
  }

  close(): void {
    this.#fail(new Error("QMP connection closed"));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #open(path: string): Promise<void> {
    const socket = await Bun.connect({
      unix: path,
      socket: {
        data: (_socket, bytes) => this.#receive(bytes),
        error: (_socket, error) => this.#fail(error),
        end: () => this.#fail(new Error("QEMU closed the QMP connection")),
        close: () => this.#fail(new Error("QEMU closed the QMP connection")),
      },
    });
    if (this.#failure !== undefined) socket.end();
    this.#socket = socket;
  }

  async #run(command: string, args: Readonly<Record<string, unknown>> | undefined): Promise<unknown> {
    this.#lastId += 1;
    const request = { execute: command, ...(args === undefined ? {} : { arguments: args }), id: this.#lastId };
    const answer = await this.#next(command, () => this.#socket?.write(`${JSON.stringify(request)}\n`));
    if (answer.kind === "error") throw new QmpCommandError(command, answer.class, answer.description);
    return answer.kind === "result" ? answer.value : undefined;
  }

  /** The next message that is no event. A late one would be taken for the next command's, so the limit ends the connection. */
  #next(what: string, send: () => void): Promise<QmpMessage> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { signal, timeoutMs = 5000 } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<QmpMessage>();
    this.#waiting = { resolve, reject };
    const abort = (): void => this.#fail(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    const timer = setTimeout(() => this.#fail(new Error(`no answer to ${what} within ${timeoutMs} ms`)), timeoutMs);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
    else send();
    return promise.finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    });
  }

  #receive(bytes: Uint8Array): void {
    try {
      for (const message of this.#reader.push(bytes)) {
        if (message.kind === "event") this.#options.onEvent?.(message.name, message.data);
        else this.#answer(message);
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #answer(message: QmpMessage): void {
    const waiting = this.#waiting;
    if (waiting === undefined) throw new Error("QMP: an answer nobody asked for");
    this.#waiting = undefined;
    waiting.resolve(message);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.reject(this.#failure);
    this.#socket?.end();
  }
}

/** `status` of an answer to `query-status`; empty when it has none. */
export function statusOf(answer: unknown): string {
  return typeof answer === "object" && answer !== null && "status" in answer ? String(answer.status) : "";
}
