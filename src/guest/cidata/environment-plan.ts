/** Names that proxies are configured by, lower case; the upper-case forms mean the same. */
const proxyNames = ["ftp_proxy", "http_proxy", "https_proxy", "no_proxy"];

/** What decides the guest's /etc/environment. */
export interface EnvironmentFacts {
  /** Proxies of the host's system settings (macOS), lowest precedence. */
  readonly systemProxies: Readonly<Record<string, string>>;
  /** `env` of lima.yaml. */
  readonly env: Readonly<Record<string, string>>;
  readonly propagateProxyEnv: boolean;
  /** The environment of the process. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Host names and addresses that mean the host itself, lower case: see `proxyHosts`. */
  readonly loopbackHosts: ReadonlySet<string>;
  /** The host's address as the guest sees it. */
  readonly gateway: string;
}

/** A message for the log. */
export interface Note {
  readonly level: "info" | "warning";
  readonly text: string;
}

/** The guest's variables, and what was decided on the way. */
export interface EnvironmentPlan {
  readonly environment: Readonly<Record<string, string>>;
  readonly notes: readonly Note[];
}

type Collected = Pick<EnvironmentFacts, "systemProxies" | "env" | "propagateProxyEnv" | "processEnv">;

/** Host parts of the proxies that would be used: those whose addresses must be looked up. */
export function proxyHosts(facts: Collected): readonly string[] {
  const { values } = collect(facts);
  const hosts = proxyNames
    .filter((name) => name !== "no_proxy")
    .flatMap((name) => [values.get(name), values.get(name.toUpperCase())])
    .map((value) => (value === undefined ? undefined : splitProxy(value)?.host))
    .filter((host) => host !== undefined);
  return [...new Set(hosts)];
}

/**
 * The variables of /etc/environment: system proxies, then `env`, then the process's proxies. A proxy on the host's own
 * loopback is reached through the gateway; an empty value removes; lower and upper case end up the same.
 */
export function planEnvironment(facts: EnvironmentFacts): EnvironmentPlan {
  const { values, notes } = collect(facts);
  for (const lower of proxyNames) {
    for (const name of [lower, lower.toUpperCase()]) {
      const value = values.get(name);
      if (value === "") values.delete(name);
      else if (value !== undefined && lower !== "no_proxy") values.set(name, reachable(name, value, facts, notes));
    }
    mirror(values, lower, notes);
  }
  return { environment: Object.fromEntries(values), notes };
}

function collect(facts: Collected): { readonly values: Map<string, string>; readonly notes: Note[] } {
  const values = new Map([...Object.entries(facts.systemProxies), ...Object.entries(facts.env)]);
  const notes: Note[] = [];
  if (facts.propagateProxyEnv) {
    for (const name of proxyNames.flatMap((lower) => [lower, lower.toUpperCase()])) {
      const value = facts.processEnv[name];
      if (value === undefined) continue;
      const old = values.get(name);
      if (old !== undefined && old !== value) {
        notes.push({
          level: "info",
          text: `Overriding "${name}" value "${old}" with "${value}" from limactl process environment`,
        });
      }
      values.set(name, value);
    }
  }
  return { values, notes };
}

interface ProxyUrl {
  readonly before: string;
  readonly host: string;
  readonly after: string;
}

/** The parts of `scheme://[user@]host[:port][/path]`; undefined for a value without a host part. */
function splitProxy(value: string): ProxyUrl | undefined {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?)(\[[^\]/]*\]|[^:/?#[\]]+)((?::\d*)?(?:[/?#].*)?)$/.exec(
    value,
  );
  if (match === null) return undefined;
  const [, before = "", host = "", after = ""] = match;
  return { before, host: host.replace(/^\[|\]$/g, "").toLowerCase(), after };
}

function reachable(name: string, value: string, facts: EnvironmentFacts, notes: Note[]): string {
  const parts = splitProxy(value);
  if (parts === undefined) {
    // No scheme, and yet a colon before any slash (`127.0.0.1:3128`): not even a URL without a host part.
    const schemeless = !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(value) && /^[^/?#]*:/.test(value);
    const broken = schemeless || (value.includes("://") && !URL.canParse(value));
    if (broken) notes.push({ level: "warning", text: `Ignoring invalid proxy "${name}"="${value}"` });
    return value;
  }
  if (!facts.loopbackHosts.has(parts.host)) return value;
  const replaced = `${parts.before}${facts.gateway}${parts.after}`;
  notes.push({ level: "info", text: `Replacing "${name}" value "${value}" with "${replaced}"` });
  return replaced;
}

function mirror(values: Map<string, string>, lower: string, notes: Note[]): void {
  const upper = lower.toUpperCase();
  const small = values.get(lower);
  const large = values.get(upper);
  if (small !== undefined) {
    if (large !== undefined && large !== small) {
      notes.push({
        level: "warning",
        text: `Changing "${upper}" value from "${large}" to "${small}" to match "${lower}"`,
      });
    }
    values.set(upper, small);
  } else if (large !== undefined) {
    values.set(lower, large);
  }
}
