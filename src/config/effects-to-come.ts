/** Fields of lima.yaml whose effect is still to come, and what is missing; a warning says so when one is set. */
export const effectsToCome: Readonly<Record<string, string>> = {
  "ssh.overVsock": "the vz driver is not available yet",
  networks: "no network but the builtin one is attached yet",
  "networks[].lima": "no network but the builtin one is attached yet",
  "networks[].socket": "no network but the builtin one is attached yet",
  "networks[].vzNAT": "no network but the builtin one is attached yet",
  "networks[].macAddress": "no network but the builtin one is attached yet",
  "networks[].interface": "no network but the builtin one is attached yet",
  "networks[].metric": "no network but the builtin one is attached yet",
  rosetta: "the vz driver is not available yet",
  "rosetta.enabled": "the vz driver is not available yet",
  "rosetta.binfmt": "the vz driver is not available yet",
  nestedVirtualization: "the vz driver is not available yet",
  osOpts: "guests other than Linux are not set up yet",
};
