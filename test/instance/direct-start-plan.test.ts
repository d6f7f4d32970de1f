import { expect, test } from "bun:test";
import { directStartWarning } from "../../src/instance/autostart/direct-start-plan.ts";

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { SYSTEMD_EXEC_PID: "42" }, false],
  [true, { SYSTEMD_EXEC_PID: "41" }, true],
  [true, { XPC_SERVICE_NAME: "io.lima-vm.autostart.x" }, false],
  [true, { XPC_SERVICE_NAME: "0" }, true],
])("registered %s with %j: warned %s", (registered, env, warned) => {
  const warning = directStartWarning({ registered, env, pid: 42 });
  expect(warning).toBe(
    warned
      ? "The instance is registered to start at login, but the --foreground option was given, so starting the instance directly"
      : (undefined as never),
  );
});
