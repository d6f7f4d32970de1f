import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSshd } from "../test/hostagent/sshd.ts";
import { miniTemplate } from "../test/support/guests.ts";
import { World } from "../test/support/limactl.ts";
import { type Comparison, pairs, type Result } from "./measure.ts";

const rounds = 5;
const megabytes = 16;
const files = 10_000;
/** As a time: 0.95 of the rate of plain sshfs. */
const budget = 1.053;

/**
 * A directory of the host in the mini guest, mounted by limactl and by plain sshfs from the guest to an sshd of this host,
 * with the same cipher; each file and each tree is used once, so that no cache serves it.
 */
export async function mounts(): Promise<readonly Result[]> {
  await using world = new World();
  const shared = join(world.home, "shared");
  for (const side of ["ours", "theirs"])
    for (let round = 0; round < rounds; round += 1) makeTree(join(shared, `${side}-${round}`));
  await using sshd = await startSshd({ config: ["Subsystem sftp /usr/lib/openssh/sftp-server"] });
  writeFileSync(join(shared, "key"), sshd.privateKey);
  const mount = JSON.stringify([{ location: shared, mountPoint: "/mnt/ours", writable: true }]);
  await world.ok([
    "start",
    "--tty=false",
    world.write("m.yaml", miniTemplate("mountType: reverse-sshfs\n", "", mount)),
  ]);
  const guest = (script: string) => world.ok(["shell", "--workdir=/", "m", "sh", "-ec", script]);
  const options = "StrictHostKeyChecking=no,UserKnownHostsFile=/dev/null,Ciphers=^aes128-gcm@openssh.com,allow_other";
  await guest(`
    cp /mnt/ours/key /tmp/key; chmod 600 /tmp/key; sudo mkdir -p /mnt/theirs; sudo chmod 777 /mnt/theirs
    sshfs -p ${sshd.port} -o IdentityFile=/tmp/key,${options} ${sshd.user}@192.168.5.2:${shared} /mnt/theirs 2>/dev/null`);
  const compare = async (
    name: string,
    work: (place: string) => string,
  ): Promise<{ readonly kind: "comparison" } & Comparison> => {
    const taken = { ours: 0, theirs: 0 };
    const one = (side: "ours" | "theirs") => async () => {
      const script = work(`/mnt/${side}/${side}-${taken[side]++}`);
      const [from = "", to = ""] = (await guest(`cat /proc/uptime; ${script} >/dev/null; cat /proc/uptime`)).split(
        "\n",
      );
      return (Number.parseFloat(to) - Number.parseFloat(from)) * 1000;
    };
    const baseline = "plain sshfs";
    return {
      kind: "comparison",
      name: `reverse-sshfs, ${name}`,
      baseline,
      budget,
      ...(await pairs(rounds, one("ours"), one("theirs"))),
    };
  };
  const results = [
    await compare(`read ${megabytes} MiB`, (place) => `cat ${place}/big`),
    await compare(
      `write ${megabytes} MiB`,
      (place) => `dd if=/dev/zero of=${place}/new bs=1M count=${megabytes} 2>/dev/null`,
    ),
    await compare(`find over ${files} files`, (place) => `find ${place}/tree`),
  ];
  await guest("fusermount3 -u /mnt/theirs");
  await world.ok(["stop", "m"]);
  return results;
}

function makeTree(place: string): void {
  const perDirectory = 100;
  for (let index = 0; index < files; index += 1) {
    const directory = join(place, "tree", String(Math.floor(index / perDirectory)));
    if (index % perDirectory === 0) mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, String(index)), "");
  }
  writeFileSync(join(place, "big"), Buffer.alloc(megabytes << 20, place));
}
