import { beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeReadyTemplates, readyTemplatesModule } from "../../scripts/ready-templates.ts";
import { templates } from "../../src/assets/templates.ts";
import { emptyLayer, layersOf } from "../../src/config/layer.ts";
import { loadLayers } from "../../src/config/load-layers.ts";
import { embedTemplate } from "../../src/config/templates/embed.ts";
import { readTemplate } from "../../src/config/templates/read.ts";
import type { ReadyTemplate } from "../../src/config/templates/ready.ts";
import { renderTemplate } from "../../src/lib/gotemplate/render.ts";
import { load, macHost, makeFacts, makeHost, newInstance, windowsHost } from "../config/fixtures.ts";
import { makeContext } from "../config/template-fixtures.ts";
import { names } from "../templates/shipped.ts";

let ready: ReadonlyMap<string, ReadyTemplate> = new Map();
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "limabun-ready-"));
  const file = join(folder, "ready.mjs");
  writeFileSync(file, readyTemplatesModule(await makeReadyTemplates()));
  const { readyTemplates } = (await import(file)) as { readyTemplates: Record<string, () => string> };
  ready = new Map(Object.entries(readyTemplates).map(([name, text]) => [name, JSON.parse(text()) as ReadyTemplate]));
  rmSync(folder, { recursive: true });
});

describe("the templates that a build makes ready", () => {
  test("are all that ask nobody's server", () => {
    expect([...ready.keys()].sort()).toEqual(names.filter((name) => name !== "experimental/fedora-rawhide").sort());
  });

  test("name the files that they are made of", () => {
    expect(ready.get("docker")?.parts).toEqual(["docker.yaml", "_images/ubuntu-lts.yaml", "_default/mounts.yaml"]);
    expect(ready.get("_default/mounts")?.parts).toEqual(["_default/mounts.yaml"]);
  });

  test("are filled to what their texts are filled to, on every host", async () => {
    for (const host of [makeHost(), makeHost({ arch: "aarch64" }), macHost, windowsHost])
      for (const [name, { config }] of ready) {
        const context = makeContext({ shipped: templates });
        const text = await embedTemplate(await readTemplate(`template:${name}`, context), context);
        const layers = layersOf({ ...emptyLayer(), config }, emptyLayer(), emptyLayer());
        const settings = { host, instance: newInstance, facts: makeFacts(), validate: false, advise: true };
        const loaded = loadLayers(layers, { ...settings, render: renderTemplate });
        expect(loaded).toEqual(load(text, settings));
      }
  });
});
