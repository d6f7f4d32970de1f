import { expect, test } from "bun:test";
import { type AttachFacts, judgeAttach } from "../../src/store/attach-plan.ts";

const driver = { pid: 7, startTime: "100" };
const run = { instanceId: "iid-1", sshLocalPort: 2222, limaYamlSha256: "aa" };
const facts: AttachFacts = {
  state: { bootId: "b", driver, hostAgent: { pid: 6, startTime: "99" }, run },
  bootId: "b",
  drivers: [driver],
  limaYamlSha256: "aa",
};

test("the recorded machine is taken over", () => {
  expect(judgeAttach(facts)).toEqual({ kind: "attach", driver, run });
});

test("without a machine there is nothing to take over", () => {
  expect(judgeAttach({ ...facts, drivers: [] })).toEqual({ kind: "none" });
});

const refused: readonly (readonly [string, Partial<AttachFacts>, RegExp])[] = [
  ["there is no record", { state: undefined }, /died before it had recorded/],
  ["the record says nothing of the start", { state: { bootId: "b", driver } }, /died before it had recorded/],
  ["the record is of another boot", { bootId: "c" }, /died before it had recorded/],
  ["another process has the number", { drivers: [{ pid: 7, startTime: "101" }] }, /died before it had recorded/],
  ["there are two of it", { drivers: [driver, { pid: 8, startTime: "1" }] }, /several/],
  ["lima.yaml was changed", { limaYamlSha256: "bb" }, /lima\.yaml has been changed/],
  ["lima.yaml is gone", { limaYamlSha256: undefined }, /lima\.yaml has been changed/],
];

test.each(refused)("a machine is not taken over when %s", (_, part, reason) => {
  expect(judgeAttach({ ...facts, ...part })).toEqual({ kind: "refused", reason: expect.stringMatching(reason) });
});
