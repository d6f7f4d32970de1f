import { effectsToCome } from "../../src/config/effects-to-come.ts";

/** What comes of setting a field: a test shows its effect, or the effect is still to come and a warning says so. */
export type Effect = { readonly test: string } | { readonly later: string };

const works = (test: string): Effect => ({ test });

const fileEffects = (list: string, effect: Effect): Readonly<Record<string, Effect>> => ({
  [`${list}.location`]: effect,
  [`${list}.arch`]: effect,
  [`${list}.digest`]: effect,
});

const bases = works("bases of bases, relative to where they are");
const scriptFile = works("take the place of `file`, with its comment");
const image = works("the first that can be had completely is taken, and nothing of another stays");
const firmware = works("a firmware image of lima.yaml takes the place of the driver's own");
const machine = works("the whole command line of a Linux guest under KVM, in Lima's order");
const user = works("the guest's user is the one of lima.yaml");
const ssh = works("ssh reaches the guest as lima.yaml says");
const provision = works("provisioning scripts run in the guest in their order");
const probe = works("start waits for the probes of lima.yaml");
const disks = works("formats, mounts and marks the additional disks");
const certificates = works("CA certificates of lima.yaml are trusted in the guest");
const environment = works("env and param reach the guest's scripts");
const forwards = works("rules decide which listeners are reached, and where");
const names = works("the guest asks the DNS servers of lima.yaml");

const mounts = works("host directories appear in the guest, by reverse-sshfs");
const nineP = works("9p mounts become -virtfs and fstab options");
const virtiofs = works("virtiofs mounts become devices and virtiofsd processes");
const containerd = works("unpacks, configures and starts everything for the system and for the user");
const inotify = works("a watcher of the guest sees what the host changes in a mount");
const resolver = works("names in the guest are those of the host");
const display = works("the screen of a guest can be watched by VNC, and its picture saved");
const audio = works("default sound is what the host has");
const networks = works("a socket of lima.yaml is a NIC of the machine, and the guest is told of it");
const copies = works("files of the guest come to the host, and go when the instance stops");

/** Every field of lima.yaml, by the paths of `fieldPaths`. */
export const effects: Readonly<Record<string, Effect>> = {
  base: bases,
  "base[].url": bases,
  "base[].digest": works("a digest"),
  minimumLimaVersion: works("a version of this program or an older one is fine"),
  vmType: works("an external driver is fine, and `default` is the host's"),
  vmOpts: machine,
  os: works("Windows guests need qemu and one of two architectures"),
  arch: machine,
  images: image,
  ...fileEffects("images[]", image),
  "images[].variant": image,
  "images[].archVariant": image,
  "images[].kernel": image,
  ...fileEffects("images[].kernel", image),
  "images[].kernel.cmdline": image,
  "images[].initrd": image,
  ...fileEffects("images[].initrd", image),
  cpuType: machine,
  cpus: machine,
  memory: machine,
  disk: machine,
  additionalDisks: disks,
  "additionalDisks[].name": disks,
  "additionalDisks[].format": disks,
  "additionalDisks[].fsType": disks,
  "additionalDisks[].fsArgs": disks,
  mounts,
  "mounts[].location": mounts,
  "mounts[].mountPoint": mounts,
  "mounts[].writable": mounts,
  "mounts[].sshfs": mounts,
  "mounts[].sshfs.cache": mounts,
  "mounts[].sshfs.followSymlinks": mounts,
  "mounts[].sshfs.sftpDriver": mounts,
  "mounts[].9p": nineP,
  "mounts[].9p.securityModel": nineP,
  "mounts[].9p.protocolVersion": nineP,
  "mounts[].9p.msize": nineP,
  "mounts[].9p.cache": nineP,
  "mounts[].virtiofs": virtiofs,
  "mounts[].virtiofs.queueSize": virtiofs,
  mountTypesUnsupported: works("mountTypesUnsupported has no repetitions"),
  mountType: mounts,
  mountInotify: inotify,
  ssh,
  "ssh.localPort": ssh,
  "ssh.loadDotSSHPubKeys": ssh,
  "ssh.forwardAgent": works("the host's ssh-agent answers in the guest"),
  "ssh.forwardX11": ssh,
  "ssh.forwardX11Trusted": ssh,
  firmware,
  "firmware.legacyBIOS": firmware,
  "firmware.images": firmware,
  ...fileEffects("firmware.images[]", firmware),
  "firmware.images[].vmType": firmware,
  audio,
  "audio.device": audio,
  "audio.interface": audio,
  video: display,
  "video.display": display,
  "video.vnc": display,
  "video.vnc.display": display,
  provision,
  "provision[].mode": provision,
  "provision[].skipDefaultDependencyResolution": provision,
  "provision[].script": provision,
  "provision[].file": scriptFile,
  "provision[].file.url": scriptFile,
  "provision[].file.digest": scriptFile,
  "provision[].playbook": works("Ansible playbooks of lima.yaml run on the host against the guest"),
  "provision[].content": provision,
  "provision[].overwrite": provision,
  "provision[].owner": provision,
  "provision[].path": provision,
  "provision[].permissions": provision,
  "provision[].expression": provision,
  "provision[].format": provision,
  upgradePackages: provision,
  containerd,
  "containerd.system": containerd,
  "containerd.user": containerd,
  "containerd.archives": containerd,
  ...fileEffects("containerd.archives[]", containerd),
  guestInstallPrefix: provision,
  probes: probe,
  "probes[].mode": probe,
  "probes[].description": probe,
  "probes[].script": probe,
  "probes[].file": scriptFile,
  "probes[].file.url": scriptFile,
  "probes[].file.digest": scriptFile,
  "probes[].hint": probe,
  portForwards: forwards,
  "portForwards[].guestIPMustBeZero": forwards,
  "portForwards[].guestIP": forwards,
  "portForwards[].guestPort": forwards,
  "portForwards[].guestPortRange": forwards,
  "portForwards[].guestSocket": forwards,
  "portForwards[].hostIP": forwards,
  "portForwards[].hostPort": forwards,
  "portForwards[].hostPortRange": forwards,
  "portForwards[].hostSocket": forwards,
  "portForwards[].proto": forwards,
  "portForwards[].reverse": forwards,
  "portForwards[].ignore": forwards,
  "portForwards[].static": forwards,
  copyToHost: copies,
  "copyToHost[].guest": copies,
  "copyToHost[].host": copies,
  "copyToHost[].skipIfMissing": copies,
  "copyToHost[].deleteOnStop": copies,
  message: works("a message is shown after start"),
  env: environment,
  param: environment,
  dns: names,
  hostResolver: resolver,
  "hostResolver.enabled": names,
  "hostResolver.ipv6": resolver,
  "hostResolver.hosts": resolver,
  propagateProxyEnv: environment,
  caCerts: certificates,
  "caCerts.removeDefaults": certificates,
  "caCerts.files": certificates,
  "caCerts.certs": certificates,
  plain: works("plain mode drops mounts, forwards and containerd"),
  timezone: user,
  user,
  "user.name": user,
  "user.comment": user,
  "user.home": user,
  "user.shell": user,
  "user.uid": user,
  "user.passwordlessSudo": user,
  tpm: works("is emulated by swtpm"),
  networks,
  "networks[].socket": networks,
  "networks[].macAddress": networks,
  "networks[].interface": networks,
  "networks[].metric": networks,
  ...Object.fromEntries(Object.entries(effectsToCome).map(([path, later]) => [path, { later }])),
};
