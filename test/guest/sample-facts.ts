import { bootScripts } from "../../src/assets/boot-scripts.ts";
import type { Config, Provision } from "../../src/config/types.ts";
import type { GuestMediaFacts } from "../../src/guest/cidata/facts.ts";
import { sampleConfig } from "../support/sample-config.ts";

/** Facts for a guest, with a configuration that differs from the sample in some fields. */
export function sampleFacts(config: Partial<Config> = {}, facts: Partial<GuestMediaFacts> = {}): GuestMediaFacts {
  return {
    config: { ...sampleConfig, ...config },
    instanceName: "test.vm_1",
    instanceId: "iid-1767225600",
    debug: false,
    hostHome: "/home/host",
    sshPublicKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA lima"],
    nics: [{ mac: "52:55:55:12:34:56", name: "eth0", metric: 200 }],
    slirp: { gateway: "192.168.5.2", dns: "192.168.5.3", guest: "192.168.5.15" },
    dns: { addresses: ["192.168.5.3"], udpPort: 0, tcpPort: 0 },
    environment: {},
    caCertificateFiles: [],
    agentChannel: { vsockPort: 0, virtioPort: "" },
    rosetta: { enabled: false, binfmt: false },
    noCloudInit: false,
    bootScripts,
    driverScripts: {},
    ...facts,
  };
}

/** A provisioning entry of a mode that has a script. */
export function sampleScript(mode: Provision["mode"], script: string): Provision {
  return { mode, script, playbook: "" };
}
