import { UserError } from "../lib/errors.ts";
import { quote } from "../lib/quote.ts";

/** What decides where in the guest a shell starts. */
export interface DirectoryFacts {
  /** `--workdir`; undefined when it was not given. */
  readonly workdir: string | undefined;
  /** Directory of the guest that was made a copy of one of the host (`--sync`). @default none */
  readonly synced?: string | undefined;
  /** The host's working directory and home, symlinks resolved; undefined when they cannot be told. */
  readonly cwd: string | undefined;
  readonly home: string | undefined;
  /** Mounts of the instance, host side with symlinks resolved. */
  readonly mounts: readonly { readonly location: string; readonly mountPoint: string }[];
}

/** The shell command that enters the first directory. */
export function directoryCommand(facts: DirectoryFacts): string {
  if (facts.workdir !== undefined) return `cd ${shellQuote(facts.workdir)} || exit 1`;
  const cwd = facts.cwd === undefined ? undefined : guestPath(facts.cwd, facts.mounts);
  const home = facts.home === undefined ? undefined : guestPath(facts.home, facts.mounts);
  if (cwd === undefined && facts.synced !== undefined) return `cd ${shellQuote(facts.synced)}`;
  if (cwd !== undefined) return `cd ${shellQuote(cwd)} || cd ${shellQuote(home ?? facts.home ?? "/")}`;
  if (home !== undefined) return `cd ${shellQuote(home)}`;
  return "false";
}

/** Where a host path is seen in the guest, or undefined when no mount holds it. The longest location wins. */
function guestPath(path: string, mounts: DirectoryFacts["mounts"]): string | undefined {
  const holder = mounts
    .filter(({ location }) => path === location || path.startsWith(location.endsWith("/") ? location : `${location}/`))
    .sort((a, b) => b.location.length - a.location.length)[0];
  if (holder === undefined) return undefined;
  const rest = path.slice(holder.location.length).replace(/^\//, "");
  return rest === "" ? holder.mountPoint : `${holder.mountPoint.replace(/\/$/, "")}/${rest}`;
}

export interface ShellScript {
  readonly directory: string;
  /** `--shell`, else the configured one; undefined for the user's own. */
  readonly shell: string | undefined;
  /** Variables set for the shell, in order. */
  readonly env: readonly (readonly [string, string])[];
  /** The command to run; empty for an interactive shell. */
  readonly command: readonly string[];
}

/** The script that ssh runs in a POSIX guest. Nothing of `command` is interpreted by a shell. */
export function shellScript(script: ShellScript): string {
  const shell = script.shell === undefined ? '"$SHELL"' : shellQuote(script.shell);
  const env = script.env.length === 0 ? "" : `env ${script.env.map(([k, v]) => shellQuote(`${k}=${v}`)).join(" ")} `;
  const login = `${script.directory} ; exec ${env}${shell} -l`;
  return script.command.length === 0 ? login : `${login} -c ${shellQuote(joinCommand(script.command))}`;
}

const windowsShells = ["cmd.exe", "powershell.exe", "pwsh.exe"];

/**
 * The line that ssh runs in a Windows guest, where the shell itself reads the command.
 * @param shell its name or path, which may stand in double quotes
 * @throws UserError for a shell whose options are not known
 */
export function windowsScript(shell: string, command: readonly string[]): string {
  const bare = shell.replace(/^"(.*)"$/s, "$1");
  const base = bare.replace(/^.*[/\\]/s, "").toLowerCase();
  if (!windowsShells.includes(base)) {
    throw new UserError(
      `unsupported shell ${quote(shell)} for Windows guest, must be one of [${windowsShells.join(" ")}]`,
    );
  }
  const program = bare === shell && /\s/.test(shell) ? `"${shell}"` : shell;
  if (command.length === 0) return program;
  return `${program} ${base === "cmd.exe" ? "/c" : "-Command"} "${command.join(" ")}"`;
}

/** Leading `K=V` words stay assignments; from the first other word on, each is quoted as a whole. */
function joinCommand(command: readonly string[]): string {
  const firstWord = command.findIndex((word) => !word.includes("="));
  return command
    .map((word, index) => {
      if (firstWord !== -1 && index >= firstWord) return shellQuote(word);
      const at = word.indexOf("=");
      return `${word.slice(0, at)}=${shellQuote(word.slice(at + 1))}`;
    })
    .join(" ");
}

/** A word as a POSIX shell reads it back: bare where that is safe, else in single quotes. */
export function shellQuote(word: string): string {
  if (word === "") return "''";
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** Variables of the host that `--preserve-env` keeps to itself. */
export const shellEnvBlock: readonly string[] =
  "BASH* DISPLAY DYLD_* EUID FPATH GID GROUP HOME HOSTNAME LD_* LOGNAME OLDPWD PATH PWD SHELL SHLVL SSH_* TERM TERMINFO TMPDIR UID USER XAUTHORITY XDG_* ZDOTDIR ZSH* _*".split(
    " ",
  );

/**
 * The host's variables that a guest shell is given under `--preserve-env`, sorted by name.
 * @throws UserError for a pattern in `LIMA_SHELLENV_BLOCK` or `LIMA_SHELLENV_ALLOW` with a character that none may hold
 */
export function preservedEnv(
  env: Readonly<Record<string, string | undefined>>,
): readonly (readonly [string, string])[] {
  const configured = env.LIMA_SHELLENV_BLOCK ?? "";
  const own = patterns("LIMA_SHELLENV_BLOCK", configured.replace(/^\+/, ""));
  const blocked = configured === "" ? shellEnvBlock : configured.startsWith("+") ? [...shellEnvBlock, ...own] : own;
  const allowed = patterns("LIMA_SHELLENV_ALLOW", env.LIMA_SHELLENV_ALLOW ?? "");
  const matches = (list: readonly string[], name: string) => list.some((pattern) => wildcard(pattern).test(name));
  return Object.entries(env)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .filter(([name]) => matches(allowed, name) || !matches(blocked, name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function patterns(variable: string, text: string): readonly string[] {
  const list = text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  for (const pattern of list) {
    const position = pattern.search(/[^A-Za-z0-9_*]/);
    if (position === -1) continue;
    throw new UserError(
      `Invalid ${variable} pattern: pattern ${quote(pattern)} contains invalid character ${quote(pattern.charAt(position))} at position ${position}`,
    );
  }
  return list;
}

function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "s");
}
