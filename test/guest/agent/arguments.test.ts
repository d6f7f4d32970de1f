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
  [["daemon", "--tick", "1m1.5s20ms"], { tickMs: 61_520 }],
])("%p", (args, options) => {
  expect(parseArguments(args)).toEqual({ command: "daemon", options: { ...defaults, ...options } });
});

test.each([
  [["serve"], 'unknown command "serve"'],
  [["daemon", "daemon"], 'unexpected argument "daemon"'],
  [["daemon", "--guestagent-updated"], "unknown flag: --guestagent-updated"],
  [["install-systemd", "--tick=3s"], "unknown flag: --tick"],
  [["--debug=perhaps", "daemon"], "invalid argument"],
  [["daemon", "--nonsense"], "unknown flag: --nonsense"],
  [["daemon", "--virtio-port"], "flag needs an argument: --virtio-port"],
  [["daemon", "--socket-owner", "me"], "invalid argument"],
  [["daemon", "--tick", "0s"], "tick must be specified"],
  [["daemon", "--tick", "0"], "tick must be specified"],
  [["daemon", "--tick", "3"], 'invalid argument "3" for "--tick"'],
  [["daemon", "--tick="], "invalid argument"],
  [["daemon", "--tick", "-3s"], "invalid argument"],
])("%p is refused", (args, message) => {
  expect(() => parseArguments(args)).toThrow(message);
});

test("the version may be asked for", () => {
  expect(parseArguments(["--version"])).toEqual({ command: "version" });
});

test("without a command, or with --help, the usage is told", () => {
  expect(parseArguments([])).toEqual({ command: "help" });
  expect(parseArguments(["daemon", "-h"])).toEqual({ command: "help" });
});

test("install-systemd takes what the daemon is to be given", () => {
  const { runtimeDirectory: _, tickMs: __, ...channel } = defaults;
  const args = [
    "install-systemd",
    "--debug=false",
    "--guestagent-updated=true",
    "--virtio-port",
    "p",
    "--socket-owner=7",
  ];
  const options = { ...channel, virtioPort: "p", socketOwner: 7, programChanged: true };
  expect(parseArguments(args)).toEqual({ command: "install-systemd", options });
});
