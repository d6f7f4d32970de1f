import { defineCommand } from "../../cli/command.ts";
import { register, requireEntry } from "../../instance/autostart/manager.ts";
import { errorText, UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { instanceContext } from "../instance-context.ts";
import { requireInstance } from "./require-instance.ts";

export const command = defineCommand({
  meta: {
    name: "enable",
    description: "Let an instance start by itself",
    long: [
      "Let an instance start by itself",
      "",
      "It starts when its user logs in, as a user unit of systemd or as a launch agent of macOS.",
      "On Linux, `loginctl enable-linger` makes user units start at boot.",
    ].join("\n"),
    examples: ["  limactl autostart enable default", "  limactl autostart enable --condition=boot default"].join("\n"),
  },
  positionals: { usage: "INSTANCE", min: 1, max: 1, complete: "instances" },
  args: {
    condition: {
      type: "string",
      default: "login",
      description: "When it starts, one of: login, boot (macOS only)",
      complete: ["login", "boot"],
    },
    user: { type: "string", description: "User the instance runs as, with --condition=boot (default: $USER)" },
  },
  async run(context) {
    const { condition } = context.flags;
    const { host, logger } = context;
    const atBoot = condition === "boot";
    if (atBoot && host.os !== "darwin") throw new UserError("--condition=boot is only supported on macOS");
    if (host.os === "darwin" && !atBoot && condition !== "login") {
      throw new UserError(`unknown condition "${condition}": must be "login" or "boot"`);
    }
    const surroundings = instanceContext(context);
    const name = requireInstance(surroundings, context.positionals[0] ?? "");
    if (atBoot) {
      const user = context.flags.user || (host.env.USER ?? "");
      if (user === "") throw new UserError("could not determine user; pass --user");
      const { installBootDaemon } = await import("../../instance/autostart/boot-daemon.ts");
      await installBootDaemon(surroundings, name, user);
      return;
    }
    try {
      await register(host, requireEntry(surroundings, name), name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`failed to register instance ${quote(name)} to start at login: ${errorText(error)}`, {
        cause: error,
      });
    }
    logger.info(`Instance ${quote(name)} registered to start at login`);
  },
});
