import type { Config } from "../config/types.ts";
import type { HostOs } from "../lib/host.ts";

/** The three lists, worked through in this order. */
export type RequirementLabel = "essential" | "optional" | "final";

/** Marker files in the guest's /run that hold the instance id once something is done. */
export type GuestMarker = "lima-ssh-ready" | "lima-fuse-ready" | "lima-boot-done";

/** How a requirement is found to be satisfied. */
export type RequirementCheck =
  /** The guest lets us in. */
  | { readonly kind: "login" }
  /** OpenSSH's control master answers. */
  | { readonly kind: "control-master" }
  | { readonly kind: "marker"; readonly marker: GuestMarker }
  /** A script that ends with 0; its first line names the interpreter. */
  | { readonly kind: "script"; readonly script: string }
  /** A command line of the guest's own shell that ends with 0. */
  | { readonly kind: "command"; readonly command: string };

/** One thing that a guest must have or do before it is ready. */
export interface Requirement {
  readonly label: RequirementLabel;
  /** Place in its list, from 1, and the list's length. */
  readonly index: number;
  readonly total: number;
  readonly description: string;
  readonly check: RequirementCheck;
  /** What to do when it stays unsatisfied. */
  readonly hint: string;
  /** One attempt only, whose failure ends the list. */
  readonly fatal: boolean;
}

type Draft = Pick<Requirement, "description" | "check" | "hint"> & { readonly fatal?: boolean };

/** What the guest of a configuration must satisfy, in order. */
export function requirements(config: Config, hostOs: HostOs): readonly Requirement[] {
  if (config.os === "Windows") return numbered("essential", [windowsLogin]);
  return [
    ...numbered("essential", essential(config, hostOs)),
    ...numbered("optional", optional(config)),
    ...numbered("final", [final(config)]),
  ];
}

const login: Draft = {
  description: "ssh",
  check: { kind: "login" },
  hint:
    "make sure that no other process uses `ssh.localPort`; a key with a passphrase is only usable through ssh-agent " +
    "(see also the serial log of the instance)",
};

/** Windows lets us in before it is set up; its last script leaves a file. */
const windowsLogin: Draft = {
  description: "ssh",
  check: {
    kind: "command",
    command:
      "powershell.exe -NoProfile -NonInteractive -Command " +
      `"if (Test-Path -PathType Leaf -LiteralPath 'C:\\ProgramData\\Lima\\lima-boot-done.txt') { exit 0 } else { exit 1 }"`,
  },
  hint: "Windows is not set up yet, or another process uses `ssh.localPort` (see also the screen of the instance)",
};

const userSession: Draft = {
  description: "user session is ready for ssh",
  check: { kind: "marker", marker: "lima-ssh-ready" },
  hint: "the boot scripts have not come to their environment step; see /var/log/cloud-init-output.log in the guest",
};

const controlMaster: Draft = {
  description: "Explicitly start ssh ControlMaster",
  check: { kind: "control-master" },
  hint: "the connection shared by `limactl shell` could not be started",
};

function essential(config: Config, hostOs: HostOs): readonly Draft[] {
  // multiplexing is off on Windows hosts
  const master = hostOs === "windows" ? [] : [controlMaster];
  if (config.plain || config.os !== "Linux") return [login, ...master];
  if (config.mountType === "reverse-sshfs" && config.mounts.length > 0) {
    return [
      login,
      userSession,
      {
        description: "sshfs binary to be installed",
        check: { kind: "script", script: "#!/bin/bash\nset -eux\ncommand -v sshfs\n" },
        hint: "the sshfs package could not be installed in the guest; see /var/log/cloud-init-output.log there",
      },
      {
        description: "fuse to allow_other as user",
        check: { kind: "marker", marker: "lima-fuse-ready" },
        hint: "append `user_allow_other` to /etc/fuse.conf (or fuse3.conf) in the guest",
      },
    ];
  }
  return [login, userSession, ...master];
}

function optional(config: Config): readonly Draft[] {
  const containerd = config.os === "Linux" && !config.plain && (config.containerd.system || config.containerd.user);
  const probes = config.probes.map(
    (probe, index): Draft => ({
      description: probe.description === "" ? `user probe ${index + 1}/${config.probes.length}` : probe.description,
      check: { kind: "script", script: probe.script },
      hint: probe.hint,
    }),
  );
  if (!containerd) return probes;
  return [
    {
      description: "systemd must be available",
      check: { kind: "script", script: "#!/bin/bash\nset -eux\ncommand -v systemctl\n" },
      hint: "containerd needs systemd in the guest; set `containerd.system` and `containerd.user` to false without it",
      fatal: true,
    },
    {
      description: "containerd binaries to be installed",
      check: {
        kind: "script",
        script: `#!/bin/bash\nset -eux\ncommand -v nerdctl || test -x ${shellQuote(`${config.guestInstallPrefix}/bin/nerdctl`)}\n`,
      },
      hint: "the nerdctl archive could not be installed in the guest; see /var/log/cloud-init-output.log there",
    },
    ...probes,
  ];
}

function final(config: Config): Draft {
  return {
    description: "boot scripts must have finished",
    check: { kind: "marker", marker: "lima-boot-done" },
    hint:
      config.os === "Darwin"
        ? "see serialv.log of the instance"
        : "see /var/log/cloud-init-output.log in the guest for where they are",
  };
}

function numbered(label: RequirementLabel, drafts: readonly Draft[]): readonly Requirement[] {
  return drafts.map((draft, index) => ({
    fatal: false,
    ...draft,
    label,
    index: index + 1,
    total: drafts.length,
  }));
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
