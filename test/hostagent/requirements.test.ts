import { describe, expect, test } from "bun:test";
import type { Config } from "../../src/config/types.ts";
import { type RequirementSource, satisfyRequirements } from "../../src/hostagent/requirements.ts";
import { type Requirement, requirements } from "../../src/hostagent/requirements-plan.ts";
import type { Logger } from "../../src/lib/log.ts";

/** The part of a configuration that decides what a guest must satisfy. */
type Deciding = Pick<Config, "os" | "plain" | "mounts" | "containerd" | "probes" | "guestInstallPrefix"> & {
  readonly mountType?: Config["mountType"];
};

const base: Deciding = {
  os: "Linux",
  plain: false,
  mounts: [],
  containerd: { system: false, user: false, archives: [] },
  probes: [],
  guestInstallPrefix: "/usr/local",
};

function list(change: Partial<Deciding> = {}, hostOs: "linux" | "windows" = "linux"): readonly Requirement[] {
  return requirements({ ...base, ...change } as Config, hostOs);
}

const shown = (items: readonly Requirement[]) =>
  items.map(({ label, index, total, description }) => `${label} ${index}/${total} ${description}`);

const mounts = [{}] as unknown as Config["mounts"];
const done = "final 1/1 boot scripts must have finished";

describe("what a guest must satisfy", () => {
  const cases: readonly (readonly [string, Partial<Deciding>, readonly string[]])[] = [
    [
      "plainly",
      {},
      [
        "essential 1/3 ssh",
        "essential 2/3 user session is ready for ssh",
        "essential 3/3 Explicitly start ssh ControlMaster",
        done,
      ],
    ],
    ["plain mode", { plain: true }, ["essential 1/2 ssh", "essential 2/2 Explicitly start ssh ControlMaster", done]],
    ["FreeBSD", { os: "FreeBSD" }, ["essential 1/2 ssh", "essential 2/2 Explicitly start ssh ControlMaster", done]],
    [
      "Windows, whatever else it has",
      { os: "Windows", probes: [{ mode: "readiness", description: "", script: "#!/bin/sh\n", hint: "h" }] },
      ["essential 1/1 ssh"],
    ],
    [
      "sshfs mounts",
      { mountType: "reverse-sshfs", mounts },
      [
        "essential 1/4 ssh",
        "essential 2/4 user session is ready for ssh",
        "essential 3/4 sshfs binary to be installed",
        "essential 4/4 fuse to allow_other as user",
        done,
      ],
    ],
    [
      "containerd and probes",
      {
        plain: false,
        containerd: { system: false, user: true, archives: [] },
        probes: [{ mode: "readiness", description: "", script: "#!/bin/sh\n", hint: "h" }],
      },
      [
        "essential 1/3 ssh",
        "essential 2/3 user session is ready for ssh",
        "essential 3/3 Explicitly start ssh ControlMaster",
        "optional 1/3 systemd must be available",
        "optional 2/3 containerd binaries to be installed",
        "optional 3/3 user probe 1/1",
        done,
      ],
    ],
  ];
  for (const [name, change, expected] of cases) test(name, () => expect(shown(list(change))).toEqual([...expected]));

  test("on a Windows host there is no control master", () => {
    expect(shown(list({}, "windows")).join()).not.toContain("ControlMaster");
  });
});

/** A source in which everything succeeds at once, and a log of the lines told. */
function setUp(
  change: Partial<RequirementSource> = {},
  failures: readonly string[] = [],
  agent: Promise<void> = Promise.resolve(),
) {
  const lines: string[] = [];
  const logger: Logger = {
    trace() {},
    debug() {},
    info: (message) => void lines.push(message),
    warn() {},
    error() {},
    log() {},
  };
  const source: RequirementSource = {
    login: async () => {},
    marker: async () => {},
    controlMaster: async () => {},
    exec: async () => ({ code: 0, signal: null, stdout: "", stderr: "" }),
    ...change,
  };
  const onEssential = async (satisfied: boolean) => {
    lines.push(satisfied ? "set up" : "set up, although something is missing");
    return failures;
  };
  /** How many lines had been told when the optional requirements were through. */
  const told: { atOptional?: number } = {};
  const onOptional = () => {
    told.atOptional = lines.length;
    return agent;
  };
  const run = (items: readonly Requirement[], signal = new AbortController().signal, scriptLimitMs = 1000) =>
    satisfyRequirements({
      ...{ list: items, source, onEssential, onOptional, guestOs: "FreeBSD" as const, scriptLimitMs, logger, signal },
    });
  return { lines, run, told };
}

const containerd = { containerd: { system: true, user: false, archives: [] } };
const failing = async () => ({ code: 1, signal: null, stdout: "", stderr: "+ command -v systemctl\n" });

