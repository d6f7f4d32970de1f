import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { renderTemplate } from "../../src/lib/gotemplate/render.ts";

/** The real programs that scripts may run; all others are stand-ins that only write down how they were called. */
const realPrograms = "bash sh cat chmod cp dirname env grep head id install ln mkdir mv rm sed seq touch".split(" ");

/** Stand-ins that every guest has, by their shell text. `$STATE` is a directory for what they must remember. */
const standardStandIns: Readonly<Record<string, string>> = {
  sleep: "",
  uname: 'if [ "$1" = -m ]; then echo x86_64; else echo 6.1.0-test; fi',
  // Puts a stand-in into the PATH, as an installer does with a program.
  provide: 'for name in "$@"; do cp "$0" "${0%/*}/$name"; done',
  systemctl: `
    args=(); for arg in "$@"; do case $arg in --*) ;; *) args+=("$arg") ;; esac; done
    units=("\${args[@]:1}")
    case \${args[0]} in
    is-enabled) cat "$STATE/\${units[0]}.enabled" 2>/dev/null || exit 1 ;;
    enable) for unit in "\${units[@]}"; do echo enabled >"$STATE/$unit.enabled"; done ;;
    mask) for unit in "\${units[@]}"; do echo masked >"$STATE/$unit.enabled"; done ;;
    cat) [ -e "$STATE/\${units[0]}.unit" ] ;;
    get-default) cat "$STATE/default" 2>/dev/null || echo multi-user.target ;;
    set-default) echo "\${units[0]}" >"$STATE/default" ;;
    esac`,
  sudo: 'while [[ $1 == --* ]]; do shift; done; exec "$@"',
};

/** A made-up root directory and PATH in which a template's scripts run as they would in a guest. */
export class Sandbox implements Disposable {
  readonly root: string = mkdtempSync(join(tmpdir(), "limabun-guest-"));
  private readonly bin = join(this.root, "bin");
  private readonly calls = join(this.root, "calls");

  /**
   * @param standIns programs by the shell text they run
   * @param files guest files by path; directories are made for them
   */
  constructor(
    private readonly standIns: Readonly<Record<string, string>>,
    files: Readonly<Record<string, string>> = {},
  ) {
    for (const directory of [
      "bin",
      "state",
      "etc/default",
      "etc/apt/sources.list.d",
      "etc/tmpfiles.d",
      "usr/local/bin",
    ])
      mkdirSync(join(this.root, directory), { recursive: true });
    for (const directory of ["etc/modules-load.d", "etc/sysctl.d", "home/lima", "root"])
      mkdirSync(join(this.root, directory), { recursive: true });
    for (const program of realPrograms) symlinkSync(Bun.which(program) ?? "", join(this.bin, program));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
    for (const [name, text] of Object.entries({ ...standardStandIns, ...standIns })) this.addStandIn(name, text);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private addStandIn(name: string, text: string): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/bash\necho "\${0##*/} $*" >>"$CALLS"\n${text}\n`);
    chmodSync(path, 0o755);
  }

  /** Runs a provisioning script. @throws Error with its output when it fails */
  run(script: string, param: Readonly<Record<string, string>>): void {
    const user = process.env.USER ?? "root";
    const home = join(this.root, "home/lima");
    const rendered = renderTemplate(script, { User: user, Home: "/home/lima", Param: param });
    const placed = rendered.replace(/(?<![\w.}/:-])\/(?=(?:etc|var|root|run|home|opt|usr\/local)\/)/g, `${this.root}/`);
    const stray = placed
      .replaceAll(this.root, "")
      .match(/(?<![\w.}/:"*\\-])\/(?!bin\/bash|dev\/null|s\/|etc|var|root|run|home|opt|usr)[a-z]+\//g);
    if (stray !== null) throw new Error(`a path outside of the sandbox: ${stray.join(" ")}`);
    const { exitCode, stdout, stderr } = Bun.spawnSync(["/bin/bash", "-c", placed], {
      cwd: home,
      env: {
        PATH: this.bin,
        HOME: home,
        ROOT: this.root,
        CALLS: this.calls,
        STATE: join(this.root, "state"),
        ...Object.fromEntries(Object.entries(param).map(([key, value]) => [`PARAM_${key}`, value])),
      },
    });
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${script}\n${stdout}${stderr}`);
    // What an installer provided may have to do more than a stand-in that only writes down its calls.
    for (const [name, text] of Object.entries(this.standIns)) this.addStandIn(name, text);
  }

  /** How the stand-ins were called since the last time, one command line each. */
  takeCalls(): readonly string[] {
    if (!existsSync(this.calls)) return [];
    const lines = readFileSync(this.calls, "utf8").trimEnd().split("\n");
    rmSync(this.calls);
    return lines;
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  /** Every file of the guest with its mode and content. */
  files(): Readonly<Record<string, string>> {
    const found: Record<string, string> = {};
    for (const name of readdirSync(this.root, { recursive: true, encoding: "utf8" }).sort()) {
      const path = join(this.root, name);
      if (/^(bin|state)\b|^calls$/.test(name) || !statSync(path).isFile()) continue;
      found[name] = `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path, "utf8")}`;
    }
    return found;
  }
}
