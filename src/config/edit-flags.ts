import { UserError } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import { goQuote, quote } from "../lib/quote.ts";
import { expandHostPath } from "./host-path.ts";
import type { ConfigWarning } from "./warning.ts";

/** The edit and create flags that were given on the command line, by their names; one that was not given is absent. */
export interface EditFlags {
  readonly cpus?: number;
  readonly dns?: readonly string[];
  /** GiB. */
  readonly memory?: number;
  readonly mount?: readonly string[];
  readonly "mount-only"?: readonly string[];
  readonly "mount-none"?: boolean;
  readonly "mount-type"?: string;
  readonly "vm-type"?: string;
  readonly "mount-inotify"?: boolean;
  readonly "mount-writable"?: boolean;
  readonly network?: readonly string[];
  readonly "nested-virt"?: boolean;
  readonly rosetta?: boolean;
  readonly set?: readonly string[];
  readonly param?: readonly string[];
  readonly video?: boolean;
  readonly "audio-device"?: string;
  readonly "audio-interface"?: string;
  readonly "ssh-port"?: number;
  readonly "image-variant"?: string;
  readonly "arch-variant"?: string;
  readonly arch?: string;
  readonly containerd?: string;
  /** GiB. */
  readonly disk?: number;
  readonly plain?: boolean;
  readonly "port-forward"?: readonly string[];
  readonly shell?: string;
}

/** What the flags are applied to. */
export interface EditTarget {
  readonly host: Pick<Host, "os" | "home" | "cwd">;
  /** Names that `param` has there. */
  readonly params: ReadonlySet<string>;
  /** True for an instance that exists: flags that only make sense for a new one are ignored, with a warning. */
  readonly exists: boolean;
}

/** yq expressions to apply in this order, and what to warn about. */
export interface EditPlan {
  readonly expressions: readonly string[];
  readonly warnings: readonly ConfigWarning[];
}

type FlagName = keyof EditFlags;
type Rules = {
  readonly [K in FlagName]-?: (
    value: NonNullable<EditFlags[K]>,
    target: EditTarget,
    flags: EditFlags,
  ) => readonly string[];
};

function mounts(paths: readonly string[], host: EditTarget["host"]): string {
  const entries = paths.map((given) => {
    const writable = given.endsWith(":w");
    const path = goQuote(expandHostPath(writable ? given.slice(0, -2) : given, host));
    return `{"location": ${path}, "mountPoint": ${path}, "writable": ${writable}}`;
  });
  return `[${entries.join(",")}]`;
}

function network(value: string): string {
  if (value === "vzNAT") return '{"vzNAT": true}';
  if (value.startsWith("lima:")) return `{"lima": ${goQuote(value.slice("lima:".length))}}`;
  throw new Error(`network name must be \`vzNAT\` or \`lima:*\`, got ${quote(value)}`);
}

function param(value: string, known: ReadonlySet<string>): string {
  const cut = value.indexOf("=");
  if (cut < 0) throw new Error(`invalid parameter ${quote(value)}, expected NAME=VALUE`);
  const name = value.slice(0, cut);
  if (!known.has(name)) throw new Error(`template does not define param ${quote(name)}`);
  return `.param[${goQuote(name)}] = ${goQuote(value.slice(cut + 1))}`;
}

function containerd(value: string): readonly string[] {
  const [user, system] =
    value === "user"
      ? [true, false]
      : value === "system"
        ? [false, true]
        : value === "user+system" || value === "system+user"
          ? [true, true]
          : value === "none"
            ? [false, false]
            : [undefined, undefined];
  if (user === undefined)
    throw new Error(`expected one of [\`user\`, \`system\`, \`user+system\`, \`none\`], got ${quote(value)}`);
  return [`.containerd.user = ${user}`, `.containerd.system = ${system}`];
}

function portForward(text: string): string {
  const [ports = "", option, ...more] = text.split(",");
  if (more.length > 0)
    throw new Error(`invalid port forward format ${quote(text)}, expected HOST:GUEST or HOST:GUEST,static=true`);
  const parts = ports.split(":").map((part) => part.trim());
  const [hostPort, guestPort] = parts;
  if (parts.length !== 2 || !hostPort || !guestPort)
    throw new Error(`invalid port forward format ${quote(text)}, expected HOST:GUEST`);
  let isStatic = false;
  if (option !== undefined) {
    const value = /^static=(.*)$/.exec(option.trim())?.[1]?.trim();
    if (value === undefined)
      throw new Error(`invalid parameter ${quote(option.trim())}, expected \`static=\` followed by a boolean value`);
    if (!/^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/.test(value))
      throw new Error(`invalid value for static parameter: ${quote(value)}`);
    isStatic = /^[1tT]/.test(value);
  }
  return `{"guestPort": ${goQuote(guestPort)}, "hostPort": ${goQuote(hostPort)}, "static": ${isStatic}}`;
}

function notEmpty(flag: string, value: string): string {
  if (value === "") throw new Error(`\`--${flag}\` must not be empty`);
  return goQuote(value);
}

