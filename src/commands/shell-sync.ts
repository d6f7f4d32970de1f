import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { CommandContext } from "../cli/command.ts";
import type { Configured } from "../instance/reach.ts";
import { prepareSync, type SyncedDirectory } from "../instance/sync.ts";
import { changesQuestion, countChanges, isUnchanged, pagerCommand, type SyncChanges } from "../instance/sync-plan.ts";
import { errorText, UserError } from "../lib/errors.ts";
import { childEnv, exec } from "../lib/exec.ts";
import { runProgram } from "./become-program.ts";
import { instanceContext } from "./instance-context.ts";

type Context = Pick<CommandContext, "host" | "logger" | "tty">;

/**
 * Runs a shell in a guest on a copy of a host directory, and takes the changes back when it ends well; a person at the
 * terminal is asked first. When it fails, the guest's copy stays and nothing comes back.
 * @param shellIn the command line of a shell that starts in the given directory of the guest
 */
export async function shellWithSync(
  context: Context,
  target: Configured,
  directory: string,
  shellIn: (guestDirectory: string) => Promise<readonly string[]>,
): Promise<void> {
  const synced = await prepareSync(instanceContext(context), target, directory);
  await synced.copyOut();
  await runProgram(await shellIn(synced.guest), context.host.env);
  if (context.tty) await reviewChanges(context, synced);
  else await accept(context, synced);
}

async function accept({ logger }: Context, synced: SyncedDirectory): Promise<void> {
  await synced.copyBack();
  logger.info("Successfully synced back the changes to host.");
  await synced.removeGuestCopy();
}

const answers = { yes: "Yes", no: "No", view: "View the changed contents" } as const;

async function reviewChanges(context: Context, synced: SyncedDirectory): Promise<void> {
  const listing = await synced.dryRun();
  const changes = countChanges(listing);
  if (isUnchanged(changes)) {
    context.logger.info("No changes detected");
    await synced.removeGuestCopy();
    return;
  }
  using viewer = new Viewer(context, synced, listing);
  for (;;) {
    const answer = await ask(changes, synced);
    if (answer === answers.view) {
      await viewer.show();
      continue;
    }
    if (answer === answers.yes) {
      await accept(context, synced);
      return;
    }
    context.logger.info("Skipping syncing back the changes to host.");
    await synced.removeGuestCopy();
    return;
  }
}

async function ask(changes: SyncChanges, synced: SyncedDirectory): Promise<string> {
  const { select } = await import("../cli/prompt.ts");
  try {
    return await select(changesQuestion(changes), Object.values(answers));
  } catch (error) {
    throw new UserError(`failed to open TUI: ${errorText(error)}; preserving guest synced workdir at ${synced.guest}`, {
      cause: error,
    });
  }
}

/** Shows the differences in the person's pager; the guest's copy is fetched for it once. */
class Viewer implements Disposable {
  private directory: string | undefined;

  constructor(
    private readonly context: Context,
    private readonly synced: SyncedDirectory,
    private readonly listing: string,
  ) {}

  async show(): Promise<void> {
    this.directory ??= await this.fetch();
    const { env } = this.context.host;
    let differences = "";
    if (Bun.which("diff", { PATH: env.PATH ?? "" }) === null) {
      this.context.logger.warn("`diff` not found; showing rsync dry-run output only");
    } else {
      const command = ["diff", "-ruN", "--color=always", this.synced.host, this.directory];
      const { code, stdout, stderr } = await exec(command, { env });
      if (code !== 0 && code !== 1) throw new UserError(`failed to run diff command: ${stderr.trim()}`);
      differences = stdout;
    }
    await this.page(`${this.listing}\n${differences}`);
  }

  private async fetch(): Promise<string> {
    let parent: string;
    try {
      parent = mkdtempSync(join(tmpdir(), "lima-guest-synced-"));
    } catch (error) {
      throw new UserError(
        `failed to create temporary directory: ${errorText(error)}; preserving guest synced workdir at ${this.synced.guest}`,
      );
    }
    const directory = join(parent, basename(this.synced.host));
    await this.synced.copyBack(directory);
    return directory;
  }

  private async page(text: string): Promise<void> {
    const { env } = this.context.host;
    const command = pagerCommand(env);
    let child: Bun.Subprocess;
    try {
      child = Bun.spawn([...command], {
        env: childEnv(env),
        stdin: new Response(text),
        stdout: "inherit",
        stderr: "inherit",
      });
    } catch (error) {
      throw new UserError(`failed to start less: ${errorText(error)}`, { cause: error });
    }
    await child.exited;
  }

  [Symbol.dispose](): void {
    if (this.directory !== undefined) rmSync(join(this.directory, ".."), { recursive: true, force: true });
  }
}
