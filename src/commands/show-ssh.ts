import { defineCommand } from "../cli/command.ts";
import { findConfigured } from "../instance/reach.ts";
import { sshAccess } from "../instance/shell.ts";
import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";
import { optionText, type SshFormat, showSsh, sshHostBlock } from "../store/ssh-plan.ts";
import { instanceContext } from "./instance-context.ts";

const formats: readonly SshFormat[] = ["cmd", "args", "options", "config"];

export const command = defineCommand({
  meta: {
    name: "show-ssh",
    description: "Show how ssh reaches an instance (deprecated: use `ssh -F`)",
    examples: "  limactl show-ssh --format=cmd default",
  },
  positionals: { usage: "[flags] INSTANCE", min: 1, max: 1, complete: "instances" },
  args: {
    format: {
      type: "string",
      alias: "f",
      default: "cmd",
      description: "Format, one of: cmd, args, options, config",
      complete: formats,
    },
  },
  async run(context) {
    const [name = ""] = context.positionals;
    const surroundings = instanceContext(context);
    const { instance, config } = await findConfigured(surroundings, name);
    context.logger.warn(
      `\`limactl show-ssh\` is deprecated. Instead, use \`ssh -F ${instance.sshConfigFile} ${instance.hostname}\`.`,
    );
    const format = formats.find((each) => each === context.flags.format);
    if (format === undefined) throw new UserError(`unknown format: ${quote(context.flags.format)}`);
    const { options } = await sshAccess(surroundings, instance.dir, config);
    const broken = options.map(optionText).find((text) => /[\r\n]/.test(text));
    if (broken !== undefined) throw new UserError(`ssh option ${quote(broken)} contains a line break`);
    const endpoint = { address: instance.sshAddress, port: instance.sshLocalPort };
    context.stdout.write(
      format === "config"
        ? sshHostBlock(instance.hostname, options, endpoint)
        : showSsh(format, instance.hostname, options, endpoint),
    );
  },
});
