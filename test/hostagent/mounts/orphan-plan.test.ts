import { expect, test } from "bun:test";
import { isMountClient } from "../../../src/hostagent/mounts/orphan-plan.ts";
import { sshfsPlans } from "../../../src/hostagent/mounts/sshfs-plan.ts";
import { masterArguments } from "../../../src/store/ssh-plan.ts";

const endpoint = { address: "127.0.0.1", port: 2222 };
const [plan] = sshfsPlans({
  links: new Set(),
  mounts: [
    {
      location: "/a b",
      mountPoint: "/mnt",
      writable: true,
      sshfs: { cache: true, followSymlinks: false, sftpDriver: "" },
      "9p": { securityModel: "none", protocolVersion: "9p2000.L", msize: "128KiB", cache: "mmap" },
      virtiofs: {},
    },
  ],
  program: { command: ["ssh"], version: [9, 2, 0], gssapi: true, aes: true },
  options: [],
  endpoint,
  sftpServer: "/usr/lib/sftp-server",
  self: ["/usr/bin/limactl"],
});
const client = plan?.client ?? [];

test("the ssh client of a mount is known by its arguments, also as one line", () => {
  expect(isMountClient(client, endpoint)).toBeTrue();
  expect(isMountClient(client.join(" ").split(" "), endpoint)).toBeTrue();
});

test("others are not: of another guest, the control master, a shell of a person", () => {
  expect(isMountClient(client, { ...endpoint, port: 2223 })).toBeFalse();
  expect(isMountClient(["ssh", ...masterArguments([], endpoint)], endpoint)).toBeFalse();
  expect(isMountClient(["ssh", "-p", "2222", "127.0.0.1", "--", "sshfs"], endpoint)).toBeFalse();
  expect(isMountClient([], endpoint)).toBeFalse();
});
