import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import {
  directoryCommand,
  preservedEnv,
  shellQuote,
  shellScript,
  windowsScript,
} from "../../src/instance/shell-plan.ts";

describe("the directory a guest shell starts in", () => {
  const mounts = [
    { location: "/home/u", mountPoint: "/home/u" },
    { location: "/home/u/here", mountPoint: "/here" },
  ];
  const none = { workdir: undefined, cwd: "/srv", home: "/home/u", mounts: [] };
  test.each([
    ["--workdir wins, and a missing one ends the shell", { ...none, workdir: "/a b" }, "cd '/a b' || exit 1"],
    ["without mounts it is the login directory", none, "false"],
    ["a home that is mounted is entered", { ...none, mounts }, "cd /home/u"],
    [
      "a mounted working directory is entered, else the home",
      { ...none, cwd: "/home/u/x", mounts },
      "cd /home/u/x || cd /home/u",
    ],
    ["the longest mount decides", { ...none, cwd: "/home/u/here/y", mounts }, "cd /here/y || cd /home/u"],
    [
      "a directory that only begins like a mount is not in it",
      { ...none, cwd: "/home/user2", home: "/root", mounts },
      "false",
    ],
    [
      "a file system root can be mounted",
      { ...none, mounts: [{ location: "/", mountPoint: "/host" }] },
      "cd /host/srv || cd /host/home/u",
    ],
  ])("%s", (_, facts, command) => {
    expect(directoryCommand(facts)).toBe(command);
  });
});

describe("the script of a guest shell", () => {
  const script = { directory: "false", shell: undefined, env: [], command: [] };
  test.each([
    ["an interactive shell is a login shell", script, 'false ; exec "$SHELL" -l'],
    ["--shell names the interpreter", { ...script, shell: "/bin/zsh" }, "false ; exec /bin/zsh -l"],
    [
      "a command is given as one word",
      { ...script, command: ["uname", "-a"] },
      `false ; exec "$SHELL" -l -c 'uname -a'`,
    ],
    ["shell syntax stays text", { ...script, command: ["echo hi"] }, `false ; exec "$SHELL" -l -c ''"'"'echo hi'"'"''`],
    [
      "leading assignments stay assignments",
      { ...script, command: ["A=b c", "env"] },
      `false ; exec "$SHELL" -l -c 'A='"'"'b c'"'"' env'`,
    ],
    [
      "variables go before the shell",
      { ...script, env: [["K", "v w"]] as const },
      `false ; exec env 'K=v w' "$SHELL" -l`,
    ],
  ])("%s", (_, input, text) => {
    expect(shellScript(input)).toBe(text);
  });

  test("a shell reads every quoted word back as it was", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ unit: "binary-ascii" }).filter((word) => !word.includes("\0")),
          { minLength: 1 },
        ),
        (words) => {
          const { stdout } = spawnSync("sh", ["-c", `printf '%s\\0' ${words.map(shellQuote).join(" ")}`]);
          expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("the line for a Windows guest", () => {
  test.each([
    ["cmd.exe", [], "cmd.exe"],
    ["cmd.exe", ["dir", "C:\\a b"], 'cmd.exe /c "dir C:\\a b"'],
    ["PowerShell.exe", ["Get-Date"], 'PowerShell.exe -Command "Get-Date"'],
    [
      "C:\\Program Files\\PowerShell\\7\\pwsh.exe",
      ["ls"],
      '"C:\\Program Files\\PowerShell\\7\\pwsh.exe" -Command "ls"',
    ],
    ['"C:/Program Files/pwsh.exe"', ["ls"], '"C:/Program Files/pwsh.exe" -Command "ls"'],
  ])("%s %j", (shell, command, line) => {
    expect(windowsScript(shell, command)).toBe(line);
  });
  test("another shell is refused", () => {
    expect(() => windowsScript("/bin/bash", [])).toThrow(
      "unsupported shell `/bin/bash` for Windows guest, must be one of [cmd.exe powershell.exe pwsh.exe]",
    );
  });
});

describe("the variables that --preserve-env passes", () => {
  const names = (env: Record<string, string>) => preservedEnv(env).map(([name]) => name);
  test("the block list keeps the host's own variables back", () => {
    expect(names({ FOO: "1", HOME: "/", BASH_VERSION: "5", _x: "", PATH: "/", SSH_AUTH_SOCK: "s" })).toEqual(["FOO"]);
  });
  test("the allow list wins over the block list", () => {
    expect(names({ HOME: "/", PATH: "/", LIMA_SHELLENV_ALLOW: " HOME , " })).toEqual(["HOME", "LIMA_SHELLENV_ALLOW"]);
  });
  test("a block list of one's own replaces the default, or extends it with a plus", () => {
    expect(names({ FOO: "1", HOME: "/", LIMA_SHELLENV_BLOCK: "F*,LIMA*" })).toEqual(["HOME"]);
    expect(names({ FOO: "1", HOME: "/", LIMA_SHELLENV_BLOCK: "+F*,LIMA*" })).toEqual([]);
  });
  test("a pattern with another character is refused, with its place", () => {
    expect(() => preservedEnv({ LIMA_SHELLENV_BLOCK: "A,B-C" })).toThrow(
      "Invalid LIMA_SHELLENV_BLOCK pattern: pattern `B-C` contains invalid character `-` at position 1",
    );
  });
});
