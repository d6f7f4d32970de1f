/** What a start waits for, one after the other. */
export const phases = ["qemu", "serial", "network", "sshd", "cloud-init", "boot-scripts"] as const;

export type Phase = (typeof phases)[number];

/** The phases as people read them. */
export const phaseNames: Readonly<Record<Phase, string>> = {
  qemu: "QEMU up",
  serial: "serial output",
  network: "network",
  sshd: "sshd",
  "cloud-init": "cloud-init",
  "boot-scripts": "boot scripts",
};

/** Longest time without progress in each phase, in milliseconds. */
export type StallLimits = Readonly<Record<Phase, number>>;

/**
 * Generous, for an emulated guest on a busy host is meant: Debian under TCG has its sshd up after 86 s here, with gaps of
 * half a minute without a word. Boot scripts may be silent for long (packages being installed).
 */
const defaultLimits: StallLimits = {
  qemu: 60_000,
  serial: 120_000,
  network: 180_000,
  sshd: 180_000,
  "cloud-init": 240_000,
  "boot-scripts": 480_000,
};

/** A kernel that panicked says nothing more; one that is set to reboot does so within this time. */
const panicLimitMs = 15_000;

/** @param seconds value of `$LIMA_START_STALL_SECONDS`: one limit for every phase; ignored unless a positive number */
export function stallLimits(seconds: string | undefined): StallLimits {
  const value = Number(seconds);
  if (seconds === undefined || !Number.isFinite(value) || value <= 0) return defaultLimits;
  const limit = value * 1000;
  return { qemu: limit, serial: limit, network: limit, sshd: limit, "cloud-init": limit, "boot-scripts": limit };
}

/** A sign of life from the starting machine. */
export type BootSign =
  | { readonly kind: "driver-started" }
  /** `newLines`: how many lines that said something new there have been; see serial-plan.ts. */
  | { readonly kind: "serial"; readonly newLines: number; readonly panic?: string; readonly script?: string }
  /** The guest turned a connection down: it has a network. */
  | { readonly kind: "refused" }
  | { readonly kind: "banner" }
  | { readonly kind: "login-failed"; readonly reason: string }
  | { readonly kind: "connected" }
  /** Growth of the log of cloud-init and the boot scripts, seen over ssh. */
  | { readonly kind: "guest-log"; readonly bytes: number; readonly script?: string }
  /** A marker file of the guest appeared. */
  | { readonly kind: "marker"; readonly name: string }
  | { readonly kind: "boot-done" };

/** Where a start stands; times are milliseconds of any one clock. */
export interface BootState {
  /** What is waited for; undefined once the boot scripts have finished. */
  readonly phase?: Phase;
  readonly progressAt: number;
  readonly serialLines: number;
  readonly guestLogBytes: number;
  readonly markers: readonly string[];
  readonly panic?: string;
  readonly script?: string;
  /** Why the guest last refused the login; absent once it let us in. */
  readonly loginFailure?: string;
}

/** The state of a start that begins now. */
export function bootBegins(nowMs: number): BootState {
  return { phase: "qemu", progressAt: nowMs, serialLines: 0, guestLogBytes: 0, markers: [] };
}

/** The state after a sign. Only what was not seen before is progress: a guest may repeat itself for ever. */
export function afterSign(state: BootState, sign: BootSign, nowMs: number): BootState {
  switch (sign.kind) {
    case "driver-started":
      return reach(state, "serial", nowMs);
    case "serial": {
      const seen = reach({ ...state, ...pick(sign) }, "network", nowMs);
      const grown = sign.newLines > state.serialLines;
      return withScript(grown ? { ...seen, serialLines: sign.newLines, progressAt: nowMs } : seen, sign.script, nowMs);
    }
    case "refused":
      return reach(state, "sshd", nowMs);
    case "banner":
      return reach(state, "cloud-init", nowMs);
    case "login-failed":
      return { ...reach(state, "cloud-init", nowMs), loginFailure: sign.reason };
    case "connected": {
      const { loginFailure, ...rest } = reach(state, "cloud-init", nowMs);
      return loginFailure === undefined ? rest : { ...rest, progressAt: nowMs };
    }
    case "guest-log": {
      const grown = sign.bytes > state.guestLogBytes;
      const next = grown ? { ...state, guestLogBytes: sign.bytes, progressAt: nowMs } : state;
      return withScript(next, sign.script, nowMs);
    }
    case "marker": {
      if (state.markers.includes(sign.name)) return state;
      return reach({ ...state, markers: [...state.markers, sign.name], progressAt: nowMs }, "boot-scripts", nowMs);
    }
    case "boot-done": {
      const { phase: _, ...rest } = state;
      return { ...rest, progressAt: nowMs };
    }
  }
}

/** A start that makes no progress. */
export interface Stall {
  readonly phase: Phase;
  /** For how long, in milliseconds. */
  readonly quietMs: number;
}

/** The stall of a start, when its phase has been without progress for longer than it may be. */
export function stallOf(state: BootState, limits: StallLimits, nowMs: number): Stall | undefined {
  if (state.phase === undefined || nowMs < stallAt(state, limits)) return undefined;
  return { phase: state.phase, quietMs: nowMs - state.progressAt };
}

/** When the start will have stalled unless there is progress; infinite once it is complete. */
export function stallAt(state: BootState, limits: StallLimits): number {
  if (state.phase === undefined) return Number.POSITIVE_INFINITY;
  const limit = limits[state.phase];
  return state.progressAt + (state.panic === undefined ? limit : Math.min(limit, panicLimitMs));
}

/** Moves on to a phase; never back, and a phase that shows implies those before it. */
function reach(state: BootState, phase: Phase, nowMs: number): BootState {
  if (state.phase === undefined || phases.indexOf(phase) <= phases.indexOf(state.phase)) return state;
  return { ...state, phase, progressAt: nowMs };
}

function withScript(state: BootState, script: string | undefined, nowMs: number): BootState {
  if (script === undefined || script === "" || script === state.script) return state;
  return reach({ ...state, script, progressAt: nowMs }, "boot-scripts", nowMs);
}

function pick(sign: { readonly panic?: string }): Pick<BootState, "panic"> {
  return sign.panic === undefined ? {} : { panic: sign.panic };
}
