/** What is found at a host path. */
export type PathKind = "directory" | "socket" | "file" | "missing" | { readonly error: string };

/** What filling and validating need to know of the world beyond the host value. */
export interface ConfigFacts {
  /** Names this machine for ever: /etc/machine-id or its like. */
  readonly machineId: string;
  /** The host's time zone; empty when it cannot be told. */
  readonly timezone: string;
  /** Absolute path of `$LIMA_HOME`. */
  readonly limaHome: string;
  /** Modes of networks.yaml's networks by name; undefined when nobody asks for them. */
  readonly networkModes: Readonly<Record<string, string>> | undefined;
  /** Names of the drivers beside `qemu`, `vz` and `wsl2`. */
  readonly externalDrivers: readonly string[];
  /** Looks at an absolute host path, following symlinks. */
  pathKind(path: string): PathKind;
  /** The text of a host file, or undefined when it cannot be read. */
  readText(path: string): string | undefined;
}

/** The instance a configuration is for. */
export interface InstanceFacts {
  readonly name: string;
  /** Absolute path of the instance directory, whether it exists or not. */
  readonly dir: string;
  /** True once the instance has been started or its files exist (`initialisedMarkers`). */
  readonly exists: boolean;
  /** Content of `lima-version`; empty when there is no such file. */
  readonly version: string;
  /** Where a template that is no instance counts as stored (config.md 2.4). @default `lima.yaml` in `dir` */
  readonly file?: string;
}
