import {
  type Answer,
  makeReply,
  type Query,
  type Question,
  type RecordData,
  rcodeOf,
  rcodes,
} from "../../lib/dns/message.ts";
import { chainEnd, isOwn, qualified, type Zone } from "./zone-plan.ts";

/** What is known of names without asking anybody. */
export interface Rules {
  readonly zone: Zone;
  /** Whether IPv6 addresses are told. */
  readonly ipv6: boolean;
}

/** How a question is answered. */
export type Step =
  /** From here: the records, or that there are none. */
  | { readonly kind: "answer"; readonly records: readonly RecordData[] }
  /** By what the host finds for a name, which is the one asked for unless an alias led elsewhere. */
  | { readonly kind: "find"; readonly question: Question; readonly alias: boolean }
  /** By a name server alone. */
  | { readonly kind: "relay" };

/** Seconds for which answers may be kept: the host's network may change at any time. */
const ttlSeconds = 5;

/** Decides who answers a question. */
export function planStep({ zone, ipv6 }: Rules, question: Question): Step {
  const { name, type } = question;
  switch (type) {
    case "A":
    case "AAAA": {
      if (type === "AAAA" && !ipv6) return { kind: "answer", records: [] };
      const end = chainEnd(zone, name);
      const address = zone.addresses.get(end);
      if (address === undefined) return find(question, end);
      // an address of the other family is all that the name has: what the outside says of it is not wanted
      const fits = address.includes(":") === (type === "AAAA");
      return { kind: "answer", records: fits ? [{ type, data: address }] : [] };
    }
    case "CNAME": {
      const end = chainEnd(zone, name);
      if (!zone.addresses.has(end)) return find(question, end);
      return { kind: "answer", records: end === qualified(name) ? [] : [{ type, data: end }] };
    }
    case "TXT":
    case "NS":
    case "MX":
    case "SRV":
    case "PTR":
      return { kind: "find", question, alias: false };
    default:
      return { kind: "relay" };
  }
}

function find(question: Question, end: string): Step {
  const alias = end !== qualified(question.name);
  return { kind: "find", question: alias ? { ...question, name: end } : question, alias };
}

/**
 * What an answer from outside comes to.
 * @param reply what a name server said to the question, if one did
 * @returns the records to answer with; undefined when they do not answer it
 */
export function usable(
  step: Step & { readonly kind: "find" },
  records: readonly RecordData[],
  reply: Buffer | undefined,
): readonly RecordData[] | undefined {
  if (records.length > 0) return records;
  const { name, type } = step.question;
  // the alias's target exists, and is no alias itself
  const exists = reply !== undefined && rcodeOf(reply) === rcodes.noError;
  return step.alias && type === "CNAME" && exists ? [{ type, data: name }] : undefined;
}

/** The reply from here. One question that is answered makes the whole reply local. */
export function localReply(query: Query, answers: readonly Answer[]): Buffer {
  return makeReply(query, rcodes.noError, answers, ttlSeconds);
}

/**
 * The reply when nothing from here answers: the name server's, with this exception: a name of the zone does exist, and one
 * of which this host has an address of the other family, so that it has no such record is all that may be said; some
 * resolvers (musl's) take a name for missing when one of two questions says so. Without a word from any name server that is
 * told as such.
 * @param exists whether the host has something of the name
 */
export function outsideReply(zone: Zone, query: Query, reply: Buffer | undefined, exists: boolean): Buffer {
  const own = exists || query.questions.some(({ name }) => isOwn(zone, name));
  if (own && (reply === undefined || rcodeOf(reply) === rcodes.nameError)) return localReply(query, []);
  return reply ?? makeReply(query, rcodes.serverFailure, [], ttlSeconds);
}
