import { describe, expect, test } from "bun:test";
import { templates } from "../../src/assets/templates.ts";
import { loadConfig } from "../../src/config/load.ts";
import { embedTemplate } from "../../src/config/templates/embed.ts";
import { readTemplate } from "../../src/config/templates/read.ts";
import { listTemplates } from "../../src/config/templates/store.ts";
import { macHost, makeFacts, makeHost, windowsHost } from "./fixtures.ts";
import { makeSource } from "./template-fixtures.ts";

const hosts = [
  makeHost(),
  makeHost({ arch: "aarch64" }),
  macHost,
  { ...macHost, arch: "x86_64" as const },
  windowsHost,
];
const names = (await listTemplates(makeSource({ shipped: templates })))
  .map(({ name }) => name)
  // Building blocks have no images of their own; rawhide's come from a URL plugin.
  .filter((name) => !name.startsWith("_default/") && name !== "experimental/fedora-rawhide");

describe("every shipped template is valid on every host", () => {
  test.each(names)("%s", async (name) => {
    for (const host of hosts) {
      const context = { host, source: makeSource({ shipped: templates }), warnings: [], notes: [] };
      const text = await embedTemplate(await readTemplate(`template:${name}`, context), context);
      const { config, warnings } = loadConfig({
        text,
        path: "/lima/x/lima.yaml",
        host,
        instance: { name: "x", dir: host.os === "windows" ? "C:\\lima\\x" : "/lima/x", exists: false, version: "" },
        facts: makeFacts(),
      });
      expect(config.images.length).toBeGreaterThan(0);
      expect(warnings.filter(({ message }) => !message.includes("uid"))).toEqual([]);
    }
  });
});
