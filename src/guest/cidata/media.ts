/** A file of the media. Paths are relative, with slashes. */
export interface MediaFile {
  readonly path: string;
  /** Permission bits; Linux guests mount with modes overridden, so they matter to other readers only. */
  readonly mode: number;
  /** Bytes, or a host file that is copied when the media is written. */
  readonly content: string | Uint8Array | { readonly file: string };
}

/** All that is handed to the guest at a start. */
export interface GuestMedia {
  readonly instanceId: string;
  readonly files: readonly MediaFile[];
  /** The cloud-config without its machine-specific parts, stored as `cloud-config.yaml` (mode 0444) for reference. */
  readonly cloudConfig: string;
}
