import { quote } from "../lib/quote.ts";
import type { Report } from "./report.ts";
import type { Config } from "./types.ts";

const windowsShells = ["cmd.exe", "powershell.exe", "pwsh.exe"];

/** The guest user's shell and rights. */
export function validateUser({ user, os, vmType, plain }: Config, report: Report): void {
  if (os === "Windows") {
    const base = user.shell.slice(Math.max(user.shell.lastIndexOf("/"), user.shell.lastIndexOf("\\")) + 1);
    if (!windowsShells.includes(base.toLowerCase()))
      report.error(
        "user.shell",
        `field \`user.shell\` must be one of [${windowsShells.join(" ")}] for Windows guest, got ${quote(user.shell)}`,
      );
  } else if (!user.shell.startsWith("/"))
    report.error("user.shell", `field \`user.shell\` must be an absolute path, got ${quote(user.shell)}`);
  if (user.uid < 0 || user.uid > 0xffff_ffff)
    report.error("user.uid", `field \`user.uid\` must be between 0 and 4294967295, got ${quote(String(user.uid))}`);
  if (os === "Darwin" && user.passwordlessSudo)
    report.error("user.passwordlessSudo", "`user.passwordlessSudo: true` is not supported on macOS guests");
  if (!user.passwordlessSudo && vmType === "wsl2")
    report.error("user.passwordlessSudo", "`user.passwordlessSudo: false` is not supported on WSL2 guest");
  if (!user.passwordlessSudo && os !== "Darwin" && !plain)
    report.error("user.passwordlessSudo", "`user.passwordlessSudo: false` requires `plain: true`");
}
