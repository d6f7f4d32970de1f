import { describe, expect, test } from "bun:test";
import { decode } from "dns-packet";
import { localReply, outsideReply, planStep, type Step, usable } from "../../../src/hostagent/dns/answer-plan.ts";
import { chainEnd, makeZone, ownNames } from "../../../src/hostagent/dns/zone-plan.ts";
import { makeQuery, makeReply, type Question, readQuery } from "../../../src/lib/dns/message.ts";

const zone = makeZone(
  {
    "Four.example": "192.0.2.4",
    "six.example.": "2001:DB8::6",
    "alias.example": "FOUR.example",
    "second.example": "alias.example",
    "away.example": "www.example.org",
    "host.docker.internal": "host.lima.internal",
    "one.example": "two.example",
    "two.example": "three.example",
    "three.example": "two.example",
    "self.example": "self.example",
    "host.lima.internal": "10.9.9.9",
    "lima-x": "elsewhere.example",
  },
  ownNames("lima-x", { gateway: "192.168.5.2", guest: "192.168.5.15" }),
);

test.each([
  ["second.example", "four.example."],
  ["away.example", "www.example.org."],
  ["one.example", "two.example."],
  ["self.example", "self.example."],
  ["other.example", "other.example."],
])("the aliases of %s lead to %s", (name, end) => {
  expect(chainEnd(zone, name)).toBe(end);
});

const answer = (...records: { type: string; data: string }[]): Step => ({ kind: "answer", records: records as never });
const find = (name: string, type: string, alias = false): Step => ({
  kind: "find",
  question: { name, type: type as Question["type"] },
  alias,
});

test.each<[string, string, Step]>([
  ["four.EXAMPLE", "A", answer({ type: "A", data: "192.0.2.4" })],
  ["four.example", "AAAA", answer()],
  ["six.example", "AAAA", answer({ type: "AAAA", data: "2001:db8::6" })],
  ["six.example", "A", answer()],
  ["second.example", "A", answer({ type: "A", data: "192.0.2.4" })],
  ["host.docker.internal", "A", answer({ type: "A", data: "192.168.5.2" })],
  ["host.lima.internal", "A", answer({ type: "A", data: "192.168.5.2" })],
  ["Lima-X", "A", answer({ type: "A", data: "192.168.5.15" })],
  ["away.example", "A", find("www.example.org.", "A", true)],
  ["self.example", "A", find("self.example", "A")],
  ["www.four.example", "A", find("www.four.example", "A")],
  ["example", "A", find("example", "A")],
  ["Other.example", "AAAA", find("Other.example", "AAAA")],
  ["second.example", "CNAME", answer({ type: "CNAME", data: "four.example." })],
  ["four.example", "CNAME", answer()],
  ["away.example", "CNAME", find("www.example.org.", "CNAME", true)],
  ["four.example", "MX", find("four.example", "MX")],
  ["www.example", "TXT", find("www.example", "TXT")],
  ["example", "NS", find("example", "NS")],
  ["_x._tcp.example", "SRV", find("_x._tcp.example", "SRV")],
  ["4.2.0.192.in-addr.arpa", "PTR", find("4.2.0.192.in-addr.arpa", "PTR")],
  ["www.example", "HINFO", { kind: "relay" }],
])("%s %s", (name, type, step) => {
  expect(planStep({ zone, ipv6: true }, { name, type: type as Question["type"] })).toEqual(step);
});

test("without ipv6 no name has IPv6 addresses", () => {
  for (const name of ["six.example", "www.example.org"])
    expect(planStep({ zone, ipv6: false }, { name, type: "AAAA" })).toEqual(answer());
});

function query(name: string, type: Question["type"]) {
  const received = readQuery(makeQuery(1, { name, type }));
  if (received.kind !== "query") throw new Error(received.kind);
  return received.query;
}

describe("an answer from outside", () => {
  const reply = (rcode: number) => makeReply(query("www.example", "A"), rcode, [], 60);
  const none = { name: "www.example", type: "CNAME" } as const;

  test("is used when it has records, or an alias's target exists", () => {
    const found = [{ type: "A", data: "192.0.2.9" }] as const;
    const step = (name: string, type: Question["type"], alias: boolean) =>
      ({ kind: "find", question: { name, type }, alias }) as const;
    expect(usable(step("www.example", "A", false), found, undefined)).toEqual(found);
    expect(usable(step("www.example", "A", true), [], reply(0))).toBeUndefined();
    expect(usable(step("www.example", "CNAME", false), [], reply(0))).toBeUndefined();
    expect(usable(step("www.example", "CNAME", true), [], reply(3))).toBeUndefined();
    expect(usable(step("www.example", "CNAME", true), [], reply(0))).toEqual(
      [{ ...none, data: "www.example" }].map(({ type, data }) => ({ type, data })),
    );
  });

  test.each<[string, number | undefined, string]>([
    ["www.example", 0, "NOERROR"],
    ["www.example", 3, "NXDOMAIN"],
    ["www.example", 2, "SERVFAIL"],
    ["www.example", 5, "REFUSED"],
    ["www.example", undefined, "SERVFAIL"],
    ["four.example", 3, "NOERROR"],
    ["four.example", undefined, "NOERROR"],
    ["four.example", 2, "SERVFAIL"],
    ["away.example", 3, "NOERROR"],
  ])("for %s of code %p is told as %s", (name, rcode, told) => {
    const asked = query(name, "MX");
    const said = rcode === undefined ? undefined : makeReply(asked, rcode, [], 60);
    expect(decode(outsideReply(zone, asked, said, false))).toMatchObject({ id: 1, rcode: told });
  });

  test("a name that the host has is not told as missing, a failure stays one", () => {
    const asked = query("www.example", "AAAA");
    const told = (rcode: number) => decode(outsideReply(zone, asked, makeReply(asked, rcode, [], 60), true));
    expect([told(3), told(2)]).toMatchObject([{ rcode: "NOERROR" }, { rcode: "SERVFAIL" }]);
  });
});

test("answers may be kept for five seconds", () => {
  const reply = localReply(query("Four.example", "A"), [{ question: 0, record: { type: "A", data: "192.0.2.4" } }]);
  expect(decode(reply).answers).toMatchObject([{ name: "Four.example", ttl: 5, data: "192.0.2.4" }]);
});
