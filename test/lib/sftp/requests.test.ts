import { expect, test } from "bun:test";
import fc from "fast-check";
import { readMessage } from "../../../src/lib/sftp/requests.ts";
import { BadMessage, field } from "../../../src/lib/sftp/wire.ts";

const message = (type: number, ...fields: readonly Buffer[]) => Buffer.concat([field.byte(type), ...fields]);
const id = field.uint32(7);

test.each<[string, Buffer, object]>([
  ["init", message(1, field.uint32(3)), { kind: "init" }],
  [
    "open, with attributes",
    message(3, id, field.text("/a"), field.uint32(26), field.uint32(4), field.uint32(0o100644)),
    { id: 7, request: { kind: "open", path: "/a", flags: 26, attributes: { mode: 0o644 } } },
  ],
  [
    "read",
    message(5, id, field.text("h"), field.uint64(2 ** 40), field.uint32(9)),
    { request: { kind: "read", handle: "h", offset: 2 ** 40, length: 9 } },
  ],
  [
    "write",
    message(6, id, field.text("h"), field.uint64(1), field.text("data")),
    { request: { kind: "write", offset: 1, data: Buffer.from("data") } },
  ],
  [
    "setstat, with all there is",
    message(
      ...([9, id, field.text("/ä")] as const),
      field.uint32(0x8000000f),
      field.uint64(5),
      ...[1, 2, 0o600, 10, 20, 1].map(field.uint32),
      field.text("x"),
      field.text("y"),
    ),
    {
      request: {
        path: "/ä",
        attributes: { size: 5, owner: { uid: 1, gid: 2 }, mode: 0o600, times: { access: 10, change: 20 } },
      },
    },
  ],
  [
    "symlink, target first",
    message(20, id, field.text("t"), field.text("/l")),
    { request: { kind: "symlink", target: "t", path: "/l" } },
  ],
  [
    "an extension",
    message(200, id, field.text("posix-rename@openssh.com"), field.text("/a"), field.text("/b")),
    { request: { kind: "posix-rename", from: "/a", to: "/b" } },
  ],
  ["an extension that is not known", message(200, id, field.text("x@y")), { request: { kind: "unknown" } }],
  ["a type that is not known", message(99, id), { request: { kind: "unknown" } }],
])("%s", (_, bytes, expected) => {
  expect(readMessage(bytes)).toMatchObject(expected);
});

test("any bytes are a message or refused as none", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 100 }), (bytes) => {
      try {
        readMessage(Buffer.from(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(BadMessage);
      }
    }),
    { numRuns: 3000 },
  );
});
