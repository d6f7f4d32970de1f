import { join } from "node:path";
import { errorText } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import type { SshEndpoint } from "../store/ssh-plan.ts";
import type { EventTeller } from "./event-teller.ts";
import { parseForwarderChoice } from "./forward-plan.ts";
import { chooseForwarder } from "./forwards/choose-plan.ts";
import { connectByFastest, connectBySsh } from "./forwards/connectors.ts";
import { ListeningForwarder } from "./forwards/listening-forwarder.ts";
import { MasterForwarder } from "./forwards/master-forwarder.ts";
import { PortForwards } from "./forwards/service.ts";
import { GuestAgent } from "./guest-agent/service.ts";
import { SshChannel } from "./guest-agent/ssh-channel.ts";
import { StreamLink } from "./guest-agent/stream-link.ts";
import type { HostAgentOptions } from "./options.ts";
import type { Services } from "./service.ts";
import type { SshSession } from "./ssh/session.ts";
import type { SshAccess } from "./ssh-access.ts";

export interface GuestServicesOptions {
  readonly options: HostAgentOptions;
  readonly endpoint: SshEndpoint;
  readonly session: SshSession;
  /** How OpenSSH reaches the guest. */
  readonly access: Promise<SshAccess>;
  /** Where they are started, and ended with the rest. */
  readonly services: Services;
  readonly events: EventTeller;
}

/** How long a guest that is ready may do without its agent before that is complained of. */
const agentLimitMs = 60_000;

/** Where a guest of QEMU's user network reaches the loopback of its host. */
const slirpGateway = "192.168.5.2";

const plainText = "Plain mode: no mounts, dynamic port forwards, containerd and guest agent";

/** What works for people once the guest runs: forwards, and the guest agent, which tells of ports and takes the time. */
export class GuestServices {
  private readonly forwards: PortForwards;
  private readonly stream: StreamLink;
  private readonly agent: GuestAgent | undefined;
  private forwarding: Promise<void> = Promise.resolve();

  constructor(private readonly given: GuestServicesOptions) {
    const { options, endpoint, session, events } = given;
    const { config, logger, host, driver, directory } = options;
    const wanted = config.os === "Linux" && !config.plain;
    const agentFile = options.guestAgentFile ?? options.guestAgentMuslFile;
    const hasAgent = wanted && agentFile !== undefined && driver.guestAgent.socket !== "";
    this.stream = new StreamLink({ gateway: slirpGateway, logger });
    const ssh = sshOnly(options);
    const onRefused = (error: unknown) => logger.debug(`port forward: ${errorText(error)}`);
    const channels = new ListeningForwarder({
      name: "ssh channels",
      hostOs: host.os,
      connect: connectBySsh(session),
      onRefused,
    });
    const forwarders = {
      fastest: () =>
        new ListeningForwarder({
          name: "guest agent's stream",
          hostOs: host.os,
          connect: connectByFastest(() => this.stream.reach(), session),
          onRefused,
        }),
      master: () =>
        new MasterForwarder({
          host,
          logger,
          access: given.access,
          socketPath: join(directory, instanceFiles.sshSock),
          otherwise: channels,
        }),
      channels: () => channels,
    };
    const forwarder = forwarders[chooseForwarder(host.os, ssh, hasAgent)]();
    logger.debug(`TCP forwards go by: ${forwarder.name}`);
    this.forwards = new PortForwards({
      configured: config.portForwards,
      plain: config.plain,
      sshLocalPort: endpoint.port,
      hostOs: host.os,
      forwarder,
      datagrams: hasAgent && !ssh ? () => this.stream.connection ?? this.agent?.connection : undefined,
      removedFirst: ssh,
      session,
      logger,
      tell: (portForward) => events.tellPart({ portForward }),
    });
    if (hasAgent) {
      const socketPath = join(directory, driver.guestAgent.socket);
      const fallback = new SshChannel({
        socketPath: join(directory, instanceFiles.guestAgentSock),
        connected: () => session.connected(),
        reach: (target) => session.reach(target),
      });
      this.agent = new GuestAgent({
        socketPath,
        fallback,
        logger,
        onPorts: (change) => this.forwards.update(change),
        onConnected: (connection) => {
          // ssh alone needs no stream, and the log shall not speak of one
          if (!ssh) this.stream.follow(connection);
        },
      });
    } else if (wanted)
      logger.warn(`no guest agent for ${config.arch} guests: only static ports and sockets are forwarded`);
  }

  /** Begins beside the guest's boot: the forwards with the first connection, the agent when it is there. */
  async begin(): Promise<void> {
    const { session, services, options } = this.given;
    const { plain, portForwards } = options.config;
    if (plain) options.logger.info(portForwards.length === 0 ? plainText : `${plainText}; static port forwards work`);
    if (this.agent !== undefined) await services.start(this.agent);
    this.forwarding = session.connected().then(() => services.start(this.forwards));
    this.forwarding.catch((error: unknown) => options.logger.debug(`port forwards: ${errorText(error)}`));
  }

  /** Waits until the guest's agent answers; one that does not for long is missed from then on, which degrades the instance. */
  async expectAgent(): Promise<void> {
    if (this.agent === undefined) return;
    this.given.options.logger.info("Waiting for the guest agent to be running");
    await this.agent.expect(agentLimitMs);
  }

  /** The guest has booted: resolves when the forwards that do not wait for a listener are there. */
  async ready(): Promise<void> {
    await this.forwarding.catch(() => undefined);
    await this.watchMounts();
  }

  /** Changes of the host reach the guest's watchers, where lima.yaml asks for it. */
  private async watchMounts(): Promise<void> {
    const { options, services } = this.given;
    const { config, logger } = options;
    const mounts = config.mounts.filter(({ writable }) => writable);
    if (!config.mountInotify || this.agent === undefined || mounts.length === 0) return;
    const tell = (path: string, timeMs: number) => this.agent?.connection?.inotify(path, timeMs);
    const { InotifyRelay } = await import("./inotify/relay.ts");
    await services.start(new InotifyRelay({ mounts, logger, tell }));
  }

  /** Shows the guest this host's clock at once; without a guest agent, or one that is away, nothing happens. */
  async setClock(): Promise<void> {
    const { logger } = this.given.options;
    try {
      const result = await this.agent?.connection?.syncTime();
      if (result?.adjusted === true) logger.info(`Time sync: guest clock adjusted (was ${result.driftMs}ms off)`);
      else if (result !== undefined && result.error !== "") logger.warn(`Time sync: ${result.error}`);
    } catch (error) {
      // the next connection shows it
      logger.debug(`Time sync: ${errorText(error)}`);
    }
  }
}

/** Whether ports are to be forwarded by ssh alone. */
function sshOnly({ host, logger }: HostAgentOptions): boolean {
  const text = host.env.LIMA_SSH_PORT_FORWARDER;
  if (text === undefined || text === "") return false;
  const choice = parseForwarderChoice(text);
  if (choice === undefined) logger.warn(`LIMA_SSH_PORT_FORWARDER=${quote(text)} is not a boolean`);
  return choice ?? false;
}
