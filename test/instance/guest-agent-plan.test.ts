import { describe, expect, test } from "bun:test";
import {
  type AgentSource,
  type AgentSourceFacts,
  agentSources,
  mayHaveMusl,
} from "../../src/instance/guest-agent-plan.ts";

interface Given {
  readonly host?: Partial<AgentSourceFacts["host"]>;
  readonly config?: Partial<AgentSourceFacts["config"]>;
  readonly libc?: AgentSourceFacts["libc"];
  readonly known?: Partial<AgentSourceFacts["known"]>;
}

function sources({ host, config, libc = "glibc", known }: Given): readonly AgentSource[] {
  return agentSources({
    host: { os: "linux", arch: "x86_64", self: ["/usr/bin/limactl"], env: {}, ...host },
    config: { os: "Linux", arch: "x86_64", plain: false, ...config },
    libc,
    known: { packed: undefined, releaseUrl: "", digests: {}, ...known },
  });
}

const shown = (given: Given) =>
  sources(given).map((source) => `${source.kind} ${"url" in source ? `${source.url} ${source.digest}` : source.path}`);

const release = {
  releaseUrl: "https://example.com/v1",
  digests: { "linux-x64": "aa", "linux-arm64": "bb", "linux-x64-musl": "cc" },
};

describe("the guest agent of an instance comes", () => {
  test("from the executable itself where host and guest are Linux of one architecture", () => {
    expect(shown({})[0]).toBe("file /usr/bin/limactl");
  });

  test("from beside the executable, then from the release, for another architecture", () => {
    expect(shown({ config: { arch: "aarch64" }, known: release })).toEqual([
      "file /usr/bin/limactl-linux-arm64",
      "packed /usr/bin/lima-guestagent-linux-arm64.zst",
      "release https://example.com/v1/lima-guestagent-linux-arm64.zst sha256:bb",
    ]);
  });

  test("from inside the executable on macOS and Windows", () => {
    const packed = { platform: "linux-arm64", path: "/$bunfs/root/agent.zst" };
    const mac = { os: "darwin", arch: "aarch64", self: ["/opt/bin/limactl"] } as const;
    expect(shown({ host: mac, config: { arch: "aarch64" }, known: { packed } })[0]).toBe(
      "packed /$bunfs/root/agent.zst",
    );
    expect(shown({ host: mac, known: { packed } })[0]).toBe("file /opt/bin/limactl-linux-x64");
    const windows = { os: "windows", self: ["C:\\lima\\limactl.exe"] } as const;
    expect(shown({ host: windows })).toEqual([
      "file C:\\lima\\limactl-linux-x64",
      "packed C:\\lima\\lima-guestagent-linux-x64.zst",
    ]);
  });

  test("from LIMA_GUESTAGENT_DIR before all else", () => {
    expect(shown({ host: { env: { LIMA_GUESTAGENT_DIR: "/agents" } } }).slice(0, 3)).toEqual([
      "file /agents/limactl-linux-x64",
      "packed /agents/lima-guestagent-linux-x64.zst",
      "file /usr/bin/limactl",
    ]);
  });

  test("from a build of its own for musl", () => {
    expect(shown({ libc: "musl", known: release })).toEqual([
      "file /usr/bin/limactl-linux-x64-musl",
      "packed /usr/bin/lima-guestagent-linux-x64-musl.zst",
      "release https://example.com/v1/lima-guestagent-linux-x64-musl.zst sha256:cc",
    ]);
  });

  test.each<readonly [string, Given]>([
    ["from source", { host: { self: ["/usr/bin/bun", "/src/main.ts"] } }],
    ["in plain mode", { config: { plain: true }, known: release }],
    ["for another guest system", { config: { os: "FreeBSD" }, known: release }],
    ["for an architecture without a build", { config: { arch: "riscv64" }, known: release }],
  ])("from nowhere %s", (_, given) => {
    expect(sources(given)).toEqual([]);
  });
});

test.each([
  ["https://example.com/nocloud_alpine-3.22.qcow2", true],
  ["https://example.com/debian-12.qcow2", false],
])("%s has musl: %p", (location, expected) => {
  expect(mayHaveMusl({ images: [{ location, arch: "x86_64" }] } as never)).toBe(expected);
});
