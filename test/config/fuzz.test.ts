import { expect, test } from "bun:test";
import fc from "fast-check";
import { stringify } from "yaml";
import { printConfig } from "../../src/config/print.ts";
import { configToYaml } from "../../src/config/print-yaml.ts";
import { type DefinitionName, definitionOf, type FieldType } from "../../src/config/schema.ts";
import { UserError } from "../../src/lib/errors.ts";
import { load, macHost, makeHost, windowsHost } from "./fixtures.ts";
import { embed } from "./template-fixtures.ts";

const hosts = [makeHost(), macHost, windowsHost];

/** Runs something that may only fail in a way that a person can read. */
async function survives<T>(work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message.length).toBeLessThan(100_000);
    return undefined;
  }
}

const oddText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    "~",
    "null",
    "*",
    "{{.Home}}",
    "{{",
    "{{.Param.K}}",
    "/x",
    "~/x",
    "-1",
    "0x10",
    "a: b",
    "$(id)",
    "a\nb",
    "yes",
  ),
);

/** Values that a field may hold; with `wrong` now and then of another type. */
function valueFor(type: FieldType, depth: number, wrong: boolean): fc.Arbitrary<unknown> {
  const odd = fc.oneof(oddText, fc.integer(), fc.boolean(), fc.constant(null), fc.constant([]), fc.constant({}));
  const right = ((): fc.Arbitrary<unknown> => {
    switch (type.kind) {
      case "string":
        return oddText;
      case "int":
        return fc.oneof(fc.integer({ min: -2, max: 70_000 }), fc.integer());
      case "bool":
        return fc.boolean();
      case "ip":
        return fc.oneof(fc.ipV4(), fc.ipV6());
      case "ports":
        return fc.tuple(fc.integer({ min: 0, max: 70_000 }), fc.integer({ min: 0, max: 70_000 }));
      case "any":
        return fc.jsonValue();
      case "freeMap":
        return fc.dictionary(oddText, fc.jsonValue());
      case "map":
        return fc.dictionary(oddText, valueFor(type.of, depth + 1, wrong), { maxKeys: 3 });
      case "list":
        return fc.array(valueFor(type.of, depth + 1, wrong), { maxLength: 3 });
      case "struct":
        return type.name === "BaseTemplates"
          ? fc.array(oddText, { maxLength: 2 })
          : structFor(type.name, depth + 1, wrong);
    }
  })();
  return wrong ? fc.oneof({ arbitrary: right, weight: 30 }, { arbitrary: odd, weight: 1 }) : right;
}

function structFor(name: DefinitionName, depth: number, wrong: boolean): fc.Arbitrary<object> {
  const fields = Object.fromEntries(
    definitionOf(name).fields.map((field) => [field.name, valueFor(field.type, depth, wrong)]),
  );
  return fc.record(fields, { requiredKeys: [] });
}

const config = structFor("LimaYAML", 0, true);
const wellTyped = structFor("LimaYAML", 0, false);

test("any text is a configuration or a clear error", async () => {
  const lines = fc.array(
    fc.oneof(
      fc.constantFrom("cpus: 1", "- a", "  b: &x c", "d: *x", "e: |", "? f", "<<: *x", "---", "[", "}"),
      fc.string(),
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 200 }),
        lines.map((each) => each.join("\n")),
      ),
      async (text) => {
        await survives(() => load(text));
      },
    ),
    { numRuns: 300 },
  );
});

test("any values in the fields are a configuration or a clear error, on every host", async () => {
  await fc.assert(
    fc.asyncProperty(config, config, fc.constantFrom(...hosts), async (main, other, host) => {
      const text = stringify(main);
      await survives(() => load(text, { host, advise: true }));
      await survives(() => load(text, { host, validate: false, advise: true, overrideText: stringify(other) }));
    }),
    { numRuns: 50 },
  );
}, 30_000);

test("a configuration that is printed and read again is the same", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(wellTyped, async (main) => {
      // Templates would be expanded twice.
      const text = stringify({ ...main, base: null, param: null }).replaceAll("{{", "<<");
      const first = await survives(() => load(text, { validate: false }));
      if (first === undefined) return;
      const again = load(configToYaml(printConfig(first.config)), { validate: false });
      expect(printConfig(again.config)).toEqual(printConfig(first.config));
      compared += 1;
    }),
    { numRuns: 40 },
  );
  expect(compared).toBeGreaterThan(10);
}, 30_000);

test("values of env arrive exactly, whatever they hold", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: "grapheme" })), (env) => {
      expect(load(JSON.stringify({ env }), { validate: false }).config.env).toEqual({ ...env });
    }),
  );
});

test("any template with any base is embedded or refused clearly, and embedding again changes nothing", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(wellTyped, wellTyped, fc.boolean(), async (main, base, flow) => {
      const text = stringify(
        { ...main, base: "b.yaml", provision: null, probes: null },
        { collectionStyle: flow ? "flow" : "any" },
      );
      const result = await survives(() =>
        embed(text, { "b.yaml": stringify({ ...base, base: undefined, provision: undefined, probes: undefined }) }),
      );
      if (result === undefined) return;
      expect(await embed(result)).toBe(result);
      compared += 1;
    }),
    { numRuns: 50 },
  );
  expect(compared).toBeGreaterThan(10);
}, 30_000);
