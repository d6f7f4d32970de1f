import { namesWanted, writeAnswer } from "../cli/complete-names.ts";
import { directive } from "../cli/completion-types.ts";
import { quickInstanceNames } from "../store/quick-names.ts";
import { registry } from "./registry.ts";
import { refusesRoot, rootRefusal } from "./root.ts";

/**
 * `limactl __complete WORD... LASTWORD` (`__completeNoDesc` without descriptions): what the completion scripts call.
 * A person waits for it with a finger on the key, so where names of instances are wanted nothing else is loaded.
 * @param args the words after the program's name
 * @param calledAs the program's name as the caller gave it
 * @returns the exit code
 */
export async function runComplete(args: readonly string[], calledAs: string): Promise<number> {
  if (refusesRoot(args)) {
    console.error(rootRefusal);
    return 1;
  }
  const [typed = "", before] = [args.at(-1), args.slice(1, -1)];
  const names = namesWanted(registry, before, typed) === "instances" ? quickInstanceNames(process.env) : undefined;
  if (names === undefined) {
    const { completeFully } = await import("./complete-fully.ts");
    return await completeFully(args, calledAs);
  }
  writeAnswer({ candidates: names.map((value) => ({ value })), directive: directive.noFiles }, false);
  return 0;
}
