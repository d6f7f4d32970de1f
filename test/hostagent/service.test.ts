import { expect, test } from "bun:test";
import { type Health, type Service, Services } from "../../src/hostagent/service.ts";
import { recordingLogger } from "../image/support/server.ts";

function service(name: string, stop: () => Promise<void>, health: Health = { kind: "well" }): Service {
  return { name, start: async () => {}, stop, health: () => health };
}

test("services end in the reverse order, and one that fails or hangs does not keep the others", async () => {
  const logger = recordingLogger();
  const services = new Services(logger, 50);
  const ended: string[] = [];
  await services.start(service("first", async () => void ended.push("first")));
  await services.start(service("hanging", () => new Promise(() => {})));
  await services.start(service("failing", () => Promise.reject(new Error("no"))));
  await services.start(service("last", async () => void ended.push("last")));
  await services.stop();
  expect(ended).toEqual(["last", "first"]);
  expect(logger.lines).toEqual([
    "warning: failed to stop failing: no",
    "warning: failed to stop hanging: it does not end in time",
  ]);
});

test("a service whose start failed is ended too", async () => {
  const services = new Services(recordingLogger());
  const ended: string[] = [];
  const failing = { ...service("x", async () => void ended.push("x")), start: () => Promise.reject(new Error("no")) };
  await expect(services.start(failing)).rejects.toThrow("no");
  await services.stop();
  expect(ended).toEqual(["x"]);
});

test("what is wrong is told by service, but for those that tell it themselves", async () => {
  const services = new Services(recordingLogger());
  const failed: Health = { kind: "failed", reason: "why" };
  await services.start(service("well", async () => {}));
  await services.start(service("ill", async () => {}, failed));
  await services.start({ ...service("loud", async () => {}, failed), tellsTroubles: true });
  expect(services.problems()).toEqual([{ service: "ill", reason: "why" }]);
});
