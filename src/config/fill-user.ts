import { quote } from "../lib/quote.ts";
import { expander, guestData } from "./expand.ts";
import { createdBefore, type FillContext } from "./fill-context.ts";
import type { GuestOs, PartialConfig, User } from "./types.ts";

/** Login shells of the systems other than Linux. */
const shells: ReadonlyMap<string, string> = new Map([
  ["Darwin", "/bin/zsh"],
  ["FreeBSD", "/bin/sh"],
  ["Windows", "cmd.exe"],
]);

const fallbackName = "lima";
const fallbackUid = 1000;

function defaultName({ host, instance, warnings }: FillContext): string {
  const { name } = host.user;
  // cloud-init refuses to make root; the guest's user is an ordinary one even when the host's is not.
  if (name === "root") return fallbackName;
  if (!/^[a-z_][a-z0-9_-]*$/.test(name)) {
    warnings.push({
      message: `local user ${quote(name)} is not a valid Linux username (must match \`^[a-z_][a-z0-9_-]*$\`); using ${quote(fallbackName)} username instead`,
    });
    return fallbackName;
  }
  if (name === "admin" && !createdBefore(instance, "1.0.0")) {
    warnings.push({
      message: `local username ${quote(name)} is a reserved username, using ${quote(fallbackName)} instead`,
    });
    return fallbackName;
  }
  return name;
}

function defaultUid({ host, warnings }: FillContext): number {
  if (host.user.uid > 0) return host.user.uid;
  if (host.user.uid < 0)
    warnings.push({
      message: `local uid is not a valid Linux uid (must be integer); using ${fallbackUid} uid instead`,
    });
  return fallbackUid;
}

function defaultHome(name: string, os: GuestOs, context: FillContext): string {
  if (os === "Darwin") return `/Users/${name}.guest`;
  return createdBefore(context.instance, "2.1.0") ? `/home/${name}.linux` : `/home/${name}.guest`;
}

/** The guest's user. `home` is expanded; its own `{{.Home}}` is the text before expansion. */
export function fillUser(
  given: NonNullable<PartialConfig["user"]>,
  os: GuestOs,
  param: Readonly<Record<string, string>>,
  context: FillContext,
): User {
  const name = given.name ?? defaultName(context);
  const user = {
    name,
    comment: given.comment ?? context.host.user.comment,
    home: given.home ?? defaultHome(name, os, context),
    shell: given.shell ?? shells.get(os) ?? "/bin/bash",
    uid: given.uid ?? defaultUid(context),
    passwordlessSudo: given.passwordlessSudo ?? os !== "Darwin",
  };
  if (given.home === undefined) return user;
  const expand = expander(guestData(context.instance, user, param), context);
  return { ...user, home: expand(user.home, "user.home") };
}
