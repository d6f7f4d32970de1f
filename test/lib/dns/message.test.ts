import { describe, expect, test } from "bun:test";
import { type Answer, decode, encode } from "dns-packet";
import fc from "fast-check";
import { Framing, framed } from "../../../src/lib/dns/framing.ts";
import { answers, makeQuery, makeReply, readQuery, recordsOf } from "../../../src/lib/dns/message.ts";
import { truncate } from "../../../src/lib/dns/truncate.ts";

function queryOf(packet: Buffer) {
  const received = readQuery(packet);
  if (received.kind !== "query") throw new Error(`not a query: ${received.kind}`);
  return received.query;
}

const question = { name: "wWw.ExamPle.com", type: "A" } as const;
const packet = makeQuery(4711, question);

describe("a query", () => {
  test("is read with its questions, their case kept", () => {
    expect(queryOf(packet)).toEqual({ packet, opcode: 0, questions: [question], edns: true });
  });

  test("that is none is answered with a format error, or not at all", () => {
    expect(readQuery(Buffer.alloc(11)).kind).toBe("noise");
    expect(readQuery(encode({ type: "response", id: 1, questions: [question] })).kind).toBe("noise");
    for (const broken of [packet.subarray(0, 20), encode({ type: "query", id: 4711 })]) {
      const received = readQuery(Buffer.from(broken));
      if (received.kind !== "malformed") throw new Error(received.kind);
      expect(decode(received.reply)).toMatchObject({ id: broken.readUInt16BE(0), type: "response", rcode: "FORMERR" });
    }
  });

  test("of any bytes is read or refused, never more", () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array)),
      fc.tuple(fc.nat({ max: packet.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
        const copy = Buffer.from(packet);
        copy[at] = byte;
        return copy;
      }),
      fc.nat({ max: packet.length }).map((length) => Buffer.from(packet.subarray(0, length))),
    );
    fc.assert(
      fc.property(bytes, (each) => {
        const received = readQuery(each);
        if (received.kind === "query") {
          const reply = makeReply(received.query, 0, [{ question: 0, record: { type: "A", data: "192.0.2.1" } }], 5);
          expect(truncate(reply, 512).length).toBeLessThanOrEqual(512);
        }
        expect(truncate(Buffer.concat([each, Buffer.alloc(600)]), 512).length).toBeLessThanOrEqual(512);
        expect([true, false]).toContain(answers(packet, each));
        expect(Array.isArray(recordsOf(each, "A"))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a reply", () => {
  test("repeats the question as it was asked, and has any kind of record", () => {
    const records = [
      { type: "A", data: "192.0.2.1" },
      { type: "AAAA", data: "2001:db8::1" },
      { type: "CNAME", data: "other.example" },
      { type: "MX", data: { preference: 10, exchange: "mail.example" } },
      { type: "SRV", data: { port: 80, weight: 1, priority: 2, target: "www.example" } },
      { type: "TXT", data: [Buffer.from("one"), Buffer.from("two")] },
    ] as const;
    const reply = makeReply(
      queryOf(packet),
      0,
      records.map((record) => ({ question: 0, record: { ...record, data: record.data as never } })),
      5,
    );
    const read = decode(reply);
    expect(read).toMatchObject({
      id: 4711,
      type: "response",
      flag_rd: true,
      flag_ra: true,
      rcode: "NOERROR",
      questions: [question],
    });
    expect(read.answers).toMatchObject(records.map((record) => ({ ...record, name: question.name, ttl: 5 })));
    expect(read.additionals).toMatchObject([{ type: "OPT", udpPayloadSize: 1232 }]);
    expect(reply.toString("latin1").split("ExamPle")).toHaveLength(2);
  });

  test("belongs to the query with its number and its question alone", () => {
    const reply = makeReply(queryOf(packet), 0, [], 5);
    expect(answers(packet, reply)).toBe(true);
    expect(
      answers(
        packet,
        makeReply(queryOf(makeQuery(4711, { ...question, name: question.name.toLowerCase() })), 0, [], 5),
      ),
    ).toBe(true);
    for (const other of [
      makeQuery(4712, question),
      makeQuery(4711, { ...question, type: "AAAA" }),
      makeQuery(4711, { ...question, name: "example.com" }),
    ])
      expect(answers(packet, makeReply(queryOf(other), 0, [], 5))).toBe(false);
    expect(answers(packet, packet)).toBe(false);
  });

  test("that is longer than a packet is cut at a record, and says so", () => {
    const records = Array.from({ length: 60 }, (_, index) => ({
      question: 0,
      record: { type: "A", data: `192.0.2.${index}` } as const,
    }));
    const whole = makeReply(queryOf(packet), 0, records, 5);
    expect(truncate(whole, whole.length)).toBe(whole);
    const cut = truncate(whole, 512);
    const read = decode(cut);
    expect(read).toMatchObject({ flag_tc: true, questions: [question], additionals: [] });
    expect(read.answers).toHaveLength(29);
    expect(cut.length).toBeGreaterThan(480);
    expect(cut.length).toBeLessThanOrEqual(512);
  });

  test("has its texts as strings of at most 255 bytes", () => {
    const text = Buffer.from("x".repeat(600));
    const answer: Answer = {
      type: "TXT",
      name: "t.example",
      data: [text.subarray(0, 200), text.subarray(200, 400), text.subarray(400)],
    };
    const reply = encode({ type: "response", questions: [], answers: [answer] });
    const [record] = recordsOf(reply, "TXT");
    expect(record?.type === "TXT" ? record.data.map(({ length }) => length) : []).toEqual([255, 255, 90]);
  });
});

test("messages on a stream are found however it is divided", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      (messages, step) => {
        const stream = Buffer.concat(messages.map((message) => framed(Buffer.from(message))));
        const framing = new Framing();
        const found: Buffer[] = [];
        for (let at = 0; at < stream.length; at += step) found.push(...framing.take(stream.subarray(at, at + step)));
        expect(found.map((each) => [...each])).toEqual(messages.map((each) => [...each]));
      },
    ),
  );
});