describe("working through them", () => {
  test("each is told before and after", async () => {
    const { lines, run } = setUp();
    expect(await run(list({ plain: true }))).toEqual([]);
    expect(lines).toContain("Waiting for the essential requirement 1 of 2: `ssh`");
    expect(lines).toContain("The essential requirement 1 of 2 is satisfied");
    expect(lines.at(-1)).toBe("The final requirement 1 of 1 is satisfied");
  });

  test("what needs the essential ones is set up between them and the others, and its failures are told", async () => {
    const { lines, run } = setUp({}, ["not mounted"]);
    expect(await run(list({ plain: true }))).toEqual(["not mounted"]);
    expect(lines.indexOf("set up")).toBeGreaterThan(lines.indexOf("The essential requirement 1 of 2 is satisfied"));
    expect(lines.indexOf("set up")).toBeLessThan(
      lines.indexOf("Waiting for the final requirement 1 of 1: `boot scripts must have finished`"),
    );
  });

  test("the optional ones are told to be through before the final ones are begun", async () => {
    const probes = [{ mode: "readiness", description: "", script: "#!/bin/sh\n", hint: "h" }] as const;
    const { lines, run, told } = setUp();
    expect(await run(list({ probes }))).toEqual([]);
    const final = "Waiting for the final requirement 1 of 1: `boot scripts must have finished`";
    expect(lines.slice(0, told.atOptional).at(-1)).toBe("The optional requirement 1 of 1 is satisfied");
    expect(lines[told.atOptional ?? -1]).toBe(final);
  });

  test("the guest agent is waited for beside the final ones", async () => {
    const agent = Promise.withResolvers<void>();
    const { lines, run } = setUp({}, [], agent.promise);
    let over = false;
    const running = run(list({ plain: true })).finally(() => {
      over = true;
    });
    while (lines.at(-1) !== "The final requirement 1 of 1 is satisfied") await Bun.sleep(1);
    await Bun.sleep(1);
    expect(over).toBe(false);
    agent.resolve();
    expect(await running).toEqual([]);
  });

  test("the guest agent of a guest that lacks something essential is not waited for", async () => {
    const { run } = setUp({}, ["not mounted"], new Promise(() => {}));
    expect(await run(list({ plain: true }))).toEqual(["not mounted"]);
  });

  test("Windows is asked for the file that its last script leaves, until that is there", async () => {
    const asked: string[] = [];
    const { lines, run } = setUp({
      exec: async (command, stdin) => {
        asked.push(command);
        expect(stdin).toBe("");
        return { code: asked.length < 3 ? 1 : 0, signal: null, stdout: "", stderr: "" };
      },
    });
    expect(await run(list({ os: "Windows" }))).toEqual([]);
    expect(asked).toHaveLength(3);
    expect(asked[0]).toBe(
      "powershell.exe -NoProfile -NonInteractive -Command " +
        `"if (Test-Path -PathType Leaf -LiteralPath 'C:\\ProgramData\\Lima\\lima-boot-done.txt') { exit 0 } else { exit 1 }"`,
    );
    expect(lines).toEqual([
      "Waiting for the essential requirement 1 of 1: `ssh`",
      "The essential requirement 1 of 1 is satisfied",
      "set up",
    ]);
  });

  test("what is set up knows that an essential one is missing", async () => {
    const { lines, run } = setUp({ exec: failing });
    expect(await run(list({ os: "Windows" }), undefined, 200)).toHaveLength(1);
    expect(lines.at(-1)).toBe("set up, although something is missing");
  });

  test("a fatal one is tried once, and its failure ends its list alone", async () => {
    let attempts = 0;
    const { lines, run } = setUp({
      exec: () => {
        attempts += 1;
        return failing();
      },
    });
    expect(await run(list(containerd))).toEqual([
      expect.stringMatching(
        /^failed to satisfy the optional requirement 1 of 2 `systemd must be available`: .*: exit status 1: \+ command -v systemctl; skipping further checks$/,
      ),
    ]);
    expect(attempts).toBe(1);
    expect(lines).toContain("No further optional requirements will be checked");
    expect(lines.at(-1)).toBe("The final requirement 1 of 1 is satisfied");
  });

  const probe = { probes: [{ mode: "readiness" as const, description: "p", script: "#!/bin/sh\n", hint: "look" }] };
  test("a script that fails at first is tried again", async () => {
    let attempts = 0;
    const { run } = setUp({
      exec: async () => {
        attempts += 1;
        return { code: attempts < 2 ? 1 : 0, signal: null, stdout: "", stderr: "" };
      },
    });
    expect(await run(list(probe))).toEqual([]);
    expect(attempts).toBe(2);
  });

  test("one that goes on failing is given up after the limit, and the rest goes on", async () => {
    const { run, lines } = setUp({ exec: failing });
    expect(await run(list(probe), undefined, 20)).toEqual([
      "failed to satisfy the optional requirement 1 of 1 `p`: look: exit status 1: + command -v systemctl",
    ]);
    expect(lines.at(-1)).toBe("The final requirement 1 of 1 is satisfied");
  });

  test("the control master is started beside the rest, but is there at the end", async () => {
    const master = Promise.withResolvers<void>();
    const { run, lines } = setUp({ controlMaster: () => master.promise });
    const running = run(list());
    while (!lines.includes("The final requirement 1 of 1 is satisfied")) await Bun.sleep(1);
    expect(lines).not.toContain("The essential requirement 3 of 3 is satisfied");
    master.resolve();
    expect(await running).toEqual([]);
    expect(lines.at(-1)).toBe("The essential requirement 3 of 3 is satisfied");
  });

  test("the signal ends the wait with its reason", async () => {
    const end = new AbortController();
    const { run } = setUp({ marker: () => new Promise(() => {}) });
    const running = run(list(), end.signal);
    await Bun.sleep(1);
    end.abort("stalled");
    expect(await running.catch((reason: unknown) => reason)).toBe("stalled");
  });
});
