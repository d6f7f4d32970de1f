import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { World } from "../support/limactl.ts";
import { said } from "../support/records.ts";

test("prune --keep-referred keeps what instances and templates refer to; prune removes the whole cache", async () => {
  await using world = new World();
  const server = createServer((request, response) => response.end(`image ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = (name: string) => `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/${name}.img`;
  const key = (name: string) => new Bun.CryptoHasher("sha256").update(url(name)).digest("hex");
  const cache = join(world.home, ".cache", "lima");
  const downloads = join(cache, "download", "by-url-sha256");
  for (const name of ["used", "gone"]) {
    await world.ok(["create", "--name", name, "-"], {
      stdin: `{images: [{location: "${url(name)}"}], containerd: {user: false}}`,
    });
  }
  server.close();
  await world.ok(["delete", "gone"]);
  writeFileSync(join(downloads, key("used"), "data.part"), "half");
  writeFileSync(join(downloads, key("used"), "data.tmp.123"), "half");
  expect(readdirSync(downloads).sort()).toEqual([key("used"), key("gone")].sort());

  expect((await said(world, ["prune", "--keep-referred"])).code).toBe(0);
  expect(readdirSync(downloads)).toEqual([key("used")]);
  expect(readdirSync(join(downloads, key("used"))).filter((name) => name.startsWith("data"))).toEqual(["data"]);

  mkdirSync(world.file("halfway", ""));
  expect((await said(world, ["prune", "--keep-referred"])).records).toEqual([
    `fatal: cannot safely prune while instance \`halfway\` is being used: open ${world.file("halfway", "lima.yaml")}: no such file or directory`,
  ]);
  writeFileSync(world.file("halfway", "lima.yaml"), "cpus: [");
  const skipped = await said(world, ["prune", "--keep-referred"]);
  expect([skipped.code, skipped.records.length]).toEqual([0, 1]);
  expect(skipped.records[0]).toStartWith("warning: skipping instance `halfway` because it has errors: [");

  expect(await said(world, ["prune"])).toEqual({ code: 0, stdout: "", records: [`info: Pruning \`${cache}\``] });
  expect(existsSync(cache)).toBe(false);
});
