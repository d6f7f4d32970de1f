import { defineCommand } from "../cli/command.ts";
import { UserError } from "../lib/errors.ts";
import { judgeHost } from "./doctor/host-plan.ts";
import { judgeInstances } from "./doctor/instances-plan.ts";
import { pageText } from "./doctor/page.ts";
import { instanceContext } from "./instance-context.ts";

export const command = defineCommand({
  meta: {
    name: "doctor",
    description: "Tell whether this host can run virtual machines well",
    long: [
      "Tell whether this host can run virtual machines well",
      "",
      "That is QEMU and its firmware, acceleration, ssh, disk, memory, ports, and the instances themselves. Each problem",
      "comes with its remedy; the exit code is 1 if one of them keeps instances from running.",
    ].join("\n"),
  },
  positionals: { usage: "", max: 0, complete: "nothing" },
  args: { json: { type: "boolean", description: "JSON instead of a page, a line per finding" } },
  async run(context) {
    const { gatherDoctorFacts } = await import("./doctor/gather.ts");
    const facts = await gatherDoctorFacts(instanceContext(context));
    const findings = [...judgeHost(facts), ...judgeInstances(facts)];
    if (context.flags.json) {
      context.stdout.write(findings.map((finding) => `${JSON.stringify(finding)}\n`).join(""));
    } else {
      const colour = context.prettyOutput && (context.host.env.NO_COLOR ?? "") === "";
      context.stdout.write(pageText(findings, colour));
    }
    const count = findings.filter(({ severity }) => severity === "blocking").length;
    if (count > 0)
      throw new UserError(`${count} ${count === 1 ? "problem keeps" : "problems keep"} instances from running`);
  },
});
