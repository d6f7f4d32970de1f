import { expect, test } from "bun:test";
import { closeSync } from "node:fs";
import { socketPair } from "../../src/lib/socket-pair.ts";

test("two programs given a pair of sockets talk to each other, and one's end is the other's end of file", async () => {
  const [near, far] = socketPair();
  const spawn = (script: string, fd: number) =>
    Bun.spawn(["sh", "-c", script], { stdin: fd, stdout: fd, stderr: "pipe" });
  const asks = spawn("echo question; read answer; echo $answer >&2", near);
  const answers = spawn("read question; echo answer to $question; cat; echo end >&2", far);
  closeSync(near);
  closeSync(far);
  expect(await new Response(asks.stderr).text()).toBe("answer to question\n");
  expect(await new Response(answers.stderr).text()).toBe("end\n");
});
