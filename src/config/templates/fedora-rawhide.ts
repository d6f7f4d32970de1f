import { UserError } from "../../lib/errors.ts";
import type { Fetched } from "./source.ts";

/** The scheme, and the one thing that it stands for. */
export const fedoraRawhideScheme = "fedora-rawhide";
const wanted = "_images/fedora-rawhide";

/** Where Fedora keeps its rolling release. */
const index = "https://dl.fedoraproject.org/pub/fedora/linux/development/rawhide";

/** What the newest compose is looked up with. */
export interface RawhideSource {
  fetch(url: string, headers: Readonly<Record<string, string>>, limit: number): Promise<Fetched>;
  /** Keeps the template. @returns the path that it has from now on */
  keep(text: string): string;
}

/**
 * The template of the newest image of Fedora's rolling release.
 * @param argument what stands behind `fedora-rawhide:`
 * @param base the index, without a slash at its end
 * @returns the path of the template
 * @throws UserError for another argument, and where the index gives no compose
 */
export async function fedoraRawhide(argument: string, source: RawhideSource, base = index): Promise<string> {
  if (argument !== wanted)
    throw new UserError(`unknown argument \`${argument}\`; the only one is \`${fedoraRawhideScheme}:${wanted}\``);
  const url = `${base}/COMPOSE_ID`;
  const { status, body } = await source.fetch(url, {}, 1024);
  if (status !== 200) throw new UserError(`${url}: the server answered with status ${status}`);
  const compose = /^Fedora-Rawhide-([\w.]+)$/.exec(new TextDecoder().decode(body).trim())?.[1];
  if (compose === undefined) throw new UserError(`${url} holds no compose of Fedora Rawhide`);
  return source.keep(imagesOf(compose, base));
}

function imagesOf(compose: string, base: string): string {
  const entries = ["x86_64", "aarch64"].map(
    (arch) =>
      `- location: ${base}/Cloud/${arch}/images/Fedora-Cloud-Base-Generic-Rawhide-${compose}.${arch}.qcow2\n  arch: ${arch}\n`,
  );
  return `images:\n${entries.join("")}`;
}
