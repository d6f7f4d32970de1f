import { expect, test } from "bun:test";
import { localTimeIsUtc } from "../../src/lib/local-time.ts";

test("a time zone that TZ names is UTC only when it says so", () => {
  expect(localTimeIsUtc("UTC")).toBe(true);
  expect(localTimeIsUtc("Europe/Berlin")).toBe(false);
  expect(localTimeIsUtc("")).toBe(false);
});

test("what is told without the time zone data is true", () => {
  const { TZ } = process.env;
  if (localTimeIsUtc(TZ)) expect(new Date(2026, 6, 1).getTimezoneOffset()).toBe(0);
  else expect(localTimeIsUtc(TZ)).toBe(false);
});
