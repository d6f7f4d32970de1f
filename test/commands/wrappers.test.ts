import { describe, expect, test } from "bun:test";
import { planWrapper, type Wrapper, type WrapperFacts } from "../../src/commands/wrappers/plan.ts";

const instances: Readonly<Record<string, string>> = {
  docker: "Running",
  podman: "Running",
  k8s: "Running",
  off: "Stopped",
};
const plan = (wrapper: Wrapper, facts: Partial<WrapperFacts> = {}) =>
  planWrapper(wrapper, {
    env: { HOME: "/home/kim", LIMA_INSTANCE: "", ...facts.env },
    args: facts.args ?? ["ps", "-a"],
    exists: facts.exists ?? ((instance) => instance in instances),
    runs: async (instance) => instances[instance] === "Running",
    directory: (instance) => `/l/${instance}`,
    find: facts.find ?? ((program) => `/usr/bin/${program}`),
  });
const none = () => undefined;

describe("a wrapper stands for", () => {
  test("nerdctl in the guest, with the host's environment", async () => {
    const words = ["nerdctl", "ps", "-a"];
    expect(await plan("nerdctl.lima")).toEqual({
      kind: "limactl",
      args: ["shell", "--preserve-env", "default", ...words],
    });
    expect(await plan("nerdctl.lima", { env: { LIMA_INSTANCE: "x" } })).toEqual({
      kind: "limactl",
      args: ["shell", "--preserve-env", "x", ...words],
    });
  });

  test.each([
    ["docker.lima", ["/usr/bin/docker", "ps", "-a"], { DOCKER_HOST: "unix:///l/docker/sock/docker.sock" }],
    [
      "podman.lima",
      ["/usr/bin/podman", "--remote", "ps", "-a"],
      { CONTAINER_HOST: "unix:///l/podman/sock/podman.sock" },
    ],
    ["kubectl.lima", ["/usr/bin/kubectl", "ps", "-a"], { KUBECONFIG: "/l/k8s/copied-from-guest/kubeconfig.yaml" }],
  ] as const)("the host's client where there is one: %s", async (wrapper, argv, env) => {
    expect(await plan(wrapper)).toEqual({ kind: "program", argv, env });
  });

  test.each([
    ["docker.lima", "DOCKER"],
    ["podman.lima", "PODMAN"],
    ["kubectl.lima", "KUBECTL"],
  ] as const)("the client that the environment names: %s", async (wrapper, variable) => {
    const found = await plan(wrapper, { env: { [variable]: "mine" } });
    expect(found).toMatchObject({
      kind: "program",
      argv: ["/usr/bin/mine", ...(wrapper === "podman.lima" ? ["--remote"] : []), "ps", "-a"],
    });
  });

  test.each([
    ["docker.lima", { kind: "lima", instance: "docker", args: ["docker", "ps", "-a"] }],
    ["podman.lima", { kind: "lima", instance: "podman", args: ["podman", "ps", "-a"] }],
    ["kubectl.lima", { kind: "lima", instance: "k8s", args: ["sudo", "kubectl", "ps", "-a"] }],
  ] as const)("the guest's own program where the host has none: %s", async (wrapper, expected) => {
    expect(await plan(wrapper, { find: none })).toEqual(expected as never);
  });

  test("k3s before k8s", async () => {
    expect(await plan("kubectl.lima", { find: none, exists: () => true })).toMatchObject({
      lines: ['instance "k3s" is not running, run `limactl start k3s` to start the existing instance'],
    });
  });

  test("apptainer in the guest, with the home bound", async () => {
    const env = { LIMA_INSTANCE: "docker" };
    const words = (bound: string) =>
      ({ kind: "lima", instance: "docker", args: [`APPTAINER_BINDPATH=${bound}`, "apptainer", "ps", "-a"] }) as never;
    expect(await plan("apptainer.lima", { env })).toEqual(words("/home/kim"));
    expect(await plan("apptainer.lima", { env: { ...env, APPTAINER_BINDPATH: "/a,/b" } })).toEqual(
      words("/a,/b,/home/kim"),
    );
  });
});

describe("a wrapper refuses", () => {
  const create = (name: string, template: string) =>
    `instance "${name}" does not exist, run \`limactl create --name=${name}${template}\` to create a new instance`;
  test.each([
    ["docker.lima", create("new", " template:docker")],
    ["podman.lima", create("new", " template:podman")],
    ["kubectl.lima", create("new", "")],
    ["apptainer.lima", create("new", " template:apptainer")],
  ] as const)("an instance that does not exist: %s", async (wrapper, line) => {
    expect(await plan(wrapper, { env: { LIMA_INSTANCE: "new" } })).toEqual({ kind: "refuse", lines: [line] });
  });

  test.each(["docker.lima", "podman.lima", "kubectl.lima", "apptainer.lima"] as const)(
    "an instance that does not run: %s",
    async (wrapper) => {
      expect(await plan(wrapper, { env: { LIMA_INSTANCE: "off" } })).toEqual({
        kind: "refuse",
        lines: ['instance "off" is not running, run `limactl start off` to start the existing instance'],
      });
    },
  );

  test("kubectl without any instance of Kubernetes, in four lines", async () => {
    const refused = await plan("kubectl.lima", { exists: () => false });
    expect(refused).toMatchObject({ kind: "refuse" });
    const lines = refused.kind === "refuse" ? refused.lines : [];
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe("No k3s or k8s existing instances found. Either create one with");
  });
});
