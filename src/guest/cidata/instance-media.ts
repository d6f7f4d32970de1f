import { macAddressOf } from "../../config/mac-address.ts";
import type { Config } from "../../config/types.ts";
import type { Host } from "../../lib/host.ts";
import type { Note } from "./environment-plan.ts";
import { lacksCloudInit } from "./form-plan.ts";
import { gatherGuestMediaFacts } from "./gather.ts";
import type { GuestMedia } from "./media.ts";
import { guestDns, guestNics, slirpAddresses } from "./network-plan.ts";
import { instanceIdAt, planGuestMedia } from "./plan.ts";

/** What an instance's media are made of. */
export interface InstanceMediaOptions {
  readonly host: Host;
  readonly name: string;
  readonly directory: string;
  readonly config: Config;
  readonly machineId: string;
  /** How the driver connects host agent and guest agent. */
  readonly agentChannel: { readonly vsockPort: number; readonly virtioPort: string };
  /** Scripts of the program, by path below src/guest/boot. */
  readonly bootScripts: Readonly<Record<string, string>>;
  readonly sshPublicKeys: readonly string[];
  readonly guestAgentFile: string | undefined;
  readonly guestAgentMuslFile?: string | undefined;
  readonly nerdctlArchive: string | undefined;
  readonly debug: boolean;
  /** Where the host agent's DNS server listens on the host's loopback. @default 0: it does not */
  readonly dnsPorts?: { readonly udp: number; readonly tcp: number };
  /** Moment of this start, from which the instance id follows. */
  readonly time: Date;
}

/** Plans the media of an instance for a start at `time`, with what people should know about how they came to be. */
export async function planInstanceMedia(
  options: InstanceMediaOptions,
): Promise<{ readonly media: GuestMedia; readonly notes: readonly Note[] }> {
  const { host, config, directory } = options;
  const slirp = slirpAddresses(config.vmType);
  const { facts, notes } = await gatherGuestMediaFacts({
    host,
    config,
    instanceName: options.name,
    instanceId: instanceIdAt(options.time),
    debug: options.debug,
    sshPublicKeys: options.sshPublicKeys,
    nics: guestNics(config, macAddressOf(options.machineId, directory)),
    slirp,
    dns: guestDns({
      config,
      slirp,
      usernet: false,
      udpPort: options.dnsPorts?.udp ?? 0,
      tcpPort: options.dnsPorts?.tcp ?? 0,
      hostServers: [],
    }),
    agentChannel: { vsockPort: options.agentChannel.vsockPort, virtioPort: options.agentChannel.virtioPort },
    rosetta: { enabled: false, binfmt: false },
    noCloudInit: lacksCloudInit(config),
    bootScripts: options.bootScripts,
    driverScripts: {},
    guestAgentFile: options.guestAgentFile,
    guestAgentMuslFile: options.guestAgentMuslFile,
    nerdctlArchive: options.nerdctlArchive,
    systemProxies: {},
  });
  return { media: planGuestMedia(facts), notes };
}
