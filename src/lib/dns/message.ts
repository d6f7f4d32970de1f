import { decode, encode, type MxData, type RecordType, type SrvData } from "dns-packet";

/** A question as it was asked. */
export interface Question {
  /** As asked, case kept, without a final dot; `.` is the root. */
  readonly name: string;
  readonly type: RecordType;
}

/** Data of a record, by its type; TXT is a list of strings of at most 255 bytes. */
export type RecordData =
  | { readonly type: "A" | "AAAA" | "CNAME" | "NS" | "PTR"; readonly data: string }
  | { readonly type: "MX"; readonly data: MxData }
  | { readonly type: "SRV"; readonly data: SrvData }
  | { readonly type: "TXT"; readonly data: Buffer[] };

/** A query that can be answered. */
export interface Query {
  readonly packet: Buffer;
  /** 0 is a common query. */
  readonly opcode: number;
  readonly questions: readonly Question[];
  /** Whether it has EDNS(0). */
  readonly edns: boolean;
}

/** What a packet that was received is. */
export type Received =
  | { readonly kind: "query"; readonly query: Query }
  /** Answered with a format error. */
  | { readonly kind: "malformed"; readonly reply: Buffer }
  /** Not answered: too short to be, or itself an answer. */
  | { readonly kind: "noise" };

const headerBytes = 12;
const flag = { response: 0x8000, truncated: 0x0200, recursionDesired: 0x0100, recursionAvailable: 0x0080 } as const;
const opcodeMask = 0x7800;
const checkingDisabled = 0x0010;

/** Response codes of RFC 1035. */
export const rcodes = { noError: 0, formatError: 1, serverFailure: 2, nameError: 3, refused: 5 } as const;

/** Reads what a client sent; never throws. */
export function readQuery(packet: Buffer): Received {
  if (packet.length < headerBytes || isResponse(packet)) return { kind: "noise" };
  try {
    const { questions, additionals } = decode(packet);
    const known = (questions ?? []).map(({ name, type }) => ({ name, type }));
    if (known.length === 0) return { kind: "malformed", reply: formatError(packet) };
    const edns = (additionals ?? []).some(({ type }) => type === "OPT");
    return {
      kind: "query",
      query: { packet, opcode: (packet.readUInt16BE(2) & opcodeMask) >> 11, questions: known, edns },
    };
  } catch {
    return { kind: "malformed", reply: formatError(packet) };
  }
}

function formatError(packet: Buffer): Buffer {
  const reply = Buffer.alloc(headerBytes);
  packet.copy(reply, 0, 0, 2);
  reply.writeUInt16BE(replyFlags(packet, rcodes.formatError), 2);
  return reply;
}

