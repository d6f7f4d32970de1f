import { expect, test } from "bun:test";
import { EventTeller } from "../../src/hostagent/event-teller.ts";
import { RunningTeller } from "../../src/hostagent/running-teller.ts";
import { type HostAgentStatus, parseEvent } from "../../src/hostapi/events.ts";

function teller(troubles: string[]) {
  const told: HostAgentStatus[] = [];
  const events = new EventTeller((line) => void told.push(parseEvent(line).status));
  return { told, running: new RunningTeller(events, 6022, () => troubles) };
}

test("an instance is degraded for as long as something is wrong, and each change is told once", () => {
  const troubles: string[] = [];
  const { told, running } = teller(troubles);
  running.refresh();
  expect(told).toEqual([]);
  running.ready({ errors: [], bootErrors: ["a script failed"] });
  troubles.push("no mount");
  running.refresh();
  running.refresh();
  troubles.pop();
  running.refresh();
  expect(told).toEqual([
    { running: true, sshLocalPort: 6022, errors: ["a script failed"] },
    { running: true, degraded: true, sshLocalPort: 6022, errors: ["no mount\na script failed"] },
    { running: true, sshLocalPort: 6022, errors: ["a script failed"] },
  ]);
});

test("what stayed unsatisfied at the start keeps it degraded", () => {
  const { told, running } = teller([]);
  running.ready({ errors: ["no systemd"], bootErrors: [] });
  running.refresh();
  expect(told).toEqual([{ running: true, degraded: true, sshLocalPort: 6022, errors: ["no systemd"] }]);
});
