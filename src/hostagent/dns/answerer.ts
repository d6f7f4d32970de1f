import type { HostNames } from "../../lib/dns/host-names.ts";
import { type Answer, readQuery } from "../../lib/dns/message.ts";
import { localReply, outsideReply, planStep, type Rules, usable } from "./answer-plan.ts";

/** Answers packets: by the rules, else by what the host finds. */
export class Answerer {
  constructor(
    private readonly rules: Rules,
    private readonly names: HostNames,
  ) {}

  /** @returns the reply; undefined to what is no query. Rejects never. */
  async answer(packet: Buffer): Promise<Buffer | undefined> {
    const received = readQuery(packet);
    if (received.kind === "noise") return undefined;
    if (received.kind === "malformed") return received.reply;
    const { query } = received;
    const answers: Answer[] = [];
    let isLocal = false;
    let exists = false;
    let said: { readonly reply: Buffer | undefined } | undefined;
    for (const [index, question] of (query.opcode === 0 ? query.questions : []).entries()) {
      const step = planStep(this.rules, question);
      if (step.kind === "relay") continue;
      let records = step.kind === "answer" ? step.records : undefined;
      if (step.kind === "find") {
        const sent = !step.alias && query.questions.length === 1;
        const found = await this.names.find(step.question, sent ? packet : undefined);
        if (sent) said = { reply: found.reply };
        exists ||= found.exists;
        records = usable(step, found.records, found.reply);
      }
      if (records === undefined) continue;
      isLocal = true;
      answers.push(...records.map((record) => ({ question: index, record })));
    }
    if (isLocal) return localReply(query, answers);
    said ??= { reply: await this.names.relay(packet) };
    return outsideReply(this.rules.zone, query, said.reply, exists);
  }
}
