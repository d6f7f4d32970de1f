import { errorText } from "../lib/errors.ts";
import type { Host } from "../lib/host.ts";
import type { ConfigFacts, InstanceFacts } from "./facts.ts";
import { hostnameOf } from "./identifier.ts";
import type { User } from "./types.ts";
import type { ConfigWarning } from "./warning.ts";

/** Expands the Go template actions of one field's text. A text that cannot be expanded stays, with a warning. */
export type Expand = (text: string, field: string) => string;

/** Renders a Go template over data. @throws Error for a text that is none */
export type Render = (text: string, data: unknown) => string;

/** Makes an `Expand` over fixed data; texts without an action pass untouched. */
export function expander(data: Readonly<Record<string, unknown>>, context: ExpanderContext): Expand {
  const { render, warnings } = context;
  return (text, field) => {
    if (!text.includes("{{")) return text;
    try {
      return render(text, data);
    } catch (error) {
      warnings.push({
        message: `Couldn't process field \`${field}\` as a template, keeping its text`,
        fields: { error: errorText(error) },
      });
      return text;
    }
  };
}

interface ExpanderContext {
  readonly render: Render;
  readonly warnings: ConfigWarning[];
}

/** What guest templates see: script texts, guest paths. */
export function guestData(
  instance: InstanceFacts,
  user: Pick<User, "name" | "uid" | "home">,
  param: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  return {
    Name: instance.name,
    Hostname: hostnameOf(instance.name),
    UID: user.uid,
    User: user.name,
    Home: user.home,
    Param: param,
  };
}

function tempDirectory({ os, env, home }: Host): string {
  if (os !== "windows") return env.TMPDIR || "/tmp";
  return env.TMP || env.TEMP || env.USERPROFILE || `${home}\\AppData\\Local\\Temp`;
}

/** What host templates see: host paths. */
export function hostData(
  instance: InstanceFacts,
  host: Host,
  facts: Pick<ConfigFacts, "limaHome">,
  param: Readonly<Record<string, string>>,
): Readonly<Record<string, unknown>> {
  return {
    Dir: instance.dir,
    Name: instance.name,
    UID: String(host.user.uid),
    User: host.user.name,
    Home: host.home,
    Param: param,
    GlobalTempDir: host.os === "windows" ? tempDirectory(host) : "/tmp",
    TempDir: tempDirectory(host),
    // Deprecated names.
    Instance: instance.name,
    LimaHome: facts.limaHome,
  };
}
