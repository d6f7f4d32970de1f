import { join } from "node:path";
import type { Config } from "../config/types.ts";
import type { ConfigWarning } from "../config/warning.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { writeFileAtomic } from "../lib/files.ts";
import { parseSize } from "../lib/sizes.ts";
import { loadDriver } from "../vm/drivers.ts";
import type { InstanceContext } from "./context.ts";
import { type LoadOptions, loadConfigText } from "./load.ts";

/** How an edited template is loaded. @default as the stored one of the instance */
export type LoadEdited = (options: LoadOptions) => ReturnType<typeof loadConfigText>;

export interface EditCheck {
  /** What the instance was configured as; its disk must not shrink. @default nothing */
  readonly before?: Config | undefined;
  /** A person typed the text, who wants it back whatever is wrong with it. @default false */
  readonly typed?: boolean;
  readonly load?: LoadEdited;
}

/**
 * Holds an edited template against everything that an instance's template must satisfy.
 * @returns what to warn about
 * @throws UserError; what loads and is not valid is saved as `lima.REJECTED.yaml` in the working directory
 */
export async function checkEdited(
  context: InstanceContext,
  name: string,
  text: string,
  check: EditCheck = {},
): Promise<readonly ConfigWarning[]> {
  const load = check.load ?? ((options: LoadOptions) => loadConfigText(context, name, text, options));
  const driver = await orRejected(context, text, check.typed === true, async () =>
    loadDriver((await load({ validate: false })).config.vmType),
  );
  const { warnings } = await orRejected(context, text, true, async () => {
    const loaded = await load({ advise: true });
    driver.configure(loaded.config, { host: context.host });
    refuseShrinking(check.before, loaded.config);
    return loaded;
  });
  return warnings;
}

/** Name of the file that keeps a refused text for its author to mend. */
const rejectedName = "lima.REJECTED.yaml";

async function orRejected<T>(
  context: InstanceContext,
  text: string,
  save: boolean,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!save || !(error instanceof UserError)) throw error;
    throw new UserError(`the YAML is invalid, ${saved(context, text)}${error.message}`, { cause: error });
  }
}

function saved(context: InstanceContext, text: string): string {
  try {
    writeFileAtomic(join(context.host.cwd, rejectedName), text);
    return `saved the buffer as \`${rejectedName}\`: `;
  } catch (error) {
    return `attempted to save the buffer as \`${rejectedName}\` but failed: ${errorText(error)}\n`;
  }
}

function refuseShrinking(before: Config | undefined, after: Config): void {
  if (before === undefined || parseSize(after.disk) >= parseSize(before.disk)) return;
  throw new UserError(`field \`disk\`: shrinking the disk (${before.disk} --> ${after.disk}) is not supported`);
}
