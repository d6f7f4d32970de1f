import type { FillContext } from "./fill-context.ts";
import { pathsOf } from "./host-path.ts";
import type { Layers } from "./layer.ts";
import { macAddressOf } from "./mac-address.ts";
import type { Origin, Origins } from "./origins.ts";
import type { Network, PartialConfig } from "./types.ts";

type GivenNetwork = NonNullable<PartialConfig["networks"]>[number];

interface Placed {
  readonly given: GivenNetwork;
  readonly origin: Origin;
}

/** `later` over `earlier`: a network or socket replaces the other, address and metric replace their like. */
function merge(earlier: GivenNetwork, later: GivenNetwork, context: FillContext): GivenNetwork {
  let merged = earlier;
  if (later.socket) merged = { ...merged, socket: later.socket, lima: undefined };
  if (later.lima) {
    if (later.socket)
      context.warnings.push({
        message: `Network ${JSON.stringify(later.interface)} has both socket=${JSON.stringify(later.socket)} and lima=${JSON.stringify(later.lima)} fields; using lima`,
      });
    merged = { ...merged, lima: later.lima, socket: undefined };
  }
  if (later.macAddress) merged = { ...merged, macAddress: later.macAddress };
  if (later.metric !== undefined) merged = { ...merged, metric: later.metric };
  return merged;
}

/** The networks of all files, default.yaml's first; entries of one non-empty `interface` become one. */
export function fillNetworks(layers: Layers, origins: Origins, context: FillContext): readonly Network[] {
  const placed: Placed[] = [];
  for (const layer of [layers.default, layers.main, layers.override])
    for (const [index, given] of (layer.config.networks ?? []).entries()) {
      const same = given.interface ? placed.findIndex((each) => each.given.interface === given.interface) : -1;
      const earlier = placed[same];
      // Repetitions within one file are an error that validation names.
      if (earlier === undefined || earlier.origin.layer === layer) placed.push({ given, origin: { layer, index } });
      else placed[same] = { given: merge(earlier.given, given, context), origin: earlier.origin };
    }
  origins.noteList(
    "networks",
    placed.map((each) => each.origin),
  );
  const { dir, file = pathsOf(context.host.os).join(dir, "lima.yaml") } = context.instance;
  return placed.map(({ given }, index) => ({
    lima: given.lima ?? "",
    socket: given.socket ?? "",
    vzNAT: given.vzNAT ?? false,
    macAddress: given.macAddress || macAddressOf(context.facts.machineId, `${file}#${index}`),
    interface: given.interface || `lima${index}`,
    metric: given.metric ?? 100,
  }));
}
