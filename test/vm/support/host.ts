import type { Host } from "../../../src/lib/host.ts";

/** This machine, as far as tests of drivers need one. */
export function host(more: Partial<Host> = {}): Host {
  return {
    os: "linux",
    arch: "x86_64",
    osVersion: "",
    cpus: 2,
    memoryBytes: 4 * 1024 ** 3,
    home: "/nonexistent",
    user: { name: "u", comment: "", uid: 1000, gid: 1000 },
    env: process.env,
    cwd: "/",
    self: [],
    now: new Date(0),
    ...more,
  };
}
