import type { ListeningPort } from "../protocol.ts";

/**
 * The questions and answers of sock_diag(7), from linux/netlink.h, linux/sock_diag.h and linux/inet_diag.h. Numbers are
 * in the byte order of the machine, ports and addresses in that of the network.
 */

/** One of the kernel's tables of sockets. */
export interface SocketKind {
  readonly protocol: ListeningPort["protocol"];
  readonly family: 4 | 6;
}

const families = { 4: 2, 6: 10 } as const;
const protocols = { tcp: 6, udp: 17 } as const;
/** TCP_LISTEN, and TCP_CLOSE, as a socket of UDP without a peer is called. */
const listeningStates = { tcp: 10, udp: 7 } as const;

const headerBytes = 16;
const SOCK_DIAG_BY_FAMILY = 20;
const NLM_F_REQUEST_DUMP = 0x301;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** Of `struct inet_diag_msg`. */
const socketBytes = 72;

/** Asks for the sockets of one kind that listen, and for no others. */
export function dumpRequest({ protocol, family }: SocketKind, littleEndian: boolean): Uint8Array {
  const request = new Uint8Array(headerBytes + 56);
  const view = new DataView(request.buffer);
  view.setUint32(0, request.length, littleEndian);
  view.setUint16(4, SOCK_DIAG_BY_FAMILY, littleEndian);
  view.setUint16(6, NLM_F_REQUEST_DUMP, littleEndian);
  view.setUint8(headerBytes, families[family]);
  view.setUint8(headerBytes + 1, protocols[protocol]);
  view.setUint32(headerBytes + 4, 1 << listeningStates[protocol], littleEndian);
  return request;
}

/** What a listener is told apart by, within an answer: its port, that of no peer, and 16 bytes of address. */
export const endpointBytes = 20;

/**
 * Walks through what one read of the kernel's answer brought.
 * @param take told where in `answer` the endpoint of a socket begins
 * @returns whether there is more to read
 * @throws Error when the kernel refuses, or it is no answer
 */
export function takeAnswer(
  answer: DataView,
  length: number,
  littleEndian: boolean,
  take: (endpoint: number) => void,
): boolean {
  for (let at = 0; at < length; ) {
    const messageBytes = at + headerBytes <= length ? answer.getUint32(at, littleEndian) : 0;
    if (messageBytes < headerBytes || at + messageBytes > length) throw new Error("no answer of sock_diag");
    const type = answer.getUint16(at + 4, littleEndian);
    if (type === NLMSG_DONE) return false;
    if (type === NLMSG_ERROR) throw new Error("sock_diag refuses");
    if (messageBytes >= headerBytes + socketBytes) take(at + headerBytes + 4);
    // Messages begin at multiples of four.
    at += (messageBytes + 3) & ~3;
  }
  return true;
}
