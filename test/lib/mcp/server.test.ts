import { describe, expect, test } from "bun:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import * as fc from "fast-check";
import { McpServer } from "../../../src/lib/mcp/server.ts";
import { schemaProblem, type ToolDefinition } from "../../../src/lib/mcp/tool.ts";

const definition: ToolDefinition = {
  name: "double",
  description: "Says a text twice.",
  inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
  outputSchema: { type: "object", properties: { twice: { type: "string" } }, required: ["twice"] },
};

/** A server whose answers are collected; `wait` never ends by itself. */
function server(said: string[], cancelled: () => void = () => undefined) {
  return new McpServer({
    name: "lima",
    version: "1",
    write: (line) => said.push(line),
    tools: [
      {
        definition,
        call: async ({ text }) => {
          if (text === "fail") throw new Error("no such text");
          return { twice: `${text}${text}` };
        },
      },
      {
        definition: { ...definition, name: "wait" },
        call: (_args, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => {
              cancelled();
              reject(new Error("cancelled"));
            });
          }),
      },
    ],
  });
}

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

/** The answers to a session of whole lines. */
async function answers(...messages: readonly unknown[]): Promise<readonly unknown[]> {
  const said: string[] = [];
  const lines = messages.map((message) => `${typeof message === "string" ? message : JSON.stringify(message)}\n`);
  await server(said).serve(chunks(...lines));
  return said.map((line) => JSON.parse(line));
}

const request = (id: unknown, method: string, params?: unknown) => ({ jsonrpc: "2.0", id, method, params });
const call = (id: unknown, name: unknown, args?: unknown) => request(id, "tools/call", { name, arguments: args });

describe("a server", () => {
  test.each(["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])("speaks the version %s", async (version) => {
    expect(await answers(request(1, "initialize", { protocolVersion: version }))).toEqual([
      {
        jsonrpc: "2.0",
        id: 1,
        result: {
          protocolVersion: version,
          capabilities: { tools: {} },
          serverInfo: { name: "lima", version: "1" },
        },
      },
    ]);
  });

  test("offers the newest version to a client that asks for another", async () => {
    const [answer] = await answers(request("a", "initialize", { protocolVersion: "1999-01-01" }));
    expect(answer).toMatchObject({ id: "a", result: { protocolVersion: "2025-11-25" } });
  });

  test("lists its tools and calls them, without being told that the client is ready", async () => {
    const said = await answers(request(1, "tools/list"), call(2, "double", { text: "ab" }), request(3, "ping"));
    const byId = new Map(said.map((answer) => [(answer as { id: number }).id, answer]));
    expect(byId.get(1)).toMatchObject({ result: { tools: [definition, { name: "wait" }] } });
    expect(byId.get(2)).toMatchObject({
      result: { content: [{ type: "text", text: '{"twice":"abab"}' }], structuredContent: { twice: "abab" } },
    });
    expect(byId.get(3)).toMatchObject({ result: {} });
  });

  test("tells a tool's failure as a result", async () => {
    expect(await answers(call(1, "double", { text: "fail" }))).toEqual([
      { jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "no such text" }], isError: true } },
    ]);
  });

  const refused: readonly (readonly [unknown, unknown, number, string])[] = [
    ["{", null, -32700, "parse error: "],
    ["[]", null, -32600, "a message must be a JSON-RPC 2.0 object"],
    [{ id: 1, method: "ping" }, null, -32600, "a message must be a JSON-RPC 2.0 object"],
    [{ jsonrpc: "2.0", id: 1 }, null, -32600, "a request needs a method"],
    [request(1, "resources/list"), 1, -32601, "method not found: resources/list"],
    [call(1, "nope"), 1, -32602, 'unknown tool "nope"'],
    [call(1, undefined), 1, -32602, 'unknown tool ""'],
    [call(1, "double"), 1, -32602, 'invalid params: arguments: missing property "text"'],
    [call(1, "double", { text: 1 }), 1, -32602, "invalid params: arguments.text: a string is wanted"],
    [call(1, "double", []), 1, -32602, "invalid params: arguments: an object is wanted"],
  ];
  test.each(refused)("refuses %j", async (message, id, code, text) => {
    expect(await answers(message)).toEqual([
      { jsonrpc: "2.0", id, error: { code, message: expect.stringContaining(text) } },
    ] as never);
  });

  test("says nothing to notifications, answers and empty lines", async () => {
    const said = await answers(
      { jsonrpc: "2.0", method: "notifications/initialized" },
      { jsonrpc: "2.0", id: 9, result: {} },
      "",
    );
    expect(said).toEqual([]);
  });

  test("ends a call that the client cancels, and does not answer it", async () => {
    const said: string[] = [];
    let ended = 0;
    const lines = [
      call(7, "wait", { text: "" }),
      { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 7 } },
    ];
    await server(said, () => {
      ended += 1;
    }).serve(chunks(...lines.map((line) => `${JSON.stringify(line)}\n`)));
    expect([ended, said]).toEqual([1, []]);
  });

  test("puts lines together that come in pieces, and takes a last one without its end", async () => {
    const said: string[] = [];
    const text = `${JSON.stringify(call(1, "double", { text: "ü" }))}\n${JSON.stringify(request(2, "ping"))}`;
    const bytes = Buffer.from(text);
    const pieces = Array.from(bytes, (byte) => Buffer.of(byte).toString("latin1"));
    async function* byBytes(): AsyncGenerator<Uint8Array> {
      for (const piece of pieces) yield Buffer.from(piece, "latin1");
    }
    await server(said).serve(byBytes());
    expect(said.map((line) => JSON.parse(line).id).sort()).toEqual([1, 2]);
    expect(said.join("")).toContain("üü");
  });
});

