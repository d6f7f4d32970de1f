import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { UserError } from "../../src/lib/errors.ts";
import { parseGateway, prefixLength } from "../../src/network/cidr.ts";
import { decodeNetworks } from "../../src/network/decode-plan.ts";

/** The value, or undefined where it was refused in words for a person. */
function accepted<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}

test("any text is a networks.yaml with a user-v2 network, or refused", () => {
  const word = fc.constantFrom("networks", "paths", "group", "mode", "user-v2", "gateway", "10.0.0.1", "x");
  const text = fc.array(fc.oneof(word, fc.constantFrom(": ", "\n", "\n  ", "- ", "{", "}", "[", "]", "&a", "*a", "#")));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        text.map((parts) => parts.join("")),
      ),
      (source) => {
        const decoded = accepted(() => decodeNetworks(source, "networks.yaml"));
        if (decoded === undefined) return;
        const modes = Object.values(decoded.networks.networks).filter(
          ({ mode, gateway }) => mode === "user-v2" && gateway !== "",
        );
        expect(modes.length).toBeGreaterThan(0);
      },
    ),
  );
});

test("any text is a gateway whose mask has its length, or refused", () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
  fc.assert(
    fc.property(address, fc.integer({ min: 0, max: 140 }), (ip, length) => {
      const found = accepted(() => parseGateway(`${ip}/${length}`));
      if (found !== undefined) expect(prefixLength(found.netmask)).toBe(length);
    }),
  );
});
