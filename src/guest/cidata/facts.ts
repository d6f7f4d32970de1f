import type { Config } from "../../config/types.ts";

/** A network interface of the guest, matched by its address and given its name. */
export interface Nic {
  /** Six hex pairs joined by colons, lower case. */
  readonly mac: string;
  readonly name: string;
  /** Route metric: 200 for the built-in NIC, 100 for the others by default. */
  readonly metric: number;
}

/** The addresses of the user-mode network as the guest sees it. */
export interface SlirpAddresses {
  /** The host. */
  readonly gateway: string;
  readonly dns: string;
  /** The guest; empty on a user-v2 network, where it is not fixed. */
  readonly guest: string;
}

/** Where the guest asks for names. */
export interface GuestDns {
  /** Name servers written to network-config and resolv.conf; empty leaves it to DHCP. */
  readonly addresses: readonly string[];
  /** Ports of the host agent's DNS server on the gateway; 0 when it is not used. */
  readonly udpPort: number;
  readonly tcpPort: number;
}

/** How host agent and guest agent meet; at most one of the two is set, neither means the socket forwarded by ssh. */
export interface GuestAgentChannel {
  /** 0: none. */
  readonly vsockPort: number;
  /** Name below /dev/virtio-ports; empty: none. */
  readonly virtioPort: string;
}

/** Everything that decides what cidata.iso holds: the same facts give the same bytes. */
export interface GuestMediaFacts {
  /** Filled and validated. */
  readonly config: Config;
  readonly instanceName: string;
  /** `iid-` and the UNIX time in seconds of this start; see `instanceIdAt`. */
  readonly instanceId: string;
  /** Whether the host agent runs with --debug. */
  readonly debug: boolean;
  /** The host user's home directory, to recognise the mount of it. */
  readonly hostHome: string;
  /** Trimmed lines; the first is `_config/user.pub`. */
  readonly sshPublicKeys: readonly string[];
  /** The first is the built-in NIC. */
  readonly nics: readonly Nic[];
  readonly slirp: SlirpAddresses;
  readonly dns: GuestDns;
  /** Final variables of /etc/environment, from `planEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Texts of the files that `caCerts.files` names, in order. */
  readonly caCertificateFiles: readonly string[];
  readonly agentChannel: GuestAgentChannel;
  readonly rosetta: { readonly enabled: boolean; readonly binfmt: boolean };
  /** True for guests that have no cloud-init (wsl2): the files go to a directory, and the keys along with them. */
  readonly noCloudInit: boolean;
  /** Scripts of the program, by path below src/guest/boot; from src/assets/boot-scripts.ts. */
  readonly bootScripts: Readonly<Record<string, string>>;
  /** Scripts that the driver adds or replaces, by `boot.<OS>/<SCRIPT>`. */
  readonly driverScripts: Readonly<Record<string, string>>;
  /** Host path of the guest agent's executable; undefined leaves it out. */
  readonly guestAgentFile?: string | undefined;
  /** The same for guests whose C library is musl. */
  readonly guestAgentMuslFile?: string | undefined;
  /** Host path of the nerdctl-full archive; undefined when containerd is off or the archive could not be had. */
  readonly nerdctlArchive?: string | undefined;
}
