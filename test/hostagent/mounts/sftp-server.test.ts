import { expect, test } from "bun:test";
import { sftpServerPlaces } from "../../../src/hostagent/mounts/sftp-server-plan.ts";

test("sftp-server is looked for in PATH, in Homebrew's cellar, then where systems have it", () => {
  expect(sftpServerPlaces("/opt/bin/sftp-server", ["/opt/homebrew/Cellar/openssh/9.9p1/sbin/sshd"])).toEqual([
    "/opt/bin/sftp-server",
    "/opt/homebrew/Cellar/openssh/9.9p1/libexec/sftp-server",
    "/usr/libexec/sftp-server",
    "/usr/libexec/openssh/sftp-server",
    "/usr/lib/sftp-server",
    "/usr/lib/openssh/sftp-server",
    "/usr/lib/ssh/sftp-server",
  ]);
  expect(sftpServerPlaces(undefined, [])[0]).toBe("/usr/libexec/sftp-server");
});
