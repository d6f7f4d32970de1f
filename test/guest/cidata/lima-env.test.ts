import { expect, test } from "bun:test";
import { etcEnvironment, limaEnv, paramEnv } from "../../../src/guest/cidata/env-files.ts";
import { sampleConfig, sampleMount } from "../../support/sample-config.ts";
import { sampleFacts, sampleScript } from "../sample-facts.ts";

function lines(...args: Parameters<typeof sampleFacts>): readonly string[] {
  return limaEnv(sampleFacts(...args))
    .split("\n")
    .map((line) => line.replace(/^LIMA_CIDATA_/, ""));
}

test("the variables come in their order, none of them blank", () => {
  expect(limaEnv(sampleFacts())).toBe(
    [
      "DEBUG=false",
      "IID=iid-1767225600",
      "NAME=test.vm_1",
      "MNT=/mnt/lima-cidata",
      "USER=john",
      "UID=1001",
      "COMMENT=John Doe",
      "HOME=/home/john.guest",
      "SHELL=/bin/bash",
      "HOSTHOME_MOUNTPOINT=",
      "MOUNTS=0",
      "MOUNTTYPE=reverse-sshfs",
      "DISKS=0",
      "GUEST_INSTALL_PREFIX=/usr/local",
      "UPGRADE_PACKAGES=",
      "CONTAINERD_USER=",
      "CONTAINERD_SYSTEM=",
      "SLIRP_DNS=192.168.5.3",
      "SLIRP_GATEWAY=192.168.5.2",
      "SLIRP_IP_ADDRESS=192.168.5.15",
      "UDP_DNS_LOCAL_PORT=0",
      "TCP_DNS_LOCAL_PORT=0",
      "ROSETTA_ENABLED=false",
      "ROSETTA_BINFMT=false",
      "SKIP_DEFAULT_DEPENDENCY_RESOLUTION=",
      "VMTYPE=qemu",
      "VSOCK_PORT=0",
      "VIRTIO_PORT=",
      "PLAIN=",
      "NO_CLOUD_INIT=",
      "PASSWORDLESS_SUDO=1",
    ]
      .map((line) => `LIMA_CIDATA_${line}\n`)
      .join(""),
  );
});

const on = { system: true, user: false, archives: [] };
const dependency = { ...sampleScript("dependency", "x"), skipDefaultDependencyResolution: true };
const data = { mode: "data" as const, script: "", playbook: "", content: "", path: "/a b" };

test.each([
  ["MOUNTS_1_MOUNTPOINT=/with blank", lines({ mounts: [sampleMount("/x", "/x"), sampleMount("/y", "/with blank")] })],
  ["MOUNTS=2", lines({ mounts: [sampleMount("/x", "/x"), sampleMount("/y", "/y")] })],
  ["HOSTHOME_MOUNTPOINT=/there", lines({ mounts: [sampleMount("/home/host", "/there")] })],
  ["MOUNTTYPE=", lines({ mountType: "wsl2" })],
  ["CONTAINERD_SYSTEM=1", lines({ containerd: on })],
  ["CONTAINERD_ARCHIVE=nerdctl-full.tgz", lines({ containerd: on })],
  [
    "DISKS=2",
    lines({
      additionalDisks: [
        { name: "a", fsArgs: [] },
        { name: "b", fsArgs: ["-F", "-q"], fsType: "xfs", format: false },
      ],
    }),
  ],
  ["DISK_0_DEVICE=vdb", lines({ additionalDisks: [{ name: "a", fsArgs: [] }] })],
  ["DISK_0_FORMAT=true", lines({ additionalDisks: [{ name: "a", fsArgs: [] }] })],
  ["DISK_0_FSARGS=-F -q", lines({ additionalDisks: [{ name: "b", fsArgs: ["-F", "-q"] }] })],
  ["SKIP_DEFAULT_DEPENDENCY_RESOLUTION=1", lines({ provision: [dependency] })],
  ["DATAFILE_00000000_OVERWRITE=true", lines({ provision: [data] })],
  ["DATAFILE_00000000_OWNER=root:root", lines({ provision: [data] })],
  ["DATAFILE_00000000_OWNER=root:wheel", lines({ provision: [data], os: "Darwin" })],
  ["DATAFILE_00000000_PATH=/a b", lines({ provision: [data] })],
  ["DATAFILE_00000000_PERMISSIONS=644", lines({ provision: [data] })],
  [
    "VIRTIO_PORT=io.lima-vm.guest_agent.0",
    lines({}, { agentChannel: { vsockPort: 0, virtioPort: "io.lima-vm.guest_agent.0" } }),
  ],
  ["VSOCK_PORT=2222", lines({}, { agentChannel: { vsockPort: 2222, virtioPort: "" } })],
  ["ROSETTA_ENABLED=false", lines({ plain: true }, { rosetta: { enabled: true, binfmt: true } })],
  ["COMMENT=A B", lines({ user: { ...sampleConfig.user, comment: "A\u00a0\u0007 B\n" } })],
  ["MNT=/Volumes/cidata", lines({ os: "Darwin" })],
])("%s", (line, found) => {
  expect(found).toContain(line);
});

test("parameters and environment are sorted, and the environment's block is there when it is empty", () => {
  expect(paramEnv({ b: "2", a: "1 = one" })).toBe("PARAM_a=1 = one\nPARAM_b=2\n");
  expect(paramEnv({})).toBe("");
  expect(etcEnvironment({})).toBe("#LIMA-START\n#LIMA-END\n");
  expect(etcEnvironment({ B: "2", A: "1" })).toBe("#LIMA-START\nA=1\nB=2\n#LIMA-END\n");
});
