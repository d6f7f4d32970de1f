/** What a build is given: a scratch folder, the folder whose content is kept, and where to say what is being done. */
export interface Workplace {
  readonly work: string;
  readonly out: string;
  readonly log: (line: string) => void;
}

/** How one test guest is made. */
export interface Recipe {
  readonly name: "debian" | "mini" | "mini-generic";
  /** Files and folders beside this one that decide what comes out; part of the cache key. */
  readonly sources: readonly string[];
  /** Packages whose offered version is part of the cache key. */
  readonly keyPackages: readonly string[];
  build(place: Workplace): Promise<void>;
}