test("whatever comes in, a server answers in messages of its protocol and goes on", async () => {
  const value = fc.json({ depthSize: "small" });
  const message = fc
    .record({ jsonrpc: fc.constant("2.0"), id: fc.jsonValue(), method: fc.string(), params: fc.jsonValue() })
    .map((fields) => JSON.stringify(fields));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.string(), value, message)), async (lines) => {
      const said = (await answers(...lines.map((line) => line.replaceAll("\n", " ")), request("end", "ping"))) as {
        readonly jsonrpc: string;
        readonly id: unknown;
      }[];
      expect(said.every(({ jsonrpc }) => jsonrpc === "2.0")).toBe(true);
      expect(said.filter(({ id }) => id === "end")).toHaveLength(1);
    }),
    { numRuns: 50 },
  );
});

test("the protocol's own client lists and calls the tools", async () => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const transport: Transport = {
    start: async () => undefined,
    send: async (message: JSONRPCMessage) => await writer.write(Buffer.from(`${JSON.stringify(message)}\n`)),
    close: async () => await writer.close(),
  };
  const mcp = new McpServer({
    name: "lima",
    version: "1",
    write: (line) => transport.onmessage?.(JSON.parse(line)),
    tools: [{ definition, call: async ({ text }) => ({ twice: `${text}${text}` }) }],
  });
  const served = mcp.serve(readable);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(transport);
  expect(client.getServerVersion()).toEqual({ name: "lima", version: "1" });
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["double"]);
  const result = await client.callTool({ name: "double", arguments: { text: "x" } });
  expect(result.structuredContent).toEqual({ twice: "xx" });
  await client.close();
  await served;
});

describe("a schema", () => {
  const list = { type: "array", items: { type: "integer" } } as const;
  test.each([
    [[1, 2], list, undefined],
    [[1, "2"], list, "arguments[1]: an integer is wanted"],
    ["x", list, "arguments: an array is wanted"],
    [true, { type: "boolean" }, undefined],
    [1, { type: "boolean" }, "arguments: a boolean is wanted"],
    [{ text: "a", more: 1 }, definition.inputSchema, undefined],
    [null, definition.inputSchema, "arguments: an object is wanted"],
  ] as const)("%j in %j: %s", (value, schema, problem) => {
    expect(schemaProblem(value, schema)).toBe(problem as never);
  });
});
