/** Names of the files of an instance directory, as Lima has them; `state.json` and `ha.lock` are this program's own. */
export const instanceFiles = {
  limaYaml: "lima.yaml",
  limaVersion: "lima-version",
  protected: "protected",
  cloudConfig: "cloud-config.yaml",
  cidata: "cidata.iso",
  cidataDirectory: "cidata",
  baseDisk: "basedisk",
  diffDisk: "diffdisk",
  image: "image",
  disk: "disk",
  iso: "iso",
  kernel: "kernel",
  kernelCmdline: "kernel.cmdline",
  initrd: "initrd",
  qemuPid: "qemu.pid",
  qmpSock: "qmp.sock",
  qemuEfiCode: "qemu-efi-code.fd",
  serialLog: "serial.log",
  serialSock: "serial.sock",
  serialPciLog: "serialp.log",
  serialPciSock: "serialp.sock",
  serialVirtioLog: "serialv.log",
  serialVirtioSock: "serialv.sock",
  sshSock: "ssh.sock",
  sshConfig: "ssh.config",
  vncDisplay: "vncdisplay",
  vncPassword: "vncpassword",
  guestAgentSock: "ga.sock",
  guestAgentVirtioSock: "ga-virtio.sock",
  hostAgentPid: "ha.pid",
  hostAgentSock: "ha.sock",
  hostAgentStdout: "ha.stdout.log",
  hostAgentStderr: "ha.stderr.log",
  hostAgentLock: "ha.lock",
  ansibleInventory: "ansible-inventory.yaml",
  state: "state.json",
} as const;

/** Endings of files that belong to a run, not to the instance: removed by a forced stop, skipped by a clone. */
export const transientSuffixes: readonly string[] = [".pid", ".sock", ".tmp"];

/** Files any of which shows that an instance has been started or prepared before (defaults of older instances are kept). */
export const initialisedMarkers: readonly string[] = [
  instanceFiles.hostAgentStdout,
  instanceFiles.hostAgentStderr,
  "vz-identifier",
  instanceFiles.image,
  instanceFiles.disk,
  instanceFiles.baseDisk,
  instanceFiles.diffDisk,
  instanceFiles.cidata,
];
