import { expect, test } from "bun:test";
import fc from "fast-check";
import { type EnvironmentFacts, planEnvironment, proxyHosts } from "../../../src/guest/cidata/environment-plan.ts";

function facts(given: Partial<EnvironmentFacts>): EnvironmentFacts {
  return {
    systemProxies: {},
    env: {},
    propagateProxyEnv: true,
    processEnv: {},
    loopbackHosts: new Set(["localhost", "127.0.0.1", "::1", "me.example"]),
    gateway: "192.168.5.2",
    ...given,
  };
}

const both = (name: string, value: string) => ({ [name]: value, [name.toUpperCase()]: value });

test.each<[string, Partial<EnvironmentFacts>, Record<string, string>]>([
  ["nothing", {}, {}],
  ["env is passed as it is", { env: { A: "1", b: "http://localhost" } }, { A: "1", b: "http://localhost" }],
  [
    "a loopback proxy is reached through the gateway",
    { env: { ftp_proxy: "http://localhost:2121" } },
    both("ftp_proxy", "http://192.168.5.2:2121"),
  ],
  [
    "so is one by address, with user and path",
    { env: { http_proxy: "http://u:p@127.0.0.1:3128/x" } },
    both("http_proxy", "http://u:p@192.168.5.2:3128/x"),
  ],
  ["and one by IPv6 address", { env: { http_proxy: "http://[::1]:80" } }, both("http_proxy", "http://192.168.5.2:80")],
  [
    "and by a name that means this host",
    { env: { https_proxy: "https://ME.example" } },
    both("https_proxy", "https://192.168.5.2"),
  ],
  [
    "another host stays",
    { env: { http_proxy: "http://proxy.example:1" } },
    both("http_proxy", "http://proxy.example:1"),
  ],
  ["a value without a host part stays", { env: { http_proxy: "my.proxy:8021" } }, both("http_proxy", "my.proxy:8021")],
  ["no_proxy is no URL", { env: { no_proxy: "http://localhost,x" } }, both("no_proxy", "http://localhost,x")],
  [
    "an empty value removes",
    { systemProxies: { http_proxy: "http://a" }, env: { http_proxy: "", HTTP_PROXY: "" } },
    {},
  ],
  ["lower case wins", { env: { http_proxy: "http://a", HTTP_PROXY: "http://b" } }, both("http_proxy", "http://a")],
  ["a lone upper case is mirrored", { env: { HTTPS_PROXY: "http://a" } }, both("https_proxy", "http://a")],
  [
    "the process wins over env, env over the system",
    {
      systemProxies: { http_proxy: "http://s" },
      env: { http_proxy: "http://e" },
      processEnv: { http_proxy: "http://p" },
    },
    both("http_proxy", "http://p"),
  ],
  [
    "the process is not asked",
    { propagateProxyEnv: false, env: { http_proxy: "http://e" }, processEnv: { http_proxy: "http://p" } },
    both("http_proxy", "http://e"),
  ],
  ["only proxies of the process", { processEnv: { PATH: "/bin", no_proxy: "x" } }, both("no_proxy", "x")],
])("%s", (_, given, environment) => {
  expect(planEnvironment(facts(given)).environment).toEqual(environment);
});

test("what was changed is told", () => {
  const { notes } = planEnvironment(
    facts({ env: { http_proxy: "http://localhost:1", HTTP_PROXY: "http://b" }, processEnv: { no_proxy: "n" } }),
  );
  expect(notes).toEqual([
    { level: "info", text: 'Replacing "http_proxy" value "http://localhost:1" with "http://192.168.5.2:1"' },
    {
      level: "warning",
      text: 'Changing "HTTP_PROXY" value from "http://b" to "http://192.168.5.2:1" to match "http_proxy"',
    },
  ]);
});

test.each(["http://[::1", "127.0.0.1:3128", ":3128"])("a URL that is none stays, with a warning: %s", (value) => {
  const plan = planEnvironment(facts({ env: { http_proxy: value } }));
  expect(plan.environment.http_proxy).toBe(value);
  expect(plan.notes).toEqual([{ level: "warning", text: `Ignoring invalid proxy "http_proxy"="${value}"` }]);
});

test.each(["my.proxy:8021", "my.proxy", "127.0.0.1", "/a:b"])(
  "a value without a host part is not told: %s",
  (value) => {
    expect(planEnvironment(facts({ env: { http_proxy: value } })).notes).toEqual([]);
  },
);

test("the hosts to look up are those of the proxies that would be used", () => {
  const env = { http_proxy: "http://a:1", HTTPS_PROXY: "https://[::1]/", no_proxy: "http://c", OTHER: "http://d" };
  expect(proxyHosts(facts({ env }))).toEqual(["a", "::1"]);
});

test("any text is taken, and lower and upper case always agree", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const { environment } = planEnvironment(facts({ env: { http_proxy: a, HTTP_PROXY: b } }));
      expect(environment.http_proxy).toBe(environment.HTTP_PROXY);
    }),
  );
});
