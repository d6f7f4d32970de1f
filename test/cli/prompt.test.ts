import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { editedText } from "../../src/cli/editor.ts";
import { type Key, parseKeys } from "../../src/cli/keys.ts";
import { confirmAnswer } from "../../src/cli/prompt.ts";
import { type SelectState, selectLines, stepSelect } from "../../src/cli/select-state.ts";

describe("a confirm line", () => {
  test.each([
    ["", true, true],
    ["", false, false],
    ["y", false, true],
    [" YES ", false, true],
    ["n", true, false],
    ["No", true, false],
    ["maybe", true, undefined],
    ["yep", true, undefined],
  ])("%j with default %s is %s", (line, byDefault, expected) => {
    expect(confirmAnswer(line, byDefault)).toBe(expected as boolean);
  });
});

test("terminal input is taken apart into keys", () => {
  expect(
    parseKeys("aé\u001b[A\u001b[B\u001bOA\t\r\u007f\u0003\u001b[3~😀").map((key) =>
      "text" in key ? key.text : key.kind,
    ),
  ).toEqual(["a", "é", "up", "down", "up", "tab", "enter", "backspace", "interrupt", "other", "😀"]);
});

test("any input is taken apart without an error", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(parseKeys(text).length).toBeLessThanOrEqual(text.length);
    }),
  );
});

const options = ["archlinux", "debian", "docker", "fedora", "k3s", "k8s", "podman", "ubuntu", "Alpine"];

/** The choice after some input, or what it ended with. */
function type(input: string): SelectState | string {
  let state: SelectState = { options, filter: "", cursor: 0 };
  for (const key of parseKeys(input)) {
    const step = stepSelect(state, key);
    if (step.kind === "picked") return step.option;
    if (step.kind === "interrupted") return "interrupted";
    state = step.state;
  }
  return state;
}

describe("a choice from a list", () => {
  test.each([
    ["\r", "archlinux"],
    ["\u001b[B\r", "debian"],
    ["\t\t\r", "docker"],
    ["\u001b[A\r", "Alpine"],
    ["\u001b[A\u001b[B\r", "archlinux"],
    ["do\r", "docker"],
    ["ALP\r", "Alpine"],
    ["d\u001b[B\r", "docker"],
    ["zz\u007f\u007f\r", "archlinux"],
    ["\u0003", "interrupted"],
    ["\u0004", "interrupted"],
  ])("%j ends with %s", (input, expected) => {
    expect(type(input)).toBe(expected);
  });

  test("nothing can be picked where nothing matches", () => {
    expect(type("zz\r")).toEqual({ options, filter: "zz", cursor: 0 });
  });

  test("shows seven options around the cursor", () => {
    const state: SelectState = { options, filter: "", cursor: 8 };
    expect(selectLines("Choose a template", state)).toEqual([
      "? Choose a template  [Use arrows to move, type to filter]",
      "  docker",
      "  fedora",
      "  k3s",
      "  k8s",
      "  podman",
      "  ubuntu",
      "> Alpine",
    ]);
    expect(selectLines("M", { options, filter: "fed", cursor: 0 })).toEqual([
      "? M fed  [Use arrows to move, type to filter]",
      "> fedora",
    ]);
  });

  const key: fc.Arbitrary<Key> = fc.oneof(
    fc.constantFrom("up", "down", "tab", "backspace", "other").map((kind) => ({ kind }) as Key),
    fc.constantFrom("a", "d", "k", "8").map((text) => ({ kind: "text", text }) as Key),
  );

  test("always marks exactly one shown option, unless none matches", () => {
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        let state: SelectState = { options, filter: "", cursor: 0 };
        for (const next of keys) {
          const step = stepSelect(state, next);
          if (step.kind === "open") state = step.state;
          const lines = selectLines("M", state).slice(1);
          expect(lines.filter((line) => line.startsWith(">")).length).toBe(lines.length === 0 ? 0 : 1);
        }
      }),
    );
  });
});

test.each([
  ["# header\n", "# header\na: 1\n", "a: 1\n"],
  ["# header\n", "# changed\na: 1\n", "# changed\na: 1\n"],
  ["# header\n", "# header\n \n\t\n", undefined],
  ["# header\n", "", undefined],
])("after the editor the header %j of %j is taken away", (header, buffer, expected) => {
  expect(editedText(buffer, header)).toBe(expected as string);
});
