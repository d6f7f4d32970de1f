import { parse } from "yaml";

interface Template {
  readonly base?: string | readonly (string | { readonly url: string })[];
  readonly images?: readonly { readonly location: string; readonly arch?: string }[];
}

/**
 * The address of the first image for an architecture in a shipped template or in the templates it is based on.
 * @param templates texts by path, such as `default.yaml`
 */
export function firstImage(
  templates: Readonly<Record<string, string>>,
  path: string,
  arch: string,
): string | undefined {
  const text = templates[path];
  if (text === undefined) return undefined;
  const { images = [], base = [] } = parse(text) as Template;
  const own = images.find((image) => image.arch === arch && image.location.startsWith("http"));
  if (own !== undefined) return own.location;
  for (const entry of typeof base === "string" ? [base] : base) {
    const locator = typeof entry === "string" ? entry : entry.url;
    const found = firstImage(templates, `${locator.replace(/^template:(\/\/)?/, "")}.yaml`, arch);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A template of a guest whose disk is a file on this machine: no mounts, no containerd, so that it needs no network. */
export function localGuestTemplate(disk: string, arch: string): string {
  return `# Written by scripts/quickstart.sh: a Debian guest built on this machine.
images:
- location: ${JSON.stringify(disk)}
  arch: ${arch}
cpus: 2
memory: 1GiB
disk: 10GiB
mounts: []
containerd:
  system: false
  user: false
`;
}
