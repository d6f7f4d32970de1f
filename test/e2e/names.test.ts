import { describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer } from "dns-packet";
import { miniTemplate } from "../support/guests.ts";
import { World } from "../support/limactl.ts";
import { NameServer } from "../support/name-server.ts";

const a = (name: string, data: string): Answer => ({ type: "A", name, data });

// a resolv.conf of its own takes a mount namespace, and a name server listens on port 53: only root may have either
describe.if(process.getuid?.() === 0)("names in the guest are those of the host:", () => {
  test("through an outside that fails, cuts, waits, and moves while the guest runs", async () => {
    await using world = new World();
    using first = await NameServer.listen("127.0.0.21", 53);
    using second = await NameServer.listen("127.0.0.22", 53);
    const resolvConf = join(world.root, "resolv.conf");
    // written in place: the namespace has this file mounted
    const outsideIs = (text: string) => {
      writeFileSync(resolvConf, text);
      chmodSync(resolvConf, 0o644);
    };
    outsideIs("nameserver 127.0.0.21\nsearch corp.example\n");
    const script = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';
    const template = miniTemplate(`hostResolver:
  hosts:
    fixed.example: 192.0.2.200
    Alias.example: fixed.example
    host.docker.internal: host.lima.internal
`);
    const started = await world.startProgram([
      ...["unshare", "--mount", "sh", "-ec", script, "sh", resolvConf],
      ...[world.executable, "start", "--tty=false", world.write("n.yaml", template)],
    ]).finished;
    expect(started.stderr).toContain("READY.");
    expect(started.stderr).not.toContain("no effect yet");
    const guest = (text: string) => world.ok(["shell", "--workdir=/", "n", "sh", "-c", text]);
    const address = async (name: string) =>
      (await guest(`getent ahostsv4 ${name} | awk '{ print $1 }' | sort -u`)).trim();
    const asked = async (type: string, name: string) => await guest(`nslookup -type=${type} ${name} 2>&1 || true`);

    // names of the instance, which hide nothing else of their domains
    first.say = (name, type) => {
      if (name === "www.fixed.example" && type === "A") return { answers: [a(name, "192.0.2.1")] };
      if (name === "printer.corp.example" && type === "A") return { answers: [a(name, "192.0.2.2")] };
      if (name === "out.example" && type === "MX")
        return { answers: [{ type, name, data: { preference: 7, exchange: "mx.example" } }] };
      if (name === "out.example" && type === "TXT") return { answers: [{ type, name, data: "some text" }] };
      if (name === "out.example" && type === "SRV")
        return { answers: [{ type, name, data: { port: 99, weight: 1, priority: 2, target: "srv.example" } }] };
      if (name === "out.example" && type === "NS") return { answers: [{ type, name, data: "ns.example" }] };
      if (name === "out.example" && type === "CNAME") return { answers: [{ type, name, data: "far.example" }] };
      if (name === "9.2.0.192.in-addr.arpa") return { answers: [{ type: "PTR", name, data: "nine.example" }] };
      return { rcode: 3 };
    };
    expect(await address("fixed.example")).toBe("192.0.2.200");
    expect(await address("ALIAS.example")).toBe("192.0.2.200");
    expect(await address("host.docker.internal")).toBe("192.168.5.2");
    expect(await asked("a", "host.lima.internal")).toContain("192.168.5.2");
    expect(await asked("a", "lima-n")).toContain("192.168.5.15");
    expect(await address("www.fixed.example")).toBe("192.0.2.1");
    expect(await address("printer")).toBe("192.0.2.2");
    expect(await asked("mx", "out.example")).toContain("7 mx.example");
    expect(await asked("txt", "out.example")).toContain("some text");
    expect(await asked("srv", "out.example")).toContain("99 srv.example");
    expect(await asked("ns", "out.example")).toContain("ns.example");
    expect(await asked("cname", "out.example")).toContain("far.example");
    expect(await asked("ptr", "9.2.0.192.in-addr.arpa")).toContain("nine.example");
    expect(await asked("a", "nowhere.example")).toContain("NXDOMAIN");

    // it cannot, and it will not
    first.say = () => ({ rcode: 2 });
    expect(await asked("a", "www.example")).toContain("SERVFAIL");
    first.say = () => ({ rcode: 5 });
    expect(await asked("a", "www.example")).toContain("REFUSED");
    expect(await address("fixed.example")).toBe("192.0.2.200");

    // more than fits a packet; then it takes its time
    const many = Array.from({ length: 60 }, (_, index) => `192.0.2.${index + 1}`);
    first.say = (name, type) => ({ answers: type === "A" ? many.map((each) => a(name, each)) : [] });
    expect((await address("many.example")).split("\n").sort()).toEqual(many.sort());
    first.say = (name, type) => ({ answers: type === "A" ? [a(name, "192.0.2.3")] : [], delayMs: 3000 });
    expect(await address("slow.example")).toBe("192.0.2.3");

    // other answers for the same name, and another name server, with IPv6 addresses left out
    first.say = (name, type) => ({
      answers: type === "A" ? [a(name, "192.0.2.4")] : [{ type: "AAAA", name, data: "2001:db8::4" }],
    });
    expect(await address("slow.example")).toBe("192.0.2.4");
    expect((await guest("getent ahosts slow.example | awk '{ print $1 }' | sort -u")).trim()).toBe("192.0.2.4");
    second.say = (name, type) => ({ answers: type === "A" ? [a(name, "192.0.2.5")] : [] });
    outsideIs("nameserver 127.0.0.22\n");
    expect(await address("slow.example")).toBe("192.0.2.5");
    // the first one is gone, and the next takes its part
    outsideIs("nameserver 127.0.0.23\nnameserver 127.0.0.22\n");
    expect(await address("slow.example")).toBe("192.0.2.5");
    await world.ok(["stop", "n"]);
    expect(world.processes()).toEqual([]);
  }, 300_000);
});
