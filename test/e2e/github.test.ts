import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { GithubStandIn } from "../support/github-stand-in.ts";
import { World } from "../support/limactl.ts";
import { said } from "../support/records.ts";

const api = "api.github.com/repos";
const raw = "raw.githubusercontent.com";
const repository = '{"default_branch": "main"}';
const template = "images: [{location: /x.img}]\n";

const pages = {
  [`${api}/org/org`]: repository,
  [`${api}/org/repo`]: repository,
  [`${api}/org/nameless`]: "{}",
  [`${api}/org/busy`]: { status: 403, text: "rate limit" },
  [`${raw}/org/repo/main/.lima.yaml`]: template,
  [`${raw}/org/repo/main/dev.yaml`]: "base: lower.yaml\nprovision:\n- file: setup.sh\n",
  [`${raw}/org/repo/main/lower.yaml`]: template,
  [`${raw}/org/repo/main/setup.sh`]: "#!/bin/sh\ntrue\n",
  [`${raw}/org/repo/v1/dev.yaml`]: template,
  [`${raw}/org/repo/main/link.yaml`]: "deep/real.yaml",
  [`${raw}/org/repo/main/deep/real.yaml`]: template,
  [`${raw}/org/repo/main/out.yaml`]: "../../passwd",
  [`${raw}/org/org/main/.lima.yaml`]: "github:org/repo/dev",
  [`${raw}/org/org/main/other.yaml`]: "github:evil/repo",
  [`${raw}/org/org/main/tagged.yaml`]: "github:org/repo@v1",
  [`${raw}/org/org/main/one.yaml`]: "github:org//two",
  [`${raw}/org/org/main/two.yaml`]: "github:org//one",
};

let world: World;
let github: GithubStandIn;
beforeAll(async () => {
  world = new World();
  const directory = join(world.root, "tls");
  mkdirSync(directory);
  github = await GithubStandIn.start(pages, directory);
});
afterAll(async () => {
  await github[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

const limit = 60_000;
const experimental = "warning: The github: scheme is still EXPERIMENTAL";

describe("a github: locator", () => {
  test.each([
    ["of a repository", "github:org/repo", "org/repo/main/.lima.yaml"],
    ["of a file", "github:org/repo/dev", "org/repo/main/dev.yaml"],
    ["of a tag", "github:org/repo/dev@v1", "org/repo/v1/dev.yaml"],
    ["of a script", "github:org/repo/setup.sh", "org/repo/main/setup.sh"],
    ["of a symbolic link", "github:org/repo/link", "org/repo/main/deep/real.yaml"],
    ["of an organisation, which names a template", "github:org", "org/repo/main/dev.yaml"],
    ["of an organisation and a tag that only the named repository has", "github:org@v1", "org/repo/v1/dev.yaml"],
  ])(
    "%s becomes an address",
    async (_name, locator, path) => {
      expect(await said(world, ["template", "url", locator], { env: github.env })).toEqual({
        code: 0,
        stdout: `https://${raw}/${path}\n`,
        records: [experimental],
      });
    },
    limit,
  );

  test.each([
    ["github:org/nameless", "repository org/nameless has no default branch"],
    ["github:org/busy", "failed to get default branch for org/busy: GitHub API returned status 403: rate limit"],
    ["github:org/repo/dev@v2", `file \`https://${raw}/org/repo/v2/dev.yaml\` not found or inaccessible: status 404`],
    ["github:org/repo/out", "symlink target `../../passwd` in `out.yaml` escapes the repository"],
    [
      "github:org//other",
      `redirect \`github:evil/repo\` is not a \`github:org\` URL (from \`https://${raw}/org/org/main/other.yaml\`)`,
    ],
    [
      "github:org//tagged",
      `redirect \`github:org/repo@v1\` must not include a branch/tag/sha (from \`https://${raw}/org/org/main/tagged.yaml\`)`,
    ],
    ["github:org//one", "custom locator `github:org//one` has a redirect loop"],
  ])(
    "%s is refused",
    async (locator, message) => {
      const { code, records } = await said(world, ["template", "url", locator], { env: github.env });
      expect({ code, records }).toEqual({ code: 1, records: [`fatal: ${message}`] });
    },
    limit,
  );

  test(
    "is where relative bases and scripts are looked for",
    async () => {
      const text = await world.ok(["template", "copy", "--embed", "github:org/repo/dev"], { env: github.env });
      expect(text).toBe(`provision:\n- script: |\n    #!/bin/sh\n    true\n${template}`);
    },
    limit,
  );

  test(
    "sends the token of the environment to the API alone",
    async () => {
      github.requests.length = 0;
      await world.ok(["template", "url", "github:org/repo"], { env: { ...github.env, GH_TOKEN: "secret" } });
      expect(github.requests).toEqual([`${api}/org/repo token secret`, `${raw}/org/repo/main/.lima.yaml`]);
    },
    limit,
  );
});
