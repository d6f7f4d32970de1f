import { posix } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { quote } from "../../lib/quote.ts";
import { maxTemplateBytes, type TemplateContext } from "./source.ts";

/** Bytes of a file that are looked at for a symlink or a redirect. */
const lookedAt = 1024;

interface GithubPath {
  readonly org: string;
  readonly repo: string;
  /** Cleaned path in the repository. */
  readonly path: string;
  /** Branch, tag or commit; empty for the default branch. */
  readonly branch: string;
}

function escapes(path: string): boolean {
  const clean = posix.normalize(path);
  return clean === ".." || clean.startsWith("../");
}

function fileName(path: string): string {
  if (path === "") return ".lima.yaml";
  if (path.endsWith("/")) return `${path}.lima.yaml`;
  const base = path.slice(path.lastIndexOf("/") + 1);
  return base.slice(1).includes(".") ? path : `${path}.yaml`;
}

/** Takes `ORG[/REPO][/PATH][@BRANCH]` apart. @throws UserError without an ORG, or for what leaves the repository */
function parse(text: string): GithubPath {
  const at = text.indexOf("@");
  const left = at < 0 ? text : text.slice(0, at);
  const branch = at < 0 ? "" : text.slice(at + 1);
  const [org = "", repoPart = "", ...rest] = left.split("/");
  if (org === "")
    throw new UserError(`github: URL must contain at least an ORG, got ${quote(left.startsWith("/") ? "" : left)}`);
  const repo = repoPart === "" ? org : repoPart;
  const url = quote(`github:${text}`);
  if (org === "..") throw new UserError(`repo ${quote(org)} in github: URL ${url} escapes the org`);
  if (repo === "..") throw new UserError(`repo ${quote(repo)} in github: URL ${url} escapes the org`);
  const path = fileName(rest.join("/"));
  for (const [kind, part] of [
    ["path", path],
    ["branch", branch],
  ] as const)
    if (part !== "" && escapes(part))
      throw new UserError(`${kind} ${quote(part)} in github: URL ${url} escapes the repository`);
  return { org, repo, path: posix.normalize(path).replace(/^\/+/, ""), branch };
}

const decode = (body: Uint8Array): string => new TextDecoder().decode(body);

async function defaultBranch(org: string, repo: string, { host, source }: TemplateContext): Promise<string> {
  const token = host.env.GH_TOKEN || host.env.GITHUB_TOKEN;
  const failed = `failed to get default branch for ${org}/${repo}`;
  const headers = {
    "User-Agent": "lima",
    Accept: "application/vnd.github.v3+json",
    ...(token === undefined ? {} : { Authorization: `token ${token}` }),
  };
  const { status, body } = await explained(`${failed}: failed to query GitHub API`, () =>
    source.fetch(`https://api.github.com/repos/${org}/${repo}`, headers, maxTemplateBytes),
  );
  const text = decode(body);
  if (status !== 200) throw new UserError(`${failed}: GitHub API returned status ${status}: ${text}`);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw new UserError(`failed to parse GitHub API response: ${(error as Error).message}`);
  }
  const branch = (answer as { readonly default_branch?: unknown } | null)?.default_branch;
  if (typeof branch !== "string" || branch === "")
    throw new UserError(`repository ${org}/${repo} has no default branch`);
  return branch;
}

/** Says what was attempted before what went wrong. */
async function explained<T>(what: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${what}: ${error.message}`, { cause: error });
  }
}

const rawUrl = (org: string, repo: string, branch: string, path: string): string =>
  `https://raw.githubusercontent.com/${org}/${repo}/${branch}/${path}`;

/** Where a `github:ORG/...` line inside a repository of the same ORG leads. */
function redirect(body: string, org: string, branch: string, url: string): string {
  const line = (body.split("\n")[0] ?? "").trim();
  if (!line.startsWith(`github:${org}/`))
    throw new UserError(`redirect ${quote(line)} is not a \`github:${org}\` URL (from ${quote(url)})`);
  if (line.includes("@"))
    throw new UserError(`redirect ${quote(line)} must not include a branch/tag/sha (from ${quote(url)})`);
  return branch === "" ? line : `${line}@${branch}`;
}

/**
 * Rewrites the text after `github:` into the URL of a file, or into another `github:` locator where the repository
 * redirects.
 * @throws UserError as config.md 3.2 lists them
 */
export async function rewriteGithub(text: string, context: TemplateContext): Promise<string> {
  const { org, repo, path, branch: given } = parse(text);
  const branch = given === "" ? await defaultBranch(org, repo, context) : given;
  const url = rawUrl(org, repo, branch, path);
  if (!/\.ya?ml$/i.test(path)) return url;
  const get = async (from: string): Promise<{ readonly status: number; readonly text: string }> => {
    const { status, body } = await explained("failed to fetch file", () =>
      context.source.fetch(from, { "User-Agent": "lima" }, lookedAt),
    );
    return { status, text: decode(body.subarray(0, lookedAt)) };
  };
  const found = await get(url);
  if (found.status === 404 && repo === org && given !== "") {
    const fallback = rawUrl(org, repo, await defaultBranch(org, repo, context), path);
    const other = fallback === url ? found : await get(fallback);
    if (other.status === 200) return redirect(other.text, org, given, fallback);
  }
  if (found.status !== 200) throw new UserError(`file ${quote(url)} not found or inaccessible: status ${found.status}`);
  if (repo === org && found.text.startsWith("github:")) return redirect(found.text, org, given, url);
  const target = found.text;
  if (target === "" || /[\n :]/.test(target)) return url;
  const resolved = posix.join(posix.dirname(path), target);
  if (escapes(resolved) || target.startsWith("/"))
    throw new UserError(`symlink target ${quote(target)} in ${quote(path)} escapes the repository`);
  return rawUrl(org, repo, branch, resolved);
}
