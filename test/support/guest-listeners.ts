import type { Subprocess } from "bun";
import type { World } from "./limactl.ts";

/** A listener to open in a guest. */
export interface Listener {
  readonly protocol: "tcp" | "udp";
  readonly ip: string;
  readonly port: number;
}

/** What the host agent told of a port, and when. */
export interface PortTold {
  readonly type: string;
  readonly protocol: string;
  readonly guestAddr: string;
  readonly atMs: number;
}

const script = `while read -r verb spec; do
  case $verb in
    open) socat "$spec" SYSTEM:true & echo done ;;
    close) kill $!; wait $!; echo done ;;
  esac
done`;

/** Programs of a guest that listen, begun and ended over one ssh connection. */
export class GuestListeners implements Disposable {
  private readonly shell: Subprocess<"pipe", "pipe", "ignore">;

  /** @param world of this process's own user */
  constructor(
    private readonly world: World,
    private readonly instance: string,
  ) {
    this.shell = Bun.spawn([world.executable, "shell", instance, "bash", "-c", script], {
      env: { ...world.env },
      cwd: world.home,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "ignore",
    });
  }

  /** Opens a listener. @returns milliseconds from the order to the host's event, the start of the guest's program included */
  async open(listener: Listener): Promise<number> {
    return await this.order(`open ${socatAddress(listener)}`, listener, ["forwarding", "not-forwarding"]);
  }

  /** Ends the listener that was opened last. @returns milliseconds from the order to the host's event */
  async close(listener: Listener): Promise<number> {
    return await this.order("close", listener, ["stopping"]);
  }

  [Symbol.dispose](): void {
    this.shell.kill();
  }

  private async order(line: string, listener: Listener, types: readonly string[]): Promise<number> {
    const before = (await portsTold(this.world, this.instance)).length;
    const began = Date.now();
    this.shell.stdin.write(`${line}\n`);
    this.shell.stdin.flush();
    const address = guestAddress(listener);
    const deadline = performance.now() + 30_000;
    for (;;) {
      const told = (await portsTold(this.world, this.instance)).slice(before);
      const found = told.find(
        ({ type, protocol, guestAddr }) =>
          types.includes(type) && protocol === listener.protocol && guestAddr === address,
      );
      if (found !== undefined) return found.atMs - began;
      if (performance.now() > deadline) throw new Error(`nothing was told of ${listener.protocol} ${address}`);
      await Bun.sleep(20);
    }
  }
}

/** All that the host agent has told of ports so far. */
export async function portsTold(world: World, instance: string): Promise<readonly PortTold[]> {
  const text = await Bun.file(world.file(instance, "ha.stdout.log")).text();
  return text
    .split("\n")
    .filter((line) => line.endsWith("}"))
    .flatMap((line) => {
      const { time, status } = JSON.parse(line);
      return status.portForward === undefined ? [] : [{ ...status.portForward, atMs: new Date(time).getTime() }];
    });
}

function guestAddress({ ip, port }: Listener): string {
  return ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`;
}

function socatAddress({ protocol, ip, port }: Listener): string {
  const six = ip.includes(":");
  const kind = protocol === "tcp" ? `TCP${six ? 6 : 4}-LISTEN` : `UDP${six ? 6 : 4}-RECVFROM`;
  const bind = six ? `[${ip}],ipv6only` : ip;
  return `${kind}:${port},bind=${bind},fork`;
}
