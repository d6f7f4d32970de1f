import { expect, test } from "bun:test";
import { templates } from "../../src/assets/templates.ts";
import { schemaProblems } from "../../src/config/json-schema-check.ts";

test.each([
  ["", ["at '': got null, want object"]],
  ["cpus: 2\nos: Linux\nvmType: ~", []],
  ["cpus: two", ["at '/cpus': got string, want integer"]],
  ["os: linux", ['at \'/os\': value must be one of null, "Linux", "Darwin", "FreeBSD", "Windows"']],
  ["cpu: 2", ["at '': additional properties 'cpu' not allowed"]],
  ["images: [{arch: x86_64}]", ["at '/images/0': missing property 'location'"]],
  ["base: a", []],
  ["base: [a, {url: b}]", []],
  ["additionalDisks: [a, {name: b}]", []],
  ["portForwards: [{guestPortRange: [1]}]", ["at '/portForwards/0/guestPortRange': minItems: got 1, want 2"]],
  ["env: {A: 1}", ["at '/env/A': got number, want string"]],
  ["vmOpts: {qemu: {anything: [1]}}", []],
])("%j", (text, problems) => {
  expect(schemaProblems(text, "x.yaml")).toEqual(problems);
});

test("every shipped template fits", () => {
  for (const [name, text] of Object.entries(templates))
    expect({ name, problems: schemaProblems(text, name) }).toEqual({ name, problems: [] });
});

test("a text that is no YAML is an error", () => {
  expect(() => schemaProblems("a: [", "x.yaml")).toThrow("failed to unmarshal YAML (x.yaml): [1:5]");
});
