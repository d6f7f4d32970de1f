import { defineCommand } from "../cli/command.ts";
import { UserError } from "../lib/errors.ts";

export const command = defineCommand({
  meta: {
    name: "sftp-server",
    description: "Serve a directory by SFTP on standard input and output",
    long: "Serve a directory by SFTP on standard input and output, as OpenSSH's sftp-server does with the same options. Nothing outside the directory can be reached.",
    hidden: true,
  },
  positionals: { usage: "[flags]", max: 0, complete: "nothing" },
  args: {
    directory: { type: "string", alias: "d", description: "The directory, absolute" },
    "read-only": { type: "boolean", alias: "R", description: "Refuse every change" },
  },
  async run({ flags }) {
    if (!flags.directory.startsWith("/")) throw new UserError("the directory must be given with -d, absolute");
    const { serveFiles } = await import("../lib/sftp/serve.ts");
    serveFiles(0, 1, { root: flags.directory, readOnly: flags["read-only"] });
  },
});
