import { expect, test } from "bun:test";
import { parseArguments } from "../../../src/guest/agent/arguments.ts";

const defaults = {
  debug: false,
  runtimeDirectory: "/run/lima-guestagent",
  tickMs: 750,
  vsockPort: 0,
  virtioPort: "",
  socketOwner: 0,
};

test.each([
  [["daemon"], {}],
  [["daemon", "--debug"], { debug: true }],
  [["--debug=false", "daemon"], { debug: false }],
  [["daemon", "--virtio-port", "io.lima-vm.guest_agent.0"], { virtioPort: "io.lima-vm.guest_agent.0" }],
  [["daemon", "--socket-owner=1000", "--runtime-dir=/run/x"], { socketOwner: 1000, runtimeDirectory: "/run/x" }],
  [["daemon", "--vsock-port", "2222", "--tick", "3s"], { vsockPort: 2222, tickMs: 3000 }],
])("%p", (args, options) => {
  expect(parseArguments(args)).toEqual({ command: "daemon", options: { ...defaults, ...options } });
});

test.each([
  [[], "usage"],
  [["serve"], "usage"],
  [["daemon", "--nonsense"], "unknown flag: --nonsense"],
  [["daemon", "--virtio-port"], "flag needs an argument: --virtio-port"],
  [["daemon", "--socket-owner", "me"], "invalid argument"],
  [["daemon", "--tick", "0s"], "invalid argument"],
])("%p is refused", (args, message) => {
  expect(() => parseArguments(args)).toThrow(message);
});

test("the version may be asked for", () => {
  expect(parseArguments(["--version"])).toEqual({ command: "version" });
});
