import { expect, test } from "bun:test";
import { lastingTroubles, nextTroubles, type Problem, type Trouble } from "../../src/hostagent/trouble-plan.ts";

const agent: Problem = { service: "guest agent", reason: "closed" };
const session: Problem = { service: "ssh session", reason: "cut" };

test("a trouble counts once it has lasted, with its first reason, and goes with its reason", () => {
  let troubles: readonly Trouble[] = [];
  const seen: (readonly string[])[] = [];
  const look = (nowMs: number, ...problems: readonly Problem[]) => {
    troubles = nextTroubles(troubles, problems, nowMs);
    seen.push(lastingTroubles(troubles, nowMs));
  };
  look(0, agent);
  look(9_000, agent, session);
  look(10_000, { ...agent, reason: "refused" }, session);
  look(20_000, agent);
  look(20_001);
  look(20_002, agent);
  look(29_000, agent);
  expect(seen).toEqual([[], [], ["guest agent: closed"], ["guest agent: closed"], [], [], []]);
});
