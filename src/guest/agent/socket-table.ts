import { endianness } from "node:os";
import { ipOfBytes } from "../../lib/ip-address.ts";
import type { ListeningPort } from "../protocol.ts";
import { dumpRequest, endpointBytes, type SocketKind, takeAnswer } from "./inet-diag.ts";
import { KernelFile } from "./kernel-file.ts";
import type { Questions } from "./netlink.ts";
import { listeningLength, parseProcNet } from "./proc-net.ts";

const littleEndian = endianness() === "LE";

/** The listening sockets of one kind, as the kernel tells them. */
export interface SocketTable {
  /** Looks anew. @returns whether it differs from before; @throws Error when the kernel does not tell */
  refresh(): boolean;
  /** What the last look saw. */
  ports(): readonly ListeningPort[];
}

/**
 * What sock_diag tells: listeners alone, without a walk through the connections, and in no need of parsing. A look costs a
 * fraction of one into /proc/net, but not every kernel has it.
 */
export class DiagTable implements SocketTable {
  private readonly request: Uint8Array;
  private readonly view: DataView;
  private now = new Uint8Array(16 * endpointBytes);
  private nowLength = 0;
  private before = new Uint8Array(16 * endpointBytes);

  constructor(
    private readonly kind: SocketKind,
    private readonly netlink: Questions,
  ) {
    this.request = dumpRequest(kind, littleEndian);
    this.view = new DataView(netlink.answer.buffer);
  }

  refresh(): boolean {
    const beforeLength = this.nowLength;
    [this.now, this.before] = [this.before, this.now];
    this.nowLength = 0;
    this.netlink.send(this.request);
    while (takeAnswer(this.view, this.netlink.receive(), littleEndian, this.keep)) {}
    if (this.nowLength !== beforeLength) return true;
    for (let at = 0; at < beforeLength; at += 1) if (this.now[at] !== this.before[at]) return true;
    return false;
  }

  ports(): readonly ListeningPort[] {
    const { protocol, family } = this.kind;
    const ports: ListeningPort[] = [];
    for (let at = 0; at < this.nowLength; at += endpointBytes) {
      const port = ((this.now[at] ?? 0) << 8) | (this.now[at + 1] ?? 0);
      ports.push({ protocol, ip: ipOfBytes(this.now.subarray(at + 4, at + (family === 4 ? 8 : 20))), port });
    }
    return ports;
  }

  private readonly keep = (endpoint: number): void => {
    if (this.nowLength === this.now.length) {
      const wider = new Uint8Array(2 * this.now.length);
      wider.set(this.now);
      this.now = wider;
    }
    this.now.set(this.netlink.answer.subarray(endpoint, endpoint + endpointBytes), this.nowLength);
    this.nowLength += endpointBytes;
  };
}

/** What a table of /proc/net says, which every kernel has. */
export class ProcTable implements SocketTable {
  private readonly file: KernelFile;

  constructor(private readonly kind: SocketKind) {
    const path = `/proc/net/${kind.protocol}${kind.family === 4 ? "" : "6"}`;
    this.file = kind.protocol === "tcp" ? new KernelFile(path, listeningLength) : new KernelFile(path);
  }

  refresh(): boolean {
    return this.file.refresh();
  }

  ports(): readonly ListeningPort[] {
    return parseProcNet(this.file.text(), this.kind.protocol, littleEndian);
  }
}
