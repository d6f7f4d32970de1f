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

const directories = `bin later state etc/default etc/apt/sources.list.d etc/modules-load.d etc/sysctl.d etc/tmpfiles.d
  home/lima root usr/local/bin`.split(/\s+/);

/** Stand-ins that every guest has, by their shell text. `$STATE` is a directory for what they must remember. */
const standardStandIns: Readonly<Record<string, string>> = {
  sleep: "",
  uname: 'if [ "$1" = -m ]; then echo x86_64; else echo 6.1.0-test; fi',
  // Puts a program into the PATH, as an installer does.
  provide: `for name in "$@"; do
      if [ -e "$ROOT/later/$name" ]; then cp "$ROOT/later/$name" "$BIN/$name"; else cp "$ROOT/later/any" "$BIN/$name"; fi
    done`,
  systemctl: `
    args=(); scope=system
    for arg in "$@"; do case $arg in --user) scope=user ;; --*) ;; *) args+=("$arg") ;; esac; done
    units=("\${args[@]:1}")
    case \${args[0]} in
    is-enabled) cat "$STATE/$scope-\${units[0]}" 2>/dev/null || exit 1 ;;
    enable) for unit in "\${units[@]}"; do echo enabled >"$STATE/$scope-$unit"; done ;;
    mask) for unit in "\${units[@]}"; do echo masked >"$STATE/$scope-$unit"; done ;;
    cat) [ -e "$STATE/\${units[0]}.unit" ] ;;
    get-default) cat "$STATE/default" 2>/dev/null || echo multi-user.target ;;
    set-default) echo "\${units[0]}" >"$STATE/default" ;;
    esac`,
  sudo: 'while [[ $1 == --* ]]; do shift; done; exec "$@"',
};

interface SandboxOptions {
  readonly standIns?: Readonly<Record<string, string>>;
  readonly later?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** A made-up root directory and PATH in which a template's scripts run as they would in a guest. */
export class Sandbox implements Disposable {
  readonly root: string = mkdtempSync(join(tmpdir(), "limabun-guest-"));
  private readonly bin = join(this.root, "bin");
  private readonly calls = join(this.root, "calls");

  /**
   * @param standIns programs by the shell text they run
   * @param later the same, for programs that are only there once `provide NAME` was run
   * @param files guest files by path; directories are made for them
   */
  constructor({ standIns = {}, later = {}, files = {} }: SandboxOptions) {
    for (const directory of directories) mkdirSync(join(this.root, directory), { recursive: true });
    for (const program of realPrograms) symlinkSync(Bun.which(program) ?? "", join(this.bin, program));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, path)), { recursive: true });
      writeFileSync(join(this.root, path), text);
    }
    const now = { ...standardStandIns, ...standIns };
    for (const [name, text] of Object.entries(now)) addStandIn(join(this.bin, name), text);
    for (const [name, text] of Object.entries({ any: "", ...later })) addStandIn(join(this.root, "later", name), text);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Runs a provisioning script. @throws Error with its output when it fails */
  run(script: string, param: Readonly<Record<string, string>>): void {
    // A number is as good as a name to programs, and everyone knows their own.
    const user = String(process.getuid?.() ?? 0);
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
        BIN: this.bin,
        CALLS: this.calls,
        STATE: join(this.root, "state"),
        ...Object.fromEntries(Object.entries(param).map(([key, value]) => [`PARAM_${key}`, value])),
      },
    });
    if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${script}\n${stdout}${stderr}`);
  }

  /** How the stand-ins were called since the last time, one command line each. */
  takeCalls(): readonly string[] {
    if (!existsSync(this.calls)) return [];
    const lines = readFileSync(this.calls, "utf8").replace(/\n$/, "").split("\n");
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
      if (/^(bin|later|state)\b|^calls$/.test(name) || !statSync(path).isFile()) continue;
      found[name] = `${(statSync(path).mode & 0o777).toString(8)} ${readFileSync(path, "utf8")}`;
    }
    return found;
  }
}

function addStandIn(path: string, text: string): void {
  writeFileSync(path, `#!/bin/bash\necho "\${0##*/} $*" >>"$CALLS"\n${text}\n`);
  chmodSync(path, 0o755);
}
