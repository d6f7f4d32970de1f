import { shellQuote } from "./shell-plan.ts";

/** What is put into a guest by `guest-install`. */
export interface GuestPart {
  /** On this host. */
  readonly file: string;
  /** Where it is, or is unpacked, in the guest. */
  readonly target: string;
  readonly kind: "program" | "archive";
}

/** What there is to install. */
export interface GuestInstallFacts {
  /** `guestInstallPrefix`. */
  readonly prefix: string;
  readonly agent: string;
  /** Undefined where containerd is off or its archive could not be had. */
  readonly nerdctlArchive: string | undefined;
}

/** The guest agent, and containerd where it is wanted. */
export function guestParts({ prefix, agent, nerdctlArchive }: GuestInstallFacts): readonly GuestPart[] {
  const program: GuestPart = { file: agent, target: `${prefix}/bin/lima-guestagent`, kind: "program" };
  if (nerdctlArchive === undefined) return [program];
  return [program, { file: nerdctlArchive, target: prefix, kind: "archive" }];
}

/**
 * The line of shell that installs a part from where it was copied to. A program takes its place by rename: it may be a link
 * to read-only media, and may be running. Small guests have no install(1).
 */
export function installLine({ kind, target }: GuestPart, copied: string): string {
  const [from, to, beside] = [copied, target, `${target}.new`].map(shellQuote);
  if (kind === "archive") return `sudo tar Cxzf ${to} ${from}`;
  return `sudo cp ${from} ${beside} && sudo chmod 755 ${beside} && sudo mv -f ${beside} ${to}`;
}