/** A question of our own for a name server. @param id a number that cannot be guessed */
export function makeQuery(id: number, { name, type }: Question): Buffer {
  return encode({
    type: "query",
    id,
    flags: flag.recursionDesired,
    questions: [{ name, type, class: "IN" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
}

/** An answer's owner, by the position of its question among those of the query. */
export interface Answer {
  readonly question: number;
  readonly record: RecordData;
}

/**
 * The reply of this server: the question section as it came, byte by byte, and answers whose owners are pointers to it.
 * @param ttlSeconds how long the answers may be kept
 */
export function makeReply(query: Query, rcode: number, answers: readonly Answer[], ttlSeconds: number): Buffer {
  const { packet } = query;
  const questions = questionOffsets(packet);
  const head = Buffer.from(packet.subarray(0, questions.at(-1)));
  head.writeUInt16BE(replyFlags(packet, rcode), 2);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt16BE(0, 8);
  head.writeUInt16BE(query.edns ? 1 : 0, 10);
  const parts = answers.flatMap(({ question, record }) => [
    owner(questions[question] ?? headerBytes),
    recordTail(record, ttlSeconds),
  ]);
  return Buffer.concat([head, ...parts, ...(query.edns ? [ownEdns] : [])]);
}

/** EDNS(0) of a server that takes 1232 bytes: root, OPT, size, no flags, no options (RFC 6891 6.1.2). */
const ownEdns = Buffer.from([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);

function owner(offset: number): Buffer {
  const pointer = Buffer.alloc(2);
  pointer.writeUInt16BE(0xc000 | offset);
  return pointer;
}

/** A record without its owner. @throws Error when the data cannot be written */
function recordTail(record: RecordData, ttl: number): Buffer {
  const whole = encode({ type: "response", answers: [{ ...record, name: ".", ttl, class: "IN" }] });
  return whole.subarray(headerBytes + 1);
}

function replyFlags(packet: Buffer, rcode: number): number {
  const asked = packet.readUInt16BE(2) & (opcodeMask | flag.recursionDesired | checkingDisabled);
  return flag.response | asked | flag.recursionAvailable | rcode;
}

/** Where each question begins, and at last where the section ends. @throws RangeError when the packet ends before */
export function questionOffsets(packet: Buffer): readonly number[] {
  const offsets = [headerBytes];
  for (let left = packet.readUInt16BE(4); left > 0; left -= 1) offsets.push(afterName(packet, offsets.at(-1) ?? 0) + 4);
  if ((offsets.at(-1) ?? 0) > packet.length) throw new RangeError("the packet ends in a question");
  return offsets;
}

/** Where a name ends that begins at an offset. @throws RangeError when the packet ends before */
export function afterName(packet: Buffer, offset: number): number {
  for (let at = offset; ; ) {
    const length = packet.readUInt8(at);
    if (length >= 0xc0) return at + 2;
    at += 1 + length;
    if (length === 0) return at;
  }
}

/** Whether a packet is an answer. */
function isResponse(packet: Buffer): boolean {
  return (packet.readUInt16BE(2) & flag.response) !== 0;
}

/** Whether a reply is the beginning of a longer one, to be asked for over TCP. */
export function isTruncated(reply: Buffer): boolean {
  return (reply.readUInt16BE(2) & flag.truncated) !== 0;
}

/** The response code of a reply, without what EDNS adds to it. */
export function rcodeOf(reply: Buffer): number {
  return reply.readUInt16BE(2) & 0x000f;
}

/** Whether a packet is the reply to a query: same number, same questions, the case of letters aside. */
export function answers(query: Buffer, packet: Buffer): boolean {
  if (packet.length < headerBytes || !isResponse(packet) || packet.readUInt16BE(0) !== query.readUInt16BE(0))
    return false;
  try {
    const end = questionOffsets(query).at(-1) ?? headerBytes;
    // a server that could not read the question repeats none
    if (packet.readUInt16BE(4) === 0) return rcodeOf(packet) !== rcodes.noError;
    return (
      sameLetters(query.subarray(4, 6), packet.subarray(4, 6)) &&
      sameLetters(query.subarray(headerBytes, end), packet.subarray(headerBytes, end))
    );
  } catch {
    return false;
  }
}

function sameLetters(one: Buffer, other: Buffer): boolean {
  return one.toString("latin1").toLowerCase() === other.toString("latin1").toLowerCase();
}

/** The records of a reply that have a type, with the names that lead to them passed over; none when it cannot be read. */
export function recordsOf(reply: Buffer, type: RecordType): readonly RecordData[] {
  try {
    return (decode(reply).answers ?? []).flatMap((answer) => (answer.type === type ? (toRecord(answer) ?? []) : []));
  } catch {
    return [];
  }
}

function toRecord(answer: NonNullable<ReturnType<typeof decode>["answers"]>[number]): RecordData | undefined {
  switch (answer.type) {
    case "A":
    case "AAAA":
    case "CNAME":
    case "NS":
    case "PTR":
      return { type: answer.type, data: answer.data };
    case "MX":
      return { type: "MX", data: answer.data };
    case "SRV":
      return { type: "SRV", data: answer.data };
    case "TXT":
      return { type: "TXT", data: splitText(answer.data) };
    default:
      return undefined;
  }
}

/** A text as strings of at most 255 bytes. */
function splitText(data: string | Buffer | (string | Buffer)[]): Buffer[] {
  const parts = Array.isArray(data) ? data : [data];
  const text = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  const strings: Buffer[] = [];
  for (let at = 0; at === 0 || at < text.length; at += 255) strings.push(text.subarray(at, at + 255));
  return strings;
}
