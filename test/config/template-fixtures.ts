import { type EmbedOptions, embedTemplate } from "../../src/config/templates/embed.ts";
import { readTemplate } from "../../src/config/templates/read.ts";
import type { Fetched, TemplateContext, TemplateSource } from "../../src/config/templates/source.ts";
import { makeHost } from "./fixtures.ts";

interface Contents {
  /** Local files by absolute path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Answers by URL; a text is one of status 200. */
  readonly web?: Readonly<Record<string, string | Fetched>>;
  readonly stdin?: string;
  readonly shipped?: Readonly<Record<string, string>>;
  /** Directories of templates; their files are in `files`. */
  readonly directories?: readonly string[];
  /** Outputs of URL plugins by `SCHEME:ARGUMENT`. */
  readonly plugins?: Readonly<Record<string, string>>;
}

const bytes = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** A template source that serves values; what is not there is missing. */
export function makeSource(contents: Contents): TemplateSource & { readonly requests: string[] } {
  const { files = {}, web = {}, plugins = {} } = contents;
  const requests: string[] = [];
  return {
    requests,
    async readFile(path, limit) {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
      return bytes(content).slice(0, limit + 1);
    },
    async fetch(url, headers, limit) {
      requests.push(headers.Authorization === undefined ? url : `${url} ${headers.Authorization}`);
      const answer = web[url] ?? { status: 404, body: bytes("Not Found") };
      return typeof answer === "string" ? { status: 200, body: bytes(answer).slice(0, limit + 1) } : answer;
    },
    readStdin: async () => bytes(contents.stdin ?? ""),
    async runPlugin(scheme, argument) {
      const output = plugins[`${scheme}:${argument}`];
      if (output === undefined) return undefined;
      return output.startsWith("!") ? { command: `limactl-url-${scheme}`, error: output.slice(1) } : { output };
    },
    directories: (contents.directories ?? []).map((path) => ({
      path,
      list: async () =>
        Object.keys(files)
          .filter((file) => file.startsWith(`${path}/`))
          .map((file) => file.slice(path.length + 1)),
    })),
    shipped: contents.shipped ?? {},
  };
}

export function makeContext(contents: Contents, env: Readonly<Record<string, string>> = {}) {
  return { host: makeHost({ env }), source: makeSource(contents), warnings: [], notes: [] } satisfies TemplateContext;
}

/** Embeds `/here/t.yaml` with the given other files, all named relative to /here. */
export async function embed(
  text: string,
  files: Readonly<Record<string, string>> = {},
  options?: EmbedOptions,
): Promise<string> {
  const absolute = Object.fromEntries(
    Object.entries({ ...files, "t.yaml": text }).map(([name, value]) => [`/here/${name}`, value]),
  );
  const context = makeContext({ files: absolute, shipped: { "shipped.yaml": "cpus: 3\n" } });
  return embedTemplate(await readTemplate("t.yaml", context), context, options);
}

/** The message with which something fails. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}
