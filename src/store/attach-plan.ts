import type { ProcessIdentity } from "./process.ts";
import type { InstanceState, RunState } from "./state.ts";

/** What decides whether a machine whose host agent has died can be taken over by another one. */
export interface AttachFacts {
  /** Content of `state.json`; undefined when there is none. */
  readonly state: InstanceState | undefined;
  /** This boot of the host. */
  readonly bootId: string;
  /** Every driver process of the instance that runs. */
  readonly drivers: readonly ProcessIdentity[];
  /** Of the `lima.yaml` in force now; undefined without one. */
  readonly limaYamlSha256: string | undefined;
}

/** A machine that can be taken over, none, or why the one that runs cannot be. */
export type AttachVerdict =
  | { readonly kind: "attach"; readonly driver: ProcessIdentity; readonly run: RunState }
  | { readonly kind: "none" }
  | { readonly kind: "refused"; readonly reason: string };

/** Judges what was found; only a machine that is proven to be the recorded one, of the same `lima.yaml`, is taken over. */
export function judgeAttach({ state, bootId, drivers, limaYamlSha256 }: AttachFacts): AttachVerdict {
  const [driver] = drivers;
  if (driver === undefined) return { kind: "none" };
  if (drivers.length > 1) return { kind: "refused", reason: "there are several of it" };
  const recorded = state?.driver;
  const same = recorded?.pid === driver.pid && recorded.startTime === driver.startTime;
  if (state?.run === undefined || state.bootId !== bootId || !same) {
    return { kind: "refused", reason: "its host agent died before it had recorded it" };
  }
  if (state.run.limaYamlSha256 !== limaYamlSha256) {
    return { kind: "refused", reason: "lima.yaml has been changed since it was started" };
  }
  return { kind: "attach", driver, run: state.run };
}
