/** Something QEMU said on its monitor (docs/interop/qmp-spec). */
export type QmpMessage =
  | { readonly kind: "greeting" }
  | { readonly kind: "result"; readonly id: number | undefined; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number | undefined; readonly class: string; readonly description: string }
  | { readonly kind: "event"; readonly name: string; readonly data: unknown };

/** The other side does not speak QMP. */
export class QmpProtocolError extends Error {
  override readonly name = "QmpProtocolError";
}

/** The longest line that is waited for; QEMU's own are far shorter. */
const maximumLineBytes = 16 * 1024 * 1024;

/** Cuts a stream of bytes into QMP messages, one JSON object a line. */
export class QmpReader {
  #parts: Uint8Array[] = [];
  #length = 0;

  /** Takes the next bytes and returns the messages they complete. @throws QmpProtocolError */
  push(bytes: Uint8Array): readonly QmpMessage[] {
    const messages: QmpMessage[] = [];
    let rest = bytes;
    for (;;) {
      const end = rest.indexOf(0x0a);
      if (end < 0) break;
      this.#keep(rest.subarray(0, end));
      const line = Buffer.concat(this.#parts, this.#length).toString("utf8").trim();
      this.#parts = [];
      this.#length = 0;
      if (line !== "") messages.push(parseQmpLine(line));
      rest = rest.subarray(end + 1);
    }
    this.#keep(rest);
    return messages;
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > maximumLineBytes) throw new QmpProtocolError("QMP: a line is too long");
    // The network layer may use its buffer again, so what stays is copied.
    if (bytes.length > 0) this.#parts.push(bytes.slice());
  }
}

/** Reads one line. @throws QmpProtocolError when it is no QMP message */
export function parseQmpLine(line: string): QmpMessage {
  const value = parseObject(line);
  const id = typeof value.id === "number" ? value.id : undefined;
  if ("QMP" in value) return { kind: "greeting" };
  if (typeof value.event === "string") return { kind: "event", name: value.event, data: value.data };
  if ("return" in value) return { kind: "result", id, value: value.return };
  if (typeof value.error === "object" && value.error !== null) {
    const error = value.error as Readonly<Record<string, unknown>>;
    return { kind: "error", id, class: textOf(error.class), description: textOf(error.desc) };
  }
  throw new QmpProtocolError(`QMP: unexpected message: ${line.slice(0, 200)}`);
}

function parseObject(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Readonly<Record<string, unknown>>;
    }
  } catch {
    // told below
  }
  throw new QmpProtocolError(`QMP: not a JSON object: ${line.slice(0, 200)}`);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
