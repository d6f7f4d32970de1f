import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineCommand } from "../cli/command.ts";
import { getScreenshot } from "../hostapi/client.ts";
import { findConfigured } from "../instance/reach.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { goQuote } from "../lib/quote.ts";
import { instanceFiles } from "../store/instance-files.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: {
    name: "screenshot",
    description: "Save a picture of an instance's screen",
    long: "Save a picture of an instance's screen as PNG or BMP; the instance must have a display (`video.display`).",
    examples: "  limactl screenshot --output=screen.bmp default",
  },
  positionals: { usage: "INSTANCE", min: 1, max: 1 },
  args: {
    output: {
      type: "string",
      alias: "o",
      description: "File to write, ending in .png or .bmp; INSTANCE-screenshot.png without it",
    },
  },
  async run(context) {
    const [name = ""] = context.positionals;
    const output = context.flags.output === "" ? `${name}-screenshot.png` : context.flags.output;
    const format = formatOf(output);
    const { instance } = await findConfigured(instanceContext(context), name);
    if (instance.status !== "Running") {
      throw new UserError(`instance ${goQuote(name)} is not running (status: ${instance.status})`);
    }
    let picture: Uint8Array;
    try {
      picture = await getScreenshot(join(instance.dir, instanceFiles.hostAgentSock), format, {
        signal: context.signal,
      });
    } catch (error) {
      context.signal.throwIfAborted();
      throw new UserError(`screenshot failed: ${errorText(error)}`);
    }
    try {
      writeFileSync(resolve(context.host.cwd, output), picture, { mode: 0o644 });
    } catch (error) {
      throw new UserError(`failed to write ${goQuote(output)}: ${errorText(error)}`);
    }
    context.logger.info(`Screenshot saved to ${goQuote(output)} (${picture.length} bytes)`);
  },
});

/** @throws UserError for an extension that names no format */
function formatOf(path: string): "png" | "bmp" {
  const extension = /\.[^./\\]*$/.exec(path)?.[0] ?? "";
  const lower = extension.toLowerCase();
  if (lower === ".png") return "png";
  if (lower === ".bmp") return "bmp";
  throw new UserError(`unsupported output extension ${goQuote(extension)}: must be .png or .bmp`);
}
