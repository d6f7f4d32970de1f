/** What starts one instance when its user logs in: a file of the system's service manager, and the commands about it. */
export interface AutostartEntry {
  readonly manager: "systemd" | "launchd";
  /** Unit or label; the host agent of an instance started by it tells the same. */
  readonly identifier: string;
  /** Absolute path; the instance is registered when this file exists. */
  readonly file: string;
  readonly content: string;
  /** Files beside it that the manager reads with it. */
  readonly dropIns: readonly DropIn[];
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  /** Commands that start the instance through the manager, in order. */
  readonly start: readonly ManagerStep[];
  readonly stop: readonly string[];
}

/** A file of additional settings, in a directory for such files of this entry. */
export interface DropIn {
  readonly file: string;
  readonly content: string;
}

/** A command to the service manager. */
export interface ManagerStep {
  readonly command: readonly string[];
  /** Its failure changes nothing. @default false */
  readonly mayFail?: boolean;
}

/** What an entry is made of. */
export interface AutostartFacts {
  /** The command that starts this program, absolute. */
  readonly limactl: readonly string[];
  readonly home: string;
  readonly uid: number;
  /** `$XDG_CONFIG_HOME`; empty or undefined when not set. */
  readonly xdgConfigHome: string | undefined;
  /** `$LIMA_HOME`, absolute, where instances are not in their usual place; the manager's processes need to be told. */
  readonly limaHome: string | undefined;
  readonly instance: { readonly name: string; readonly dir: string };
}
