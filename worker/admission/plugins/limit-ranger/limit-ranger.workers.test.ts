import { expect, test } from "vitest";
import { call, newNamespace, pod } from "../../../../test/workers/core-calls.ts";

test("ADM-SNAPSHOT: a limit range applies from the next request on", async () => {
  const place = await newNamespace("limits");
  const limits = [{ type: "Container", max: { cpu: "1" }, default: { cpu: "500m" } }];
  await call(`${place}/limitranges`, { metadata: { name: "l" }, spec: { limits } });
  const created = await call(`${place}/pods`, pod("p"));
  expect(created.object.metadata.annotations).toEqual({
    "kubernetes.io/limit-ranger": "LimitRanger plugin set: cpu request for container c; cpu limit for container c",
  });
});

test("a limit range gives its defaults to a pod that is resized, and to no other update", async () => {
  const place = await newNamespace("resizing");
  const resources = { requests: { cpu: "1" } };
  const containers = [{ name: "c", image: "i", resources }];
  expect((await call(`${place}/pods`, pod("r", { containers }))).code).toBe(201);
  const limits = [{ type: "Container", defaultRequest: { memory: "1Mi" } }];
  expect((await call(`${place}/limitranges`, { metadata: { name: "l" }, spec: { limits } })).code).toBe(201);
  const requestsAfter = async (path: string, body: object) => {
    const { object } = await call(`${place}/pods/r${path}`, body, "PATCH");
    return (object as { spec?: { containers: { resources: unknown }[] } }).spec?.containers[0]?.resources;
  };
  expect(await requestsAfter("", { metadata: { labels: { a: "b" } } })).toEqual(resources);
  const resized = [{ name: "c", image: "i", resources: { requests: { cpu: "2" } } }];
  expect(await requestsAfter("/resize", { spec: { containers: resized } })).toEqual({
    requests: { cpu: "2", memory: "1Mi" },
  });
});
