import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Run, Started, World } from "./limactl.ts";

/**
 * A real `systemd --user` of a world's own, in a mount namespace where systemd seems to have booted the machine, so that
 * nothing of this machine's own systemd is touched. Needs root and a machine with systemd's programs.
 */
export class UserManager implements AsyncDisposable {
  private constructor(
    private readonly world: World,
    private readonly manager: Started,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(world: World): Promise<UserManager> {
    const runtime = join(world.root, "run");
    mkdirSync(runtime, { mode: 0o700 });
    const env = { XDG_RUNTIME_DIR: runtime };
    const script =
      "mkdir -p /run/systemd && mount -t tmpfs none /run/systemd && mkdir /run/systemd/system && exec /lib/systemd/systemd --user";
    const manager = world.startProgram(["unshare", "--mount", "sh", "-c", script], { env });
    const own = new UserManager(world, manager, env);
    for (let round = 0; (await own.systemctl("is-system-running", "--wait")).stdout.trim() !== "running"; round += 1) {
      if (round === 100) throw new Error(`systemd --user does not run: ${manager.stderr()}`);
      await Bun.sleep(100);
    }
    return own;
  }

  /** Runs a program where this manager is. @param reachable whether it is to find the manager */
  async run(command: readonly string[], reachable = true): Promise<Run> {
    const words = ["nsenter", `--target=${this.manager.pid}`, "--mount", "--", ...command];
    return await this.world.startProgram(words, reachable ? { env: this.env } : {}).finished;
  }

  /** Runs `systemctl --user`. */
  systemctl(...words: readonly string[]): Promise<Run> {
    return this.run(["systemctl", "--user", ...words]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.manager.kill("SIGTERM");
    await this.manager.finished;
  }
}
