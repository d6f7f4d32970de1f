import type { Layer, Layers } from "./layer.ts";
import { type Place, placeNear } from "./place.ts";

/** The element of a file's list that an element of a merged list came from. */
export interface Origin {
  readonly layer: Layer;
  readonly index: number;
}

/** A place in one of the files. */
export interface FilePlace extends Place {
  readonly path: string;
}

function inFile({ line, column, file }: Place, layer: Layer): FilePlace {
  return { line, column, path: file ?? layer.path };
}

/** The place of the field, or of the nearest thing around it, in one file. */
function findIn(layer: Layer, path: string): FilePlace | undefined {
  const place = placeNear(layer.places, path);
  return place === undefined ? undefined : inFile(place, layer);
}

/** Remembers which file each part of a merged configuration came from. */
export class Origins {
  private readonly lists = new Map<string, readonly Origin[]>();

  constructor(private readonly layers: Layers) {}

  /** Notes where the elements of the merged list `path` came from. */
  noteList(path: string, origins: readonly Origin[]): void {
    this.lists.set(path, origins);
  }

  /** Notes that only the elements with these indices are left of the merged list `path`. */
  keepElements(path: string, indices: readonly number[]): void {
    const all = this.lists.get(path) ?? [];
    this.lists.set(
      path,
      indices.flatMap((index) => all[index] ?? []),
    );
  }

  /** The place of a field of the merged configuration, such as `images[3].location`; undefined for builtin values. */
  find(path: string): FilePlace | undefined {
    const element = /^([^[\]]+)\[(\d+)\](.*)$/.exec(path);
    if (element !== null) {
      const [, list = "", index, rest = ""] = element;
      const origin = this.lists.get(list)?.[Number(index)];
      return origin === undefined ? undefined : findIn(origin.layer, `${list}[${origin.index}]${rest}`);
    }
    const { override, main, default: defaults } = this.layers;
    for (const layer of [override, main, defaults]) {
      const place = layer.places.get(path);
      if (place !== undefined) return inFile(place, layer);
    }
    return findIn(main, path);
  }
}
