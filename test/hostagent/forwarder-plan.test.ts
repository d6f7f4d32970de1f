import { expect, test } from "bun:test";
import type { HostAddress } from "../../src/hostagent/forward-plan.ts";
import { chooseForwarder } from "../../src/hostagent/forwards/choose-plan.ts";
import type { ForwardTarget } from "../../src/hostagent/forwards/forwarder.ts";
import { forwardText, masterForwardArguments } from "../../src/hostagent/forwards/master-plan.ts";

test.each([
  ["linux", false, true, "fastest"],
  ["windows", false, true, "fastest"],
  ["linux", true, true, "master"],
  ["linux", false, false, "master"],
  ["darwin", true, false, "master"],
  ["windows", true, true, "channels"],
  ["windows", false, false, "channels"],
] as const)("on %s, ssh alone %p, with an agent %p: %s", (hostOs, sshOnly, hasAgent, expected) => {
  expect(chooseForwarder(hostOs, sshOnly, hasAgent)).toBe(expected);
});

const at = (ip: string, port: number): HostAddress => ({ kind: "port", ip, port });
const forwards: readonly (readonly [HostAddress, ForwardTarget, string])[] = [
  [at("127.0.0.1", 8080), { hosts: ["127.0.0.1"], port: 80 }, "127.0.0.1:8080:127.0.0.1:80"],
  [at("::1", 8080), { hosts: ["::1"], port: 80 }, "[::1]:8080:[::1]:80"],
  [at("0.0.0.0", 8080), { hosts: ["::1", "127.0.0.1"], port: 80 }, "0.0.0.0:8080:localhost:80"],
  [{ kind: "socket", path: "/i/a.sock" }, { hosts: ["127.0.0.1"], port: 80 }, "/i/a.sock:127.0.0.1:80"],
  [{ kind: "socket", path: "/i/a.sock" }, { path: "/run/a.sock" }, "/i/a.sock:/run/a.sock"],
  [at("127.0.0.1", 8080), { path: "/run/a.sock" }, "127.0.0.1:8080:/run/a.sock"],
];

test.each(forwards as [HostAddress, ForwardTarget, string][])(
  "ssh is told a forward as -L (%#)",
  (address, target, expected) => {
    expect(forwardText(address, target)).toBe(expected);
  },
);

test("the control master is told as the primitive of forwards says", () => {
  const options = [{ key: "ControlPath", value: '"/i/ssh.sock"' }];
  const endpoint = { address: "127.0.0.1", port: 60022 };
  expect(masterForwardArguments("cancel", options, endpoint, "/i/a.sock:/g").join(" ")).toBe(
    '-F /dev/null -o ControlPath="/i/ssh.sock" -T -O cancel -L /i/a.sock:/g -N -f -p 60022 127.0.0.1 --',
  );
});
