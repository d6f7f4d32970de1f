import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { systemdUnit } from "../../src/guest/agent/systemd-plan.ts";
import { writeImage } from "../support/container-image.ts";
import { writeContainerdArchive } from "../support/containerd-archive.ts";
import { always, byCloudInit, bySystemd, failingRows, notPlain, untouched } from "../support/guest-table.ts";
import { debianTemplate } from "../support/guests.ts";
import { type Run, World } from "../support/limactl.ts";

const boot = 900_000;
const name = "deb.one";

/** The instance in plain mode, which boots beside another: a boot keeps one processor busy. */
let plain: { readonly world: World; readonly start: Promise<Run> } | undefined;

function plainBoot() {
  if (plain === undefined) {
    const world = new World("ordinary");
    const provision = "provision: [{mode: system, script: echo system >>/var/tmp/order}]\n";
    const file = world.write("plain.yaml", debianTemplate(`plain: true\n${provision}`));
    plain = { world, start: world.limactl(["start", "--tty=false", file]) };
  }
  return plain;
}

afterAll(async () => {
  await plain?.world[Symbol.asyncDispose]();
});

describe("the Debian guest, by an ordinary user", () => {
  let world: World;
  const inGuest = async (script: string) => (await world.ok(["shell", name, "sh", "-c", script])).trim();

  beforeAll(async () => {
    world = new World("ordinary");
    const template = world.write(
      "deb.yaml",
      debianTemplate(
        "timezone: Asia/Tokyo\nenv:\n  HELLO: it's $HOME\nhostResolver: {hosts: {fixed.example: 192.0.2.200}}\n",
      ),
    );
    const run = await world.limactl(["start", "--tty=false", `--name=${name}`, template]);
    expect(run.stderr).toContain("READY. Run `limactl shell deb.one` to open the shell.");
    expect(run.code).toBe(0);
  }, boot);

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  test(
    "cloud-init is done without errors",
    async () => {
      const status = JSON.parse(await inGuest("cloud-init status --wait --format json; true"));
      expect(status.errors).toEqual([]);
      expect(status.status).toBe("done");
    },
    boot,
  );

  const table = [...always, ...notPlain, ...byCloudInit, ...bySystemd];
  const subject = () => ({
    world,
    instance: name,
    user: world.user,
    uid: world.uid,
    home: `/home/${world.user}.guest`,
  });

  test(
    "a boot leaves what the specification's table says",
    async () => {
      expect(await failingRows(subject(), table)).toEqual([]);
    },
    boot,
  );

  test("the user is the host's, with its uid, a home of its own and password-less sudo", async () => {
    expect(await inGuest("id -un")).toBe(world.user);
    expect(await inGuest("id -u")).toBe(String(world.uid));
    expect(await inGuest('echo "$HOME"')).toBe(`/home/${world.user}.guest`);
    expect(await inGuest(`readlink -f /home/${world.user}.linux`)).toBe(`/home/${world.user}.guest`);
    expect(await inGuest("sudo -n id -u")).toBe("0");
    expect(await inGuest("getent passwd $(id -un) | cut -d: -f7")).toBe("/bin/bash");
  });

  test("the host name is the instance's, with dots and underscores turned to hyphens", async () => {
    expect(await inGuest("hostname")).toBe("lima-deb-one");
  });

  test("cidata is mounted, for root alone, and lima.env says who the instance is", async () => {
    expect(await inGuest("sudo stat -c '%a %U' /mnt/lima-cidata")).toBe("700 root");
    const env = await inGuest("sudo cat /mnt/lima-cidata/lima.env");
    expect(env).toContain(`LIMA_CIDATA_NAME=${name}`);
    expect(env).toContain(`LIMA_CIDATA_USER=${world.user}`);
    expect(env).toContain(`LIMA_CIDATA_UID=${world.uid}`);
    expect(env).toContain("LIMA_CIDATA_MNT=/mnt/lima-cidata");
    expect(env).toContain("LIMA_CIDATA_SLIRP_IP_ADDRESS=192.168.5.15");
  });

  test("names of the template and of the host are found through systemd-resolved", async () => {
    const address = (of: string) => inGuest(`getent ahostsv4 ${of} | awk '{ print $1; exit }'`);
    expect(await address("fixed.example")).toBe("192.0.2.200");
    expect(await inGuest("resolvectl query --legend=no --type=A host.lima.internal")).toContain("192.168.5.2");
  });

  test("environment and time zone of the template are the guest's", async () => {
    expect(await inGuest("printenv HELLO")).toBe("it's $HOME");
    expect(await inGuest("readlink -f /etc/localtime")).toBe("/usr/share/zoneinfo/Asia/Tokyo");
  });

  test("the root disk has grown to the configured size", async () => {
    const kib = Number(await inGuest("df --output=size / | tail -1"));
    expect(kib).toBeGreaterThan(5 * 1024 * 1024);
  });

  test("exit codes pass through the shell", async () => {
    for (const code of [0, 1, 7, 130]) {
      const run = await world.limactl(["shell", name, "sh", "-c", `exit ${code}`]);
      expect(run.code).toBe(code);
      expect(run.stderr).not.toContain("level=fatal");
    }
  });

  test(
    "ten megabytes go through stdin and back unchanged",
    async () => {
      const bytes = randomBytes(10_000_000);
      const file = `${world.root}/ten`;
      await Bun.write(file, bytes);
      const run = await world.startProgram([
        "sh",
        "-c",
        `"$1" shell "$2" cat <"$3" | sha256sum`,
        "-",
        world.executable,
        name,
        file,
      ]).finished;
      expect(run.stdout.split(" ")[0]).toBe(createHash("sha256").update(bytes).digest("hex"));
    },
    boot,
  );

  test("arguments reach the program as they are, and no shell reads them", async () => {
    const words = ["a b", "$HOME", "`id`", "it's", 'say "x"', "*", "a\\nb", ""];
    const stdout = await world.ok(["shell", name, "printf", "[%s]\\n", ...words]);
    expect(stdout).toBe(words.map((word) => `[${word}]\n`).join(""));
  });

  test("COLORTERM reaches the guest, from the first start on", async () => {
    const env = { COLORTERM: "truecolor" };
    expect(await world.ok(["shell", name, "printenv", "COLORTERM"], { env })).toBe("truecolor\n");
  });

  test("--workdir enters a directory, and one that is missing is an error", async () => {
    expect(await world.ok(["shell", "--workdir", "/usr/share", name, "pwd"])).toBe("/usr/share\n");
    expect((await world.limactl(["shell", "--workdir", "/nowhere", name, "pwd"])).code).toBe(1);
  });

  test("list shows it running, with the port that ssh answers on", async () => {
    const record = JSON.parse(await world.ok(["list", "--json", name]));
    expect(record.status).toBe("Running");
    expect(record.limaVersion).toMatch(/^v?2\.2\./);
    const plain = await world.startProgram(["ssh", "-F", record.sshConfigFile, record.hostname, "hostname"]).finished;
    expect(plain.stdout).toBe("lima-deb-one\n");
    expect(await world.ok(["list"])).toMatch(/^NAME +STATUS +SSH +VMTYPE +ARCH +CPUS +MEMORY +DISK +DIR\n/);
  });

  test("files of the instance are private to the user", () => {
    expect(statSync(`${world.limaHome}/${name}`).mode & 0o777).toBe(0o700);
    expect(statSync(world.file(name, "ha.sock")).mode & 0o777).toBe(0o600);
    expect(statSync(world.file(name, "ssh.config")).mode & 0o777).toBe(0o600);
    expect(readFileSync(world.file(name, "lima-version"), "utf8").trim()).not.toBe("");
  });

  test(
    "the guest agent is a unit of systemd, which install-systemd leaves alone, restarts or writes anew as things have changed",
    async () => {
      const unit = "lima-guestagent.service";
      const root = async (script: string) => (await world.ok(["shell", name, "sudo", "sh", "-ec", script])).trim();
      const file = () => root(`cat /etc/systemd/system/${unit}`);
      const pid = async () => Number(await root(`systemctl show -P MainPID ${unit}`));
      const options = { debug: false, vsockPort: 0, virtioPort: "io.lima-vm.guest_agent.0", socketOwner: world.uid };
      const link = "/usr/local/bin/lima-guestagent";
      const flags = `--virtio-port=${options.virtioPort} --socket-owner=${options.socketOwner}`;
      const install = (more: string) => root(`${link} install-systemd ${flags} ${more}`);

      expect(`${await file()}\n`).toBe(systemdUnit(link, options));
      expect(await root(`stat -c %a /etc/systemd/system/${unit}`)).toBe("644");
      expect(await root(`systemctl is-enabled ${unit}; systemctl is-active ${unit}`)).toBe("enabled\nactive");
      const first = await pid();
      await install("--guestagent-updated=false");
      expect(await pid()).toBe(first);
      await install("--guestagent-updated");
      const second = await pid();
      expect(second).not.toBe(first);
      await install("--debug");
      expect(`${await file()}\n`).toBe(systemdUnit(link, { ...options, debug: true }));
      expect(await pid()).not.toBe(second);
      await root(`systemctl disable --now ${unit}`);
      await install("");
      expect(`${await file()}\n`).toBe(systemdUnit(link, options));
      expect(await root(`systemctl is-enabled ${unit}; systemctl is-active ${unit}`)).toBe("enabled\nactive");

      const last = await pid();
      await root(`kill -9 ${last}`);
      // RestartSec=1
      for (let n = 0; [0, last].includes(await pid()); n += 1) expect(n).toBeLessThan(100);
    },
    boot,
  );

  test(
    "an instance is registered with a user manager of systemd, and taken out again",
    async () => {
      // The program that the host put on cidata for the guest agent is limactl, too.
      const script = `
        sudo install -m 755 /mnt/lima-cidata/lima-guestagent /usr/local/bin/limactl
        mkdir -p ~/.lima/inner && echo "images: [{location: /etc/profile}]" >~/.lima/inner/lima.yaml
        unit=lima-vm@inner.service
        state() { systemctl --user is-enabled $unit 2>/dev/null || ls ~/.config/systemd/user/ 2>/dev/null | grep lima-vm; }
        limactl autostart enable inner; state
        systemd-analyze --user --man=no verify ~/.config/systemd/user/$unit
        systemctl --user show -P ExecStart $unit | grep -o 'argv.*--foreground'
        limactl autostart disable inner; state
        limactl autostart disable inner
        limactl start-at-login inner
        limactl start-at-login inner; state
        limactl start-at-login --enabled=false inner; state
        limactl start-at-login --enabled=false inner
        limactl autostart enable inner
        limactl delete inner; state; true`;
      const said = await inGuest(`(${script}) 2>&1`);
      const lines = said.split("\n").map((line) => /msg="([^"]*)"/.exec(line)?.[1] ?? line);
      const told = "The autostart entry for instance `inner`";
      expect(lines.filter((line) => !/^(Created symlink|Removed|Command "start-at-login")/.test(line))).toEqual([
        "Instance `inner` registered to start at login",
        "enabled",
        "argv[]=/usr/local/bin/limactl start inner --foreground",
        "Instance `inner` unregistered from start at login",
        "Instance `inner` is not registered for automatic startup",
        `${told} has been created`,
        `${told} has been updated`,
        "enabled",
        `${told} has been unregistered`,
        `${told} is not registered`,
        "Instance `inner` registered to start at login",
        ...["The qemu driver process seems already stopped", "The host agent process seems already stopped"],
        expect.stringContaining("Removing *.pid *.sock *.tmp under"),
        expect.stringContaining("Deleted `inner`"),
        `${told} has been unregistered`,
      ]);
    },
    boot,
  );

  test("a second start of the running instance says so and changes nothing", async () => {
    const run = await world.limactl(["start", "--tty=false", name]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("The instance `deb.one` is already running.");
  });

  test(
    "stop and start keep a file that was written before",
    async () => {
      await inGuest("echo kept >~/kept; sync");
      await world.ok(["stop", name]);
      expect(JSON.parse(await world.ok(["list", "--json", name])).status).toBe("Stopped");
      expect(world.processes()).toEqual([]);
      await world.ok(["start", "--tty=false", name]);
      expect(await inGuest("cat ~/kept")).toBe("kept");
      expect(await failingRows(subject(), table)).toEqual([]);
    },
    boot,
  );

  test(
    "a reboot within the guest leaves what the specification's table says, too",
    async () => {
      const state = async () => {
        const files = "/proc/sys/kernel/random/boot_id /run/lima-boot-done";
        return (await world.limactl(["shell", "--workdir=/", name, "cat", ...files.split(" ")])).stdout.split("\n");
      };
      const [before, started] = await state();
      await world.limactl(["shell", "--workdir=/", name, "sudo", "reboot"]);
      const isUpAgain = ([bootId, done]: readonly string[]) => !["", before].includes(bootId ?? "") && done === started;
      while (!isUpAgain(await state())) await Bun.sleep(1000);
      expect(await failingRows(subject(), table)).toEqual([]);
      expect(JSON.parse(await world.ok(["list", "--json", name]))).toMatchObject({ status: "Running" });
    },
    boot,
  );

  test(
    "delete leaves no file, process or socket",
    async () => {
      await world.ok(["delete", "--force", name]);
      expect(existsSync(`${world.limaHome}/${name}`)).toBe(false);
      expect(world.processes()).toEqual([]);
      expect(readdirSync(world.limaHome).filter((each) => !each.startsWith("_"))).toEqual([]);
    },
    boot,
  );
});

