import { HostNames } from "../../lib/dns/host-names.ts";
import type { Host } from "../../lib/host.ts";
import type { Rules } from "./answer-plan.ts";
import { Answerer } from "./answerer.ts";
import { TcpServer } from "./tcp-server.ts";
import { UdpServer } from "./udp-server.ts";

/** Where the host agent's DNS server listens on 127.0.0.1. */
export interface DnsPorts {
  readonly udp: number;
  readonly tcp: number;
}

/** A DNS server on 127.0.0.1, by UDP and TCP. */
export class DnsServer implements Disposable {
  private constructor(
    private readonly names: HostNames,
    private readonly udp: UdpServer,
    private readonly tcp: TcpServer,
  ) {}

  /**
   * Listens.
   * @param ports 0 for free ones
   * @throws Error when a port is taken
   */
  static async listen(host: Host, rules: Rules, ports: DnsPorts = { udp: 0, tcp: 0 }): Promise<DnsServer> {
    const names = new HostNames({ os: host.os });
    const answerer = new Answerer(rules, names);
    const udp = await UdpServer.listen(ports.udp, answerer);
    try {
      return new DnsServer(names, udp, await TcpServer.listen(ports.tcp, answerer));
    } catch (error) {
      udp[Symbol.dispose]();
      throw error;
    }
  }

  get ports(): DnsPorts {
    return { udp: this.udp.port, tcp: this.tcp.port };
  }

  [Symbol.dispose](): void {
    this.udp[Symbol.dispose]();
    this.tcp[Symbol.dispose]();
    this.names.close();
  }
}
