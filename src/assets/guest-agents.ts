/** What a build knows of the Linux programs that can be a guest's agent. */
export interface GuestAgents {
  /** The program inside this one, zstd-packed: its platform, and where it can be read. None in Linux builds. */
  readonly packed: { readonly platform: string; readonly path: string } | undefined;
  /** Where the files of this release are; empty in a build that belongs to no release. */
  readonly releaseUrl: string;
  /** sha256 of the release's packed agents, by platform. */
  readonly digests: Readonly<Record<string, string>>;
}

/** The build replaces this module: from source there is no agent and no release. */
export const guestAgents: GuestAgents = { packed: undefined, releaseUrl: "", digests: {} };
