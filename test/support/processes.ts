/** True when an argument vector names a path at or below `root`. */
export function isInside(argv: readonly string[], root: string): boolean {
  return argv.some((word) => word === root || word.includes(`${root}/`));
}
