import { afterName, questionOffsets } from "./message.ts";

/**
 * A reply cut to a size at the border of a record and marked as cut, unless it fits. What follows the answers goes first;
 * EDNS is among that, which RFC 6891 7 allows.
 */
export function truncate(reply: Buffer, limitBytes: number): Buffer {
  if (reply.length <= limitBytes) return reply;
  let kept = 12;
  let answers = 0;
  let questions = 0;
  try {
    const end = questionOffsets(reply).at(-1) ?? 12;
    if (end <= limitBytes) {
      kept = end;
      questions = reply.readUInt16BE(4);
      for (const total = reply.readUInt16BE(6); answers < total; answers += 1) {
        const next = afterRecord(reply, kept);
        if (next > limitBytes) break;
        kept = next;
      }
    }
  } catch {
    // a name server's reply that cannot be read further: what was read is kept
  }
  const cut = Buffer.from(reply.subarray(0, kept));
  cut.writeUInt16BE(cut.readUInt16BE(2) | 0x0200, 2);
  cut.writeUInt16BE(questions, 4);
  cut.writeUInt16BE(answers, 6);
  cut.writeUInt32BE(0, 8);
  return cut;
}

function afterRecord(packet: Buffer, offset: number): number {
  const fixed = afterName(packet, offset);
  return fixed + 10 + packet.readUInt16BE(fixed + 8);
}
