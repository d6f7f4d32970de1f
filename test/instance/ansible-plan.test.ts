import { expect, test } from "bun:test";
import type { Provision } from "../../src/config/types.ts";
import { planAnsible } from "../../src/instance/ansible-plan.ts";

const instance = { name: "m", hostname: "lima-m", sshConfigFile: "/l/m/ssh.config" };
const host = { os: "linux", home: "/home/u", cwd: "/work dir" } as const;
const provision = (mode: Provision["mode"], playbook = ""): Provision => ({ mode, playbook, script: "" });

test("without a playbook nothing is run", () => {
  expect(planAnsible(instance, { provision: [provision("system")], param: {} }, host, "/i")).toBeUndefined();
});

test("playbooks run in their order, over the instance's ssh.config, with its parameters", () => {
  const playbooks = ["/p/a.yml", "~/b.yml", "c.yml"].map((path) => provision("ansible", path));
  const plan = planAnsible(
    instance,
    { provision: [provision("user"), ...playbooks], param: { ONE: "1", two: "a b" } },
    host,
    "/l/m/ansible-inventory.yaml",
  );
  expect(plan).toEqual({
    inventory: `lima:
  hosts:
    "m":
      ansible_connection: ssh
      ansible_host: "lima-m"
      ansible_ssh_common_args: "-F /l/m/ssh.config"
`,
    env: { PARAM_ONE: "1", PARAM_two: "a b" },
    commands: ["/p/a.yml", "/home/u/b.yml", "/work dir/c.yml"].map((path) => [
      ...["ansible-playbook", "-i", "/l/m/ansible-inventory.yaml", path],
    ]),
  });
});

test("a path with blanks stays one word for ssh", () => {
  const plan = planAnsible(
    { ...instance, sshConfigFile: "/my home/ssh.config" },
    { provision: [provision("ansible", "/a")], param: {} },
    host,
    "/i",
  );
  expect(plan?.inventory).toContain(`ansible_ssh_common_args: "-F '/my home/ssh.config'"`);
});
