/** The programs that this one executable is. */
export type Program = "limactl" | "lima" | "lima-guestagent" | "yq";

/**
 * The program that is meant by the name it was called by: the base name up to its first dot.
 * @param calledAs argv[0] as the caller gave it
 */
export function programOf(calledAs: string): Program {
  const name = (calledAs.split(/[\\/]/).at(-1) ?? "").split(".")[0]?.toLowerCase();
  return name === "yq" || name === "lima" || name === "lima-guestagent" ? name : "limactl";
}
