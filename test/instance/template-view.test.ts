import { expect, test } from "bun:test";
import { printConfig } from "../../src/config/print.ts";
import { type DefinitionName, definitionOf, type FieldType } from "../../src/config/schema.ts";
import { formatFunctions } from "../../src/instance/format-functions.ts";
import type { Instance } from "../../src/instance/record.ts";
import { templateView } from "../../src/instance/template-view.ts";
import { renderTemplate } from "../../src/lib/gotemplate/render.ts";
import { load } from "../config/fixtures.ts";

const text = `
images: [{location: /x}]
firmware: {images: [{location: /f}]}
mounts: [{location: /here}]
additionalDisks: [a]
networks: [{lima: user-v2}]
portForwards: [{guestPort: 80}]
copyToHost: [{guest: /x, host: /y}]
provision: [{script: x}]
probes: [{script: '#!/bin/sh'}]
containerd: {archives: [{location: /a}]}
`;

const { config } = load(text);
const view = templateView(
  {
    name: "foo",
    config,
    errors: [],
    networks: config.networks,
    additionalDisks: config.additionalDisks,
    param: {},
  } as unknown as Instance,
  { HostOS: "linux", HostArch: "x86_64", LimaHome: "/l", IdentityFile: "/l/_config/user" },
  printConfig(config),
);
const render = (template: string) => renderTemplate(template, view, { name: "format", functions: formatFunctions });

/** Go's spellings that are not the field's own with a capital first letter. */
const spelled: Readonly<Record<string, string>> = Object.fromEntries(
  "VMType VMOpts OS CPUType CPUs FSType FSArgs SSHFS SFTPDriver SSH LoadDotSSHPubKeys LegacyBIOS VNC GuestIP HostIP GuestIPMustBeZero VZNAT MACAddress DNS IPv6 TimeZone UID TPM URL BinFmt"
    .split(" ")
    .map((name) => [name.toLowerCase(), name]),
);
const irregular: Readonly<Record<string, string>> = {
  "9p": "NineP",
  guest: "GuestFile",
  host: "HostFile",
  caCerts: "CACertificates",
};
const goName = (name: string) =>
  irregular[name] ?? spelled[name.toLowerCase()] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** A template for each field below a definition. */
function* templatesOf(name: DefinitionName, open: string, close: string): Iterable<string> {
  for (const field of definitionOf(name).fields) {
    const inner: FieldType = field.type.kind === "list" ? field.type.of : field.type;
    const at = `.${goName(field.name)}`;
    yield `${open}{{${at}}}${close}`;
    if (inner.kind !== "struct" || inner.name === "BaseTemplates" || field.name === "file") continue;
    if (field.name === "kernel" || field.name === "initrd" || field.name === "base") continue;
    const verb = field.type.kind === "list" ? "range" : "with";
    yield* templatesOf(inner.name, `${open}{{${verb} ${at}}}`, `{{end}}${close}`);
  }
}

test.each([...templatesOf("LimaYAML", "{{with .Config}}", "{{end}}")])("%s can be shown", (template) => {
  render(template);
});

test("what is unset is nil", () => {
  expect(render("{{.Config.SSH.OverVsock}} {{.Config.MountType}} {{range .Config.Images}}{{.Kernel}}{{end}}")).toBe(
    "<nil> <nil> <nil>",
  );
});

test("the instance is also there under its own name, as messages want it", () => {
  expect(render("{{.Instance.Name}} {{.Instance.Config.VMOpts.vz}}")).toBe("foo <no value>");
});

test("json and yaml print structures with the names that list --json and lima.yaml have", () => {
  expect(JSON.parse(render("{{json .}}"))).toMatchObject({ name: "foo", config: printConfig(config), HostOS: "linux" });
  expect(JSON.parse(render("{{json .Config}}"))).toEqual(printConfig(config));
  expect(render("{{json .Config.Images}}")).toBe(JSON.stringify(printConfig(config).images));
  expect(render("{{yaml (index .Config.Images 0)}}")).toBe(`---\nlocation: /x\narch: x86_64`);
  expect(render("{{range .Config.PortForwards}}{{json .}}{{end}}")).toStartWith(
    '{"guestIPMustBeZero":false,"guestIP":',
  );
  expect(render("{{json .Networks}} {{json .AdditionalDisks}}")).toBe(
    `${JSON.stringify(printConfig(config).networks)} [{"name":"a"}]`,
  );
  expect(render("{{json .Config.VMOpts}} {{json .Name}} {{json .Config.CPUs}}")).toStartWith('{} "foo" ');
});

test("what does not exist is an error", () => {
  expect(() => render("{{.Config.Nope}}")).toThrow("can't evaluate field Nope in type limatype.LimaYAML");
});