/** A certificate that signs itself, made for the test. */
function certificate(): string {
  const made = spawnSync("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"],
    ...["-subj", "/CN=limabun test", "-keyout", "/dev/null"],
  ]);
  expect(made.status).toBe(0);
  return made.stdout.toString();
}

describe.if(process.getuid?.() === 0)("the Debian guest, by root, with a template that sets much", () => {
  let world: World;
  let said: Run;
  const inGuest = async (script: string) => (await world.ok(["shell", "much", "sh", "-c", script])).trim();
  const disk = () => `${world.limaHome}/_disks/extra`;
  const pem = certificate();
  const indented = pem.replace(/^(?=.)/gm, "    ");
  const port = 18123;
  const template = `
containerd:
  system: true
  user: true
  archives: [{location: ~/nerdctl-full.tgz, arch: x86_64}]
additionalDisks: [{name: extra}]
user: {name: kim, uid: 1234, comment: Kim Possible, home: /home/kim.here, shell: /bin/sh}
param: {GREETING: hello $world}
env: {PLACE: "over there"}
dns: [192.168.5.3]
hostResolver: {enabled: false}
caCerts:
  certs:
  - |
${indented}provision:
- mode: system
  script: |
    #!/bin/sh
    echo "system $(id -u) $PARAM_GREETING {{.User}}" >>/var/tmp/order
    (sleep 5; touch /run/probe-may-pass) >/dev/null 2>&1 &
- mode: user
  script: |
    #!/bin/sh
    echo "user $(id -un) $HOME" >>/var/tmp/user-order
- mode: system
  script: |
    #!/bin/sh
    echo second >>/var/tmp/order
    echo "the last words"
    exit 3
- mode: boot
  script: |
    #!/bin/sh
    touch /var/tmp/boot-mode
- mode: data
  path: /etc/limabun/data.txt
  owner: "{{.User}}"
  permissions: "640"
  content: |
    it's $HOME, {{.Name}}
- mode: data
  path: /home/kim.here/not/there/yet.txt
  owner: kim:kim
  content: first
- mode: data
  path: /etc/hostname
  overwrite: false
  content: never
- mode: dependency
  script: |
    #!/bin/sh
    test ! -e /usr/local/bin/nerdctl && echo "dependency $(id -u) $PARAM_GREETING" >/var/tmp/dependency
- mode: yq
  path: /etc/limabun/edited.yaml
  expression: .place = "{{.Home}}"
probes:
- description: the file that comes late
  script: |
    #!/bin/sh
    test -e /run/probe-may-pass
message: |
  Hello from {{.Name}} on {{.Config.User.Name}}
`;

  beforeAll(async () => {
    world = new World("self");
    writeContainerdArchive(`${world.home}/nerdctl-full.tgz`);
    mkdirSync(disk(), { recursive: true });
    expect(spawnSync("qemu-img", ["create", "-q", "-f", "raw", `${disk()}/datadisk`, "64M"]).status).toBe(0);
    const file = world.write("much.yaml", debianTemplate(template));
    const env = { ftp_proxy: "http://localhost:2121", no_proxy: "example.com" };
    plainBoot();
    said = await world.limactl(["start", "--tty=false", file], { env });
  }, boot);

  afterAll(async () => {
    await world[Symbol.asyncDispose]();
  });

  test("start succeeds, with one warning about root", async () => {
    expect(said.stderr).toContain("READY. Run `limactl shell much` to open the shell.");
    expect(said.code).toBe(0);
    expect(said.stderr.split("\n").filter((line) => line.includes("Running as root"))).toHaveLength(1);
  });

  test("a message is shown after start", () => {
    expect(said.stderr).toContain("Message from the instance `much`:");
    expect(said.stderr).toContain("\nHello from much on kim\n");
  });

  test("the guest's user is the one of lima.yaml", async () => {
    expect(await inGuest("getent passwd kim")).toBe("kim:x:1234:1234:Kim Possible:/home/kim.here:/bin/sh");
    expect(await inGuest("id -un; sudo -n id -un")).toBe("kim\nroot");
  });

  test("env and param reach the guest's scripts", async () => {
    expect(await inGuest("printenv PLACE")).toBe("over there");
    expect(await inGuest("head -n 1 /var/tmp/order")).toBe("system 0 hello $world kim");
  });

  test("provisioning scripts run in the guest in their order", async () => {
    expect(await inGuest("tail -n 1 /var/tmp/order")).toBe("second");
    expect(await inGuest("cat /var/tmp/user-order")).toBe("user kim /home/kim.here");
    expect(await inGuest("test -e /var/tmp/boot-mode && echo yes")).toBe("yes");
    expect(await inGuest("sudo stat -c '%U %a' /etc/limabun/data.txt; sudo cat /etc/limabun/data.txt")).toBe(
      "kim 640\nit's $HOME, much",
    );
    expect(await inGuest("sudo cat /etc/limabun/edited.yaml")).toBe("place: /home/kim.here");
  });

  test("a script that fails is named with its last lines, with the start a success all the same", async () => {
    const told = "boot script failed: provision.system/00000002\n  | the last words";
    expect(said.stderr).toContain("provision.system/00000002");
    expect(said.stderr).toContain("the last words");
    const events = (await Bun.file(world.file("much", "ha.stdout.log")).text()).trim().split("\n");
    expect(events.flatMap((line) => JSON.parse(line).status.errors ?? [])).toContain(told);
    expect(JSON.parse(await world.ok(["list", "--json", "much"])).errors).toEqual([told]);
  });

  test("data files have their owner, and an existing one may be kept", async () => {
    const place = "/home/kim.here/not/there";
    expect(await inGuest(`stat -c '%U %a' ${place} ${place}/yet.txt; cat ${place}/yet.txt`)).toBe(
      "kim 755\nkim 644\nfirst",
    );
    expect(await inGuest("cat /etc/hostname")).toBe("lima-much");
    expect(await inGuest("cat /var/tmp/dependency")).toBe("dependency 0 hello $world");
  });

  test("proxies of the host's loopback are reached through the gateway", async () => {
    expect(await inGuest("printenv ftp_proxy FTP_PROXY no_proxy NO_PROXY")).toBe(
      "http://192.168.5.2:2121\nhttp://192.168.5.2:2121\nexample.com\nexample.com",
    );
  });

  test("an additional disk is formatted, mounted, and marked as used", async () => {
    expect(readlinkSync(`${disk()}/in_use_by`)).toBe(`${world.limaHome}/much`);
    expect(await inGuest("findmnt -no SOURCE,FSTYPE /mnt/lima-extra; sudo blkid -s LABEL -o value /dev/vdb1")).toBe(
      "/dev/vdb1 ext4\nlima-extra",
    );
  });

  test(
    "containerd is installed from its archive, for the system and for the user",
    async () => {
      expect(await inGuest("systemctl is-active containerd buildkit stargz-snapshotter | sort -u")).toBe("active");
      expect(await inGuest("systemctl is-enabled containerd buildkit stargz-snapshotter | sort -u")).toBe("enabled");
      expect(await inGuest("cat /etc/bash_completion.d/nerdctl; nerdctl --version")).toBe(
        "# completion for bash\nnerdctl version 0.test",
      );
      expect(await inGuest("sed 's/ *$//' ~/setup-tool")).toBe(
        "install kim /run/user/1234\ninstall-buildkit-containerd kim /run/user/1234 default overlayfs\ninstall-stargz kim /run/user/1234",
      );
      expect(await inGuest("XDG_RUNTIME_DIR=/run/user/1234 systemctl --user is-active containerd")).toBe("active");
      expect(await inGuest("stat -c %U ~/.config ~/.config/containerd/config.toml | sort -u")).toBe("kim");
      expect(await inGuest("grep snapshotter /etc/buildkit/buildkitd.toml")).toContain('"overlayfs"');
      // the guest's own package came with a configuration of its own, which is left as it is
      expect(await inGuest("grep -c stargz /etc/containerd/config.toml || true")).toBe("0");
      expect(await inGuest("sudo ctr plugins ls | grep -c -w cri")).toBe("1");
    },
    boot,
  );

  test(
    "a container's listening port is forwarded like any other",
    async () => {
      const image = `${world.root}/image.tar`;
      const name = "localhost/page:1";
      writeImage(image, name, port);
      await world.ok(["copy", image, "much:/var/tmp/image.tar"]);
      await inGuest("sudo ctr images import /var/tmp/image.tar");
      await inGuest(`sudo ctr run --detach --net-host ${name} page`);
      const log = () => readFileSync(world.file("much", "ha.stdout.log"), "utf8");
      while (!log().includes(`:${port}"`)) await Bun.sleep(100);
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("from a container\n");
      await inGuest("sudo ctr task kill --signal SIGKILL page");
      while (!log().includes('"stopping"')) await Bun.sleep(100);
    },
    boot,
  );

  test("start waits for the probes of lima.yaml", async () => {
    expect(said.stderr).toContain("`the file that comes late`");
    expect(await inGuest("test -e /run/probe-may-pass && echo passed")).toBe("passed");
  });

  test("CA certificates of lima.yaml are trusted in the guest", async () => {
    expect(await world.ok(["shell", "much", "openssl", "verify"], { stdin: pem })).toBe("stdin: OK\n");
  });

  test("the guest asks the DNS servers of lima.yaml", async () => {
    expect(await inGuest("resolvectl dns eth0 || cat /etc/resolv.conf")).toContain("192.168.5.3");
  });

  test("ssh reaches the guest as lima.yaml says", async () => {
    const record = JSON.parse(await world.ok(["list", "--json", "much"]));
    const plain = await world.startProgram(["ssh", "-F", record.sshConfigFile, record.hostname, "id", "-un"]).finished;
    expect(plain.stdout).toBe("kim\n");
  });

  test(
    "stop and delete leave nothing",
    async () => {
      await world.ok(["stop", "much"]);
      expect(() => readlinkSync(`${disk()}/in_use_by`)).toThrow("ENOENT");
      await world.ok(["delete", "much"]);
      expect(world.processes()).toEqual([]);
      expect(existsSync(`${world.limaHome}/much`)).toBe(false);
    },
    boot,
  );
});

describe("the Debian guest in plain mode", () => {
  test(
    "has what plain mode keeps, and nothing else",
    async () => {
      const { world, start } = plainBoot();
      const run = await start;
      expect(run.stderr).toContain("READY. Run `ssh -F");
      expect(run.code).toBe(0);
      const home = `/home/${world.user}.guest`;
      const subject = { world, instance: "plain", user: world.user, uid: world.uid, home };
      const order = { row: "provisioning", script: '[ "$(cat /var/tmp/order)" = system ]' };
      expect(await failingRows(subject, [...always, ...byCloudInit, ...untouched, order])).toEqual([]);
    },
    boot,
  );
});
