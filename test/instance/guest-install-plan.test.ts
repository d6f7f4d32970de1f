import { expect, test } from "bun:test";
import { guestParts, installLine } from "../../src/instance/guest-install-plan.ts";

const program = "/opt/lima/bin/lima-guestagent";
const install = `sudo cp /tmp/x ${program}.new && sudo chmod 755 ${program}.new && sudo mv -f ${program}.new ${program}`;

test.each([
  ["the guest agent alone", undefined, [install]],
  ["containerd beside it", "/cache/nerdctl.tgz", [install, "sudo tar Cxzf /opt/lima /tmp/x"]],
])("%s", (_, nerdctlArchive, lines) => {
  const parts = guestParts({ prefix: "/opt/lima", agent: "/host/agent", nerdctlArchive });
  expect(parts.map((part) => installLine(part, "/tmp/x"))).toEqual(lines);
  expect(parts.map(({ file }) => file)).toEqual(
    ["/host/agent", nerdctlArchive].filter((file): file is string => file !== undefined),
  );
});

test("the guest's shell takes no part in a prefix", () => {
  const [part] = guestParts({ prefix: "/a b;$c", agent: "/agent", nerdctlArchive: undefined });
  const quoted = "'/a b;$c/bin/lima-guestagent.new'";
  expect(part === undefined ? "" : installLine(part, "/tmp/x")).toStartWith(`sudo cp /tmp/x ${quoted} && `);
});
