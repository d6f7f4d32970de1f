import { expect, test } from "bun:test";
import { parseHostsFile } from "../../../src/lib/dns/hosts-file-plan.ts";
import { hasOtherSources } from "../../../src/lib/dns/nsswitch-plan.ts";
import { candidates, parseResolvConf } from "../../../src/lib/dns/resolv-conf-plan.ts";

test.each<[string, string | undefined, readonly string[], readonly string[], number]>([
  ["none to read", undefined, ["8.8.8.8", "1.1.1.1"], [], 1],
  ["an empty one", "", ["127.0.0.1"], [], 1],
  ["servers in their order", "nameserver 10.0.0.1\nnameserver ::1\n", ["10.0.0.1", "::1"], [], 1],
  ["a zone", "nameserver fe80::1%eth0", ["fe80::1%eth0"], [], 1],
  ["comments", "# nameserver 1.1.1.1\nnameserver 9.9.9.9 # here\n;nameserver 8.8.8.8", ["9.9.9.9"], [], 1],
  ["nonsense", "nameserver\nnameserver example.com\nsearch\nfoo bar\n", ["127.0.0.1"], [], 1],
  ["search domains", "search a.example b.example.\nnameserver 1.2.3.4", ["1.2.3.4"], ["a.example", "b.example"], 1],
  ["the last of domain and search", "search a.example\ndomain c.example", ["127.0.0.1"], ["c.example"], 1],
  ["options", "options rotate ndots:5 timeout:1\n", ["127.0.0.1"], [], 5],
  ["too many dots", "options ndots:99", ["127.0.0.1"], [], 15],
])("resolv.conf with %s", (_, text, servers, search, ndots) => {
  expect(parseResolvConf(text)).toEqual({ servers, search, ndots });
});

test.each<[string, number, readonly string[]]>([
  ["printer", 1, ["printer.a.example.", "printer.b.example.", "printer"]],
  ["www.example.com", 1, ["www.example.com"]],
  ["web.default", 5, ["web.default.a.example.", "web.default.b.example.", "web.default"]],
  [".", 1, ["."]],
])("%s with ndots %d is looked for as %p", (name, ndots, expected) => {
  expect(candidates(name, { search: ["a.example", "b.example"], ndots })).toEqual(expected);
});

test("a hosts file gives names all their addresses", () => {
  const hosts = parseHostsFile(
    "127.0.0.1 localhost Loop # x\n::1\tlocalhost\n#1.1.1.1 no\nbad name\n127.0.0.1 localhost",
  );
  expect(Object.fromEntries(hosts)).toEqual({ localhost: ["127.0.0.1", "::1"], loop: ["127.0.0.1"] });
});

test.each<[string, boolean]>([
  ["", false],
  ["hosts: files dns", false],
  ["passwd: sss\nhosts:\tfiles mymachines resolve [!UNAVAIL=return] myhostname dns # mdns", false],
  ["hosts: files mdns4_minimal [NOTFOUND=return] dns", true],
])("nsswitch.conf %p has other sources: %p", (text, expected) => {
  expect(hasOtherSources(text)).toBe(expected);
});
