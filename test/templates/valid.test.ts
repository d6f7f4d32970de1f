import { describe, expect, test } from "bun:test";
import { templates } from "../../src/assets/templates.ts";
import { embedTemplate } from "../../src/config/templates/embed.ts";
import { readTemplate } from "../../src/config/templates/read.ts";
import type { TemplateContext } from "../../src/config/templates/source.ts";
import type { Host } from "../../src/lib/host.ts";
import { load, macHost, makeHost, windowsHost } from "../config/fixtures.ts";
import { aliases, names } from "./shipped.ts";

const hosts: readonly (readonly [string, Host])[] = [
  ["linux on x86_64", makeHost()],
  ["linux on aarch64", makeHost({ arch: "aarch64" })],
  ["macOS on aarch64", macHost],
  ["macOS on x86_64", { ...macHost, arch: "x86_64" }],
  ["Windows on x86_64", windowsHost],
];

function contextFor(host: Host): TemplateContext {
  const none = () => Promise.reject(new Error("templates need nothing from outside"));
  const rawhide = { output: "template:_images/fedora" };
  return {
    host,
    source: {
      readFile: none,
      fetch: none,
      readStdin: none,
      runPlugin: async (scheme) => (scheme === "fedora-rawhide" ? rawhide : undefined),
      directories: [],
      shipped: templates,
    },
    warnings: [],
    notes: [],
  };
}

/** Building blocks without images are no templates by themselves. */
const whole = names.filter((name) => !aliases.includes(name) && !name.startsWith("_default/"));

describe.each(hosts)("on %s", (_, host) => {
  test.each(whole)("%s is valid with its bases", async (name) => {
    const context = contextFor(host);
    const text = await embedTemplate(await readTemplate(`template:${name}`, context), context);
    const { config, warnings } = load(text, { host });
    expect(config.images.length).toBeGreaterThan(0);
    // The user of a Windows host has no uid, whatever the template.
    const ofTemplate = [...context.warnings, ...warnings].filter(({ message }) => !message.startsWith("local uid"));
    expect(ofTemplate).toEqual([]);
  });
});
