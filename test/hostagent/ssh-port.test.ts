import { describe, expect, test } from "bun:test";
import { chooseSshPort, wantedSshPort } from "../../src/hostagent/ssh-port.ts";

describe("the port of the guest's sshd", () => {
  const cases = [
    ["foo", 0, "2.2.0", 0],
    ["foo", 60099, "2.2.0", 60099],
    ["default", 0, "2.2.0", 0],
    ["default", 0, "2.2.0+limabun.0.1.0", 0],
    ["default", 0, "1.0.7", 60022],
    ["default", 0, "v0.23.2-10-gabc", 60022],
    ["default", 0, "", 60022],
    ["default", 0, "abcdef", 0],
    ["default", 7, "", 7],
  ] as const;
  for (const [instanceName, configured, limaVersion, port] of cases)
    test(`of ${instanceName} made by "${limaVersion}" with localPort ${configured}: ${port}`, () =>
      expect(wantedSshPort({ instanceName, configured, limaVersion })).toBe(port));

  test("a free one is really free", async () => {
    const port = await chooseSshPort({ instanceName: "foo", configured: 0, limaVersion: "2.2.0" });
    const server = Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } });
    const taken = chooseSshPort({ instanceName: "foo", configured: port, limaVersion: "2.2.0" });
    expect(await taken.catch((error: Error) => error.message)).toContain(
      `cannot use port ${port} of 127.0.0.1 for ssh`,
    );
    server.stop(true);
    expect(await chooseSshPort({ instanceName: "foo", configured: port, limaVersion: "2.2.0" })).toBe(port);
  });
});