/** GiB without an exponent, which sizes do not have; the shortest digits that are the same single-precision number. */
function gib(amount: number): string {
  const precisions = Array.from({ length: 9 }, (_, index) => index + 1);
  const precision = precisions.find(
    (digits) => Math.fround(Number(amount.toPrecision(digits))) === Math.fround(amount),
  );
  const short = precision === undefined ? amount : Number(amount.toPrecision(precision));
  return goQuote(`${short.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 })}GiB`);
}

/** The expressions of each flag, in the order in which they are applied. */
const rules: Rules = {
  cpus(count) {
    if (count < 0) throw new Error("invalid value for number of cpus, must be >= 0");
    return [`.cpus = ${count}`];
  },
  dns: (addresses) => [
    `.dns += [${addresses.map(goQuote).join(",")}]`,
    ".dns |= unique",
    ".hostResolver.enabled=false",
  ],
  memory: (amount) => [`.memory = ${gib(amount)}`],
  mount(paths, { host }, flags) {
    if (flags["mount-only"] !== undefined) throw new Error("flag `--mount` conflicts with `--mount-only`");
    return [`.mounts = ${mounts(paths.toReversed(), host)} + .mounts`];
  },
  "mount-only": (paths, { host }) => [`.mounts = ${mounts(paths, host)}`],
  "mount-none"(_value, _target, flags) {
    for (const other of ["mount", "mount-only"] as const)
      if (flags[other] !== undefined) throw new Error(`flag \`--mount-none\` conflicts with \`${other}\``);
    return [".mounts = null"];
  },
  "mount-type": (type) => [`.mountType = ${goQuote(type)}`],
  "vm-type": (type) => [`.vmType = ${goQuote(type)}`],
  "mount-inotify": (on) => [`.mountInotify = ${on}`],
  "mount-writable": (on) => [`.mounts[].writable = ${on}`],
  network: (names) => [`.networks += [${names.map(network).join(",")}]`, ".networks |= unique_by(.lima)"],
  "nested-virt": (on) => [`.nestedVirtualization = ${on}`],
  rosetta: (on) => [`.vmOpts.vz.rosetta.enabled = ${on}`, `.vmOpts.vz.rosetta.binfmt = ${on}`],
  set: (expressions) => expressions,
  param: (values, { params }) => values.map((value) => param(value, params)),
  video: (on) => [`.video.display = "${on ? "default" : "none"}"`],
  "audio-device": (device) => [`.audio.device = ${goQuote(device)}`],
  "audio-interface": (name) => [`.audio.interface = ${goQuote(name)}`],
  "ssh-port": (port) => [`.ssh.localPort = ${port}`],
  "image-variant": (name) => [`.images = [.images[] | select(.variant == ${notEmpty("image-variant", name)})]`],
  "arch-variant": (name) => [`.images = [.images[] | select(.archVariant == ${notEmpty("arch-variant", name)})]`],
  arch: (name) => [`.arch = ${goQuote(name)}`],
  containerd,
  disk: (amount) => [`.disk= ${gib(amount)}`],
  plain: (on) => [`.plain = ${on}`],
  "port-forward": (forwards) => [`.portForwards += [${forwards.map(portForward).join(",")}]`],
  shell: (path) => [`.user.shell = ${goQuote(path)}`],
};

const newOnly: ReadonlySet<FlagName> = new Set(["image-variant", "arch-variant", "arch", "containerd", "plain"]);

const experimental: ReadonlySet<FlagName> = new Set(["mount-inotify", "audio-device", "audio-interface"]);

function expressionsOf(name: FlagName, target: EditTarget, flags: EditFlags): readonly string[] {
  // Each rule takes the value of its own flag, which the compiler cannot follow through a variable name.
  const rule = rules[name] as (value: unknown, target: EditTarget, flags: EditFlags) => readonly string[];
  try {
    return rule(flags[name], target, flags);
  } catch (error) {
    throw new UserError(`error while processing flag ${quote(name)}: ${(error as Error).message}`);
  }
}

/**
 * The yq expressions of the edit flags, in their order; joined with ` | ` they make the edit.
 * @throws UserError ``error while processing flag `FLAG`: ...``
 */
export function planEdits(flags: EditFlags, target: EditTarget): EditPlan {
  const expressions: string[] = [];
  const warnings: ConfigWarning[] = [];
  for (const name of Object.keys(rules) as FlagName[]) {
    const value = flags[name];
    if (value === undefined) continue;
    if (target.exists && newOnly.has(name)) {
      warnings.push({
        message: `\`--${name}\` is not applicable to an existing instance (Hint: create a new instance with \`limactl create --${name}=${value} --name=NAME\`)`,
      });
      continue;
    }
    if (experimental.has(name)) warnings.push({ message: `\`--${name}\` is experimental` });
    if (name === "dns")
      warnings.push({
        message: `Disabling HostResolver, as custom DNS addresses ([${(flags.dns ?? []).join(" ")}]) are specified`,
      });
    expressions.push(...expressionsOf(name, target, flags));
  }
  return { expressions, warnings };
}
