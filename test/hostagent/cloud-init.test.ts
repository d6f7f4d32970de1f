import { describe, expect, test } from "bun:test";
import { afterCloudInitLine, cloudInitBegins } from "../../src/hostagent/cloud-init-plan.ts";
import { CloudInitMonitor } from "../../src/hostagent/cloud-init-progress.ts";
import { type GuestExecOptions, SshCut } from "../../src/hostagent/ssh/session.ts";
import type { CloudInitProgress } from "../../src/hostapi/events.ts";

describe("cloud-init has finished", () => {
  const cases: readonly (readonly [boolean, readonly string[]])[] = [
    [true, ["Cloud-init v. 22.4.2 finished at Thu, 01 Jan 2026 00:00:00 +0000. Up 91 seconds"]],
    [
      true,
      [
        "Started cloud-init-main.service - Cloud-init: Single Process.",
        "cloud-init-main.service: Consumed 9.1s CPU time.",
      ],
    ],
    [false, ["cloud-init-main.service: Consumed 9.1s CPU time."]],
    [false, ["Cloud-init v. 22.4.2 running 'modules:final'"]],
    [false, ["finished"]],
    [false, []],
  ];
  for (const [finished, lines] of cases)
    test(`${finished}: ${lines.at(-1)}`, () =>
      expect(lines.reduce(afterCloudInitLine, cloudInitBegins).finished).toBe(finished));
});

/** A monitor over a connection on which each command yields the next text; it is cut after it, or ends. */
async function monitor(...outputs: readonly { readonly text: string; readonly ending: "cut" | "end" | "hang" }[]) {
  const told: CloudInitProgress[] = [];
  const left = [...outputs];
  const exec = async (_: string, options: GuestExecOptions = {}) => {
    const next = left.shift() ?? { text: "", ending: "hang" };
    options.onStdout?.(Buffer.from(next.text));
    if (next.ending === "cut") throw new SshCut("cut");
    if (next.ending === "hang") {
      await new Promise((_, reject) => {
        if (options.signal?.aborted) reject(options.signal.reason);
        options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
      });
    }
    return { code: 0, signal: null, stdout: options.onStdout === undefined ? next.text : "", stderr: "" };
  };
  const service = new CloudInitMonitor({
    session: { connected: async () => {}, exec },
    tell: (progress) => void told.push(progress),
    signal: new AbortController().signal,
    limitMs: 200,
  });
  await service.start();
  while (told.at(-1)?.logLine?.startsWith("Cloud-init monitoring") !== true) await Bun.sleep(1);
  await service.stop();
  return told;
}

const end = { completed: true, logLine: "Cloud-init monitoring completed successfully" };
const line = (logLine: string, finished = false): CloudInitProgress => ({
  logLine,
  active: !finished,
  completed: finished,
});
const last = "Cloud-init v. 25 finished at x";

describe("cloud-init's progress", () => {
  test("is told line by line, and ends with the finish", async () => {
    expect(await monitor({ text: `a\n\nb\n${last}\nafter\n`, ending: "hang" })).toEqual([
      { active: true },
      line("a"),
      line("b"),
      line(last, true),
      line("after", true),
      end,
    ]);
  });

  test("goes on after a cut without telling a line twice", async () => {
    expect(
      await monitor({ text: "a\nb\nhal", ending: "cut" }, { text: `a\nb\nhalf\n${last}\n`, ending: "hang" }),
    ).toEqual([{ active: true }, line("a"), line("b"), line("half"), line(last, true), end]);
  });

  test("is completed from the log when following it ended early", async () => {
    const told = await monitor({ text: "a\n", ending: "end" }, { text: `a\n${last}\n`, ending: "end" });
    expect(told.slice(-2)).toEqual([line(last, true), end]);
  });

  test("is given up after its time", async () => {
    expect((await monitor({ text: "a\n", ending: "hang" })).at(-1)).toEqual({
      completed: true,
      logLine: "Cloud-init monitoring timed out after 10 minutes",
    });
  });
});
