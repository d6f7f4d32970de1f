import { expect, test } from "bun:test";
import { guestParts, installLine } from "../../src/instance/guest-install-plan.ts";

test.each([
  ["the guest agent alone", undefined, ["sudo install -m 755 /tmp/x /opt/lima/bin/lima-guestagent"]],
  [
    "containerd beside it",
    "/cache/nerdctl.tgz",
    ["sudo install -m 755 /tmp/x /opt/lima/bin/lima-guestagent", "sudo tar Cxzf /opt/lima /tmp/x"],
  ],
])("%s", (_, nerdctlArchive, lines) => {
  const parts = guestParts({ prefix: "/opt/lima", agent: "/host/agent", nerdctlArchive });
  expect(parts.map((part) => installLine(part, "/tmp/x"))).toEqual(lines);
  expect(parts.map(({ file }) => file)).toEqual(
    ["/host/agent", nerdctlArchive].filter((file): file is string => file !== undefined),
  );
});

test("the guest's shell takes no part in a prefix", () => {
  const [part] = guestParts({ prefix: "/a b;$c", agent: "/agent", nerdctlArchive: undefined });
  expect(part === undefined ? "" : installLine(part, "/tmp/x")).toBe(
    "sudo install -m 755 /tmp/x '/a b;$c/bin/lima-guestagent'",
  );
});
