import { expect, test } from "bun:test";
import { windowsPath } from "../../src/commands/windows-path.ts";

const all = () => true;
const none = () => false;

test.each([
  [{ Path: "C:\\a" }, none, "C:\\a", false],
  [
    { Path: "C:\\a", ProgramFiles: "C:\\Program Files" },
    all,
    "C:\\a;C:\\Program Files\\QEMU;C:\\msys64\\usr\\bin",
    true,
  ],
  [{ PATH: "C:\\a;c:\\MSYS64\\usr\\bin" }, all, "C:\\a;c:\\MSYS64\\usr\\bin", false],
  [{ PATH: "C:\\a", _LIMA_WINDOWS_EXTRA_PATH: " C:\\x;C:\\y " }, none, "C:\\x;C:\\y;C:\\a", false],
  [{ PATH: "C:\\a", _LIMA_WINDOWS_EXTRA_PATH: "  " }, none, "C:\\a", false],
  [{}, none, "", false],
])("%j", (env, isDirectory, path, addedTools) => {
  expect(windowsPath(env, isDirectory)).toEqual({ path, addedTools });
});
