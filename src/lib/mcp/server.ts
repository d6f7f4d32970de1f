/** The Model Context Protocol's part of a server that has tools: JSON-RPC 2.0, one message a line. */
import { errorText } from "../errors.ts";
import { schemaProblem, type ToolCall, type ToolDefinition } from "./tool.ts";

/** Versions of the protocol that are spoken, the newest first; tools look alike in all of them. */
const versions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const parseError = -32700;
const invalidRequest = -32600;
const methodNotFound = -32601;
const invalidParams = -32602;

/** Longest line that is read, in bytes: a file of 32 MiB, escaped. */
const longestLine = 256 * 1024 * 1024;

export interface McpServerOptions {
  readonly name: string;
  readonly version: string;
  readonly tools: readonly { readonly definition: ToolDefinition; readonly call: ToolCall }[];
  /** Writes one message with its line feed. */
  readonly write: (line: string) => void;
}

type Id = string | number;
type Params = Readonly<Record<string, unknown>>;

class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Answers the messages of one client. Requests run side by side; each can be cancelled by the client. */
export class McpServer {
  readonly #running = new Map<Id, { readonly abort: AbortController; readonly done: Promise<void> }>();

  constructor(private readonly options: McpServerOptions) {}

  /** Serves until the input ends and all that was asked is answered. */
  async serve(input: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const line of linesOf(input)) this.#take(line);
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #take(line: string): void {
    if (line.trim() === "") return;
    let message: unknown;
    try {
      message = JSON.parse(line);
    } catch (error) {
      this.#fail(null, new RpcError(parseError, `parse error: ${errorText(error)}`));
      return;
    }
    if (!isRecord(message) || message.jsonrpc !== "2.0") {
      this.#fail(null, new RpcError(invalidRequest, "a message must be a JSON-RPC 2.0 object"));
      return;
    }
    const { id, method } = message;
    const params = isRecord(message.params) ? message.params : {};
    if (typeof method !== "string") {
      // An answer to a request; this server makes none.
      if (!("result" in message || "error" in message)) {
        this.#fail(null, new RpcError(invalidRequest, "a request needs a method"));
      }
    } else if (typeof id === "string" || typeof id === "number") {
      this.#request(id, method, params);
    } else if (method === "notifications/cancelled") {
      const { requestId } = params;
      if (typeof requestId === "string" || typeof requestId === "number") this.#running.get(requestId)?.abort.abort();
    }
  }

  #request(id: Id, method: string, params: Params): void {
    const abort = new AbortController();
    const done = this.#answer(method, params, abort.signal).then(
      (result) => {
        this.#running.delete(id);
        if (!abort.signal.aborted) this.#send({ id, result });
      },
      (error: unknown) => {
        this.#running.delete(id);
        if (!abort.signal.aborted) this.#fail(id, error);
      },
    );
    this.#running.set(id, { abort, done });
  }

  async #answer(method: string, params: Params, signal: AbortSignal): Promise<unknown> {
    const { name, version, tools } = this.options;
    switch (method) {
      case "initialize": {
        const [newest] = versions;
        const asked = versions.find((each) => each === params.protocolVersion);
        return { protocolVersion: asked ?? newest, capabilities: { tools: {} }, serverInfo: { name, version } };
      }
      case "ping":
        return {};
      case "tools/list":
        return { tools: tools.map(({ definition }) => definition) };
      case "tools/call":
        return await this.#callTool(params, signal);
      default:
        throw new RpcError(methodNotFound, `method not found: ${method}`);
    }
  }

  async #callTool(params: Params, signal: AbortSignal): Promise<unknown> {
    const tool = this.options.tools.find(({ definition }) => definition.name === params.name);
    if (tool === undefined) throw new RpcError(invalidParams, `unknown tool ${JSON.stringify(params.name ?? "")}`);
    const args = params.arguments ?? {};
    const problem = schemaProblem(args, tool.definition.inputSchema);
    if (problem !== undefined) throw new RpcError(invalidParams, `invalid params: ${problem}`);
    try {
      const result = await tool.call(args as Params, signal);
      return { content: [{ type: "text", text: JSON.stringify(result) }], structuredContent: result };
    } catch (error) {
      return { content: [{ type: "text", text: errorText(error) }], isError: true };
    }
  }

  #fail(id: Id | null, error: unknown): void {
    const code = error instanceof RpcError ? error.code : -32603;
    this.#send({ id, error: { code, message: errorText(error) } });
  }

  #send(message: Readonly<Record<string, unknown>>): void {
    this.options.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Lines of UTF-8, each without its line feed; a last one that has none counts too. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    let rest = chunk;
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString();
      [parts, length] = [[], 0];
      rest = rest.subarray(end + 1);
    }
    parts.push(rest);
    length += rest.length;
    if (length > longestLine) throw new Error(`a message is longer than ${longestLine} bytes`);
  }
  if (length > 0) yield Buffer.concat(parts).toString();
}
