import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { converse as converseAt } from "../support/terminal.ts";

const root = join(import.meta.dir, "../..");
let home = "";

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "terminal-"));
});

afterAll(() => rmSync(home, { recursive: true }));

const converse = (words: readonly string[], answers: readonly (readonly [string, string])[]) =>
  converseAt(words, answers, {
    cwd: home,
    env: { HOME: home, PATH: `${home}:/usr/bin:/bin`, TERM: "xterm", TZ: "UTC" },
  });

/** A program that asks one question and prints the answer as JSON. */
function asking(call: string): readonly string[] {
  const file = join(home, `ask-${Bun.hash(call)}.ts`);
  writeFileSync(
    file,
    `import { confirm, select } from ${JSON.stringify(join(root, "src/cli/prompt.ts"))};
try { console.log("answer=" + JSON.stringify(await ${call})); } catch (error) { console.log("error=" + error.message); }`,
  );
  return [process.execPath, file];
}

describe("a question at a terminal", () => {
  const confirm = 'confirm("Do you want to start the instance now? ", true)';
  const select = 'select("Creating an instance", ["Proceed", "Open an editor", "Choose another template", "Exit"])';
  const table: readonly (readonly [string, string, readonly (readonly [string, string])[], string])[] = [
    ["Enter takes the default", confirm, [["now? (Y/n) ", "\r"]], "answer=true"],
    ["no", confirm, [["(Y/n) ", "no\r"]], "answer=false"],
    ["a corrected answer", confirm, [["(Y/n) ", "yx\u007f\r"]], "answer=true"],
    [
      "nonsense is asked again",
      confirm,
      [
        ["(Y/n) ", "maybe\r"],
        ["try again", ""],
        ["(Y/n) ", "n\r"],
      ],
      "answer=false",
    ],
    ["Ctrl-C", confirm, [["(Y/n) ", "\u0003"]], "error=interrupt"],
    ["Enter picks the first", select, [["> Proceed", "\r"]], 'answer="Proceed"'],
    ["arrows move", select, [["> Proceed", "\u001b[B\u001b[B\r"]], 'answer="Choose another template"'],
    ["typing filters", select, [["> Proceed", "exi\r"]], 'answer="Exit"'],
    ["Ctrl-C leaves the list", select, [["> Proceed", "\u0003"]], "error=interrupt"],
  ];
  test.each(table)("%s", async (_name, call, answers, expected) => {
    const { shown } = await converse(asking(call), answers);
    expect(shown.trimEnd()).toEndWith(expected);
  });

  test("fails where stdin is no terminal", async () => {
    const child = Bun.spawn([...asking(confirm)], { stdin: "ignore", stdout: "pipe" });
    expect(await new Response(child.stdout).text()).toContain("error=standard input is not a terminal");
  });
});

const main = join(root, "src/main.ts");

test("at a terminal records are coloured, and NO_COLOR keeps them plain", async () => {
  const { shown, code } = await converse([process.execPath, main, "--nope"], []);
  expect([shown, code]).toEqual([`\u001b[31mFATA\u001b[0m[0000] unknown flag: --nope${" ".repeat(24)} \r\n`, 1]);
  const plain = await converse(["env", "NO_COLOR=1", process.execPath, main, "--nope"], []);
  expect(plain.shown).toBe(`FATA[0000] unknown flag: --nope${" ".repeat(24)} \r\n`);
});

describe("the completion script in bash", () => {
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["limactl compl", ["completion"]],
    ["limactl --debug compl", ["completion"]],
    ["limactl completion ", ["bash", "fish", "powershell", "zsh"]],
    ["limactl completion bash --no", ["--no-descriptions"]],
    ["limactl create --mount-type re", ["reverse-sshfs"]],
    ["limactl create --mount-type=re", ["reverse-sshfs"]],
    ["limactl create template:podman-", ["podman-rootful"]],
    ["limactl stop ", ["my-vm"]],
  ];

  test("completes names, options, values and instances", async () => {
    writeFileSync(join(home, "limactl"), `#!/bin/sh\nexec "${process.execPath}" "${join(root, "src/main.ts")}" "$@"\n`);
    chmodSync(join(home, "limactl"), 0o755);
    const lines = table.map(([line]) => `try '${line}'`).join("\n");
    writeFileSync(
      join(home, "try.bash"),
      `mkdir -p "$HOME/.lima/my-vm" "$HOME/.lima/_config"
source <(limactl completion bash)
# What readline hands over: words split at its breaks, the cursor at the end.
try() {
  COMP_LINE="$1" COMP_POINT=\${#1} COMP_TYPE=9
  local spaced="\${1//=/ = }"
  read -ra COMP_WORDS <<<"\${spaced//:/ : }"
  if [[ $1 == *" " ]]; then COMP_WORDS+=(""); fi
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  __limactl_complete 2>/dev/null
  echo "\${COMPREPLY[*]}"
}
${lines}
`,
    );
    const child = Bun.spawn(["bash", join(home, "try.bash")], {
      env: { HOME: home, PATH: `${home}:/usr/bin:/bin` },
      stdout: "pipe",
    });
    const answers = (await new Response(child.stdout).text()).trimEnd().split("\n");
    expect(answers).toEqual(table.map(([, words]) => words.join(" ")));
  });
});

test("at a terminal help tells that --tty is on by itself", async () => {
  const line = async (words: readonly string[]) =>
    (await converse([process.execPath, main, ...words], [])).shown
      .split("\r\n")
      .find((each) => each.includes("--tty "));
  for (const words of [
    ["--help"],
    ["list", "--help"],
    ["help", "list"],
    ["start", "--help"],
    ["network"],
    ["help", "help"],
  ]) {
    expect([words, (await line(words))?.endsWith(" (default true)")]).toEqual([words, true]);
  }
  const { stdout } = Bun.spawnSync([process.execPath, main, "list", "--help"], { env: { ...process.env } });
  expect(stdout.toString()).not.toContain("default true");
});
