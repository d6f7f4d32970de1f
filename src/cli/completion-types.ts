/** Bits that tell the shell what to do with the candidates; several may be added. */
export const directive = {
  /** Files complete when there is no candidate. */
  default: 0,
  error: 1,
  noSpace: 2,
  noFiles: 4,
  filterExtension: 8,
  directories: 16,
  keepOrder: 32,
} as const;

/** One word that could follow. */
export interface Candidate {
  readonly value: string;
  readonly description?: string;
}

/** The answer to "what may stand here?": candidates and a sum of `directive` bits. */
export interface Completion {
  readonly candidates: readonly Candidate[];
  readonly directive: number;
}

/** What a command's positional arguments name, which decides what they complete to; `words` is a list of the command. */
export type PositionalKind =
  | "instances"
  | "templates"
  | "instances+templates"
  | "disks"
  | "networks"
  | "words"
  | "files"
  | "nothing";
