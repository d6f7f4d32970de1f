import { describe, expect, test } from "bun:test";
import { readAllowedSkips, unlistedSkips } from "../../scripts/testing/allowed-skips.ts";
import { addCounts, summaryLine } from "../../scripts/testing/counts.ts";
import { readJunit } from "../../scripts/testing/junit.ts";

const xml = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="bun test" tests="4" failures="1" skipped="2">
  <testsuite name="test/a.test.ts" file="test/a.test.ts" tests="4">
    <testcase name="sk &quot;q&quot; &amp; x" classname="in &gt; a &lt;b&gt;" time="0" file="test/a.test.ts" line="2" assertions="0">
      <skipped />
    </testcase>
    <testcase name="fails" classname="a" time="0" file="test/a.test.ts" line="3">
      <failure type="AssertionError" message="says &lt;skipped />">says &lt;skipped /></failure>
    </testcase>
    <testcase name="later" file="test/a.test.ts"><skipped message="TODO" /></testcase>
    <testcase name="ok" classname="a" time="0" file="test/a.test.ts" />
  </testsuite>
</testsuites>`;

describe("the account of a test run", () => {
  test("counts every test once and names those that were skipped or failed", () => {
    expect(readJunit(xml)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 2,
      skips: ['test/a.test.ts > a <b> > in > sk "q" & x', "test/a.test.ts > later"],
      failures: ["test/a.test.ts > a > fails"],
    });
  });

  test("ends with one line of sums", () => {
    const sum = addCounts({ passed: 1, failed: 0, skipped: 2 }, { passed: 10, failed: 3, skipped: 0 });
    expect(summaryLine(sum)).toBe("11 passed, 3 failed, 2 skipped");
  });
});

describe("a skipped test", () => {
  const allowed = readAllowedSkips('[{ "test": "test/a.test.ts > x", "reason": "needs macOS" }]');

  test("is accepted when the list names it", () => {
    expect(unlistedSkips(["test/a.test.ts > x"], allowed)).toEqual([]);
  });

  test("is reported when the list does not", () => {
    expect(unlistedSkips(["test/a.test.ts > x", "test/a.test.ts > y"], allowed)).toEqual(["test/a.test.ts > y"]);
  });

  test.each(['[{ "test": "x" }]', '[{ "test": "x", "reason": " " }]', "[null]", "{}"])("needs a reason: %s", (json) => {
    expect(() => readAllowedSkips(json)).toThrow("allowed-skips.json");
  });
});
