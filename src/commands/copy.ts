import { defineCommand } from "../cli/command.ts";
import { type CopyBackend, copyCommand } from "../instance/copy.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { becomeProgram } from "./become-program.ts";
import { instanceContext } from "./instance-context.ts";

const backends: readonly CopyBackend[] = ["scp", "rsync", "auto"];

export const command = defineCommand({
  meta: {
    name: "copy",
    description: "Copy files between the host and instances",
    long: "Copy files between the host and instances, or between instances. A path in an instance is written INSTANCE:PATH.",
    examples: [
      "  limactl copy default:/etc/os-release .",
      "  limactl copy -r ./tree default:/tmp/tree",
      "  limactl copy one:file two:file",
    ].join("\n"),
  },
  positionals: { usage: "SOURCE ... TARGET", min: 2 },
  args: {
    recursive: { type: "boolean", alias: "r", description: "Copy directories with all that is in them" },
    verbose: { type: "boolean", alias: "v", description: "Show what is copied" },
    backend: {
      type: "string",
      default: "auto",
      description: "What copies (scp, rsync, auto)",
      complete: ["auto", "rsync", "scp"],
    },
  },
  async run(context) {
    const { recursive, verbose } = context.flags;
    const backend = backends.find((each) => each === context.flags.backend);
    if (backend === undefined) {
      throw new UserError(`invalid backend ${quote(context.flags.backend)}, must be one of: ${backends.join(", ")}`);
    }
    const argv = await copyCommand(instanceContext(context), {
      paths: context.positionals,
      backend,
      recursive,
      verbose: verbose || context.debug,
    });
    await becomeProgram(argv, context.host.env);
  },
});
