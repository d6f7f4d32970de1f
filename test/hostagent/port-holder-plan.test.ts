import { expect, test } from "bun:test";
import { holderText } from "../../src/hostagent/forwards/port-holder-plan.ts";

test.each<[string, readonly string[], string]>([
  ["nginx", ["nginx: master process /usr/sbin/nginx"], "nginx, pid 12"],
  [
    "limactl",
    ["/bin/limactl", "hostagent", "--socket", "/h/a/ha.sock", "web"],
    "limactl, pid 12, for the instance `web`",
  ],
  ["limactl", ["/bin/limactl", "usernet", "-p", "x"], "limactl, pid 12"],
  ["ssh", ["ssh: /home/u/.lima/web/ssh.sock [mux]"], "ssh, pid 12, for the instance `web`"],
  ["ssh", ["ssh", "-L", "80:localhost:80", "there"], "ssh, pid 12"],
  ["sshd", [], "sshd, pid 12"],
])("%s %p", (name, command, text) => {
  expect(holderText(name, command, 12)).toBe(text);
});
