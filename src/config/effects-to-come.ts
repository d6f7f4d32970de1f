/** Fields of lima.yaml whose effect is still to come, and what is missing; a warning says so when one is set. */
export const effectsToCome: Readonly<Record<string, string>> = {
  "ssh.overVsock": "the vz driver is not available yet",
  "networks[].lima": "the networks of networks.yaml are not run yet",
  "networks[].vzNAT": "the vz driver is not available yet",
  rosetta: "the vz driver is not available yet",
  "rosetta.enabled": "the vz driver is not available yet",
  "rosetta.binfmt": "the vz driver is not available yet",
  nestedVirtualization: "the vz driver is not available yet",
  osOpts: "guests other than Linux are not set up yet",
};
