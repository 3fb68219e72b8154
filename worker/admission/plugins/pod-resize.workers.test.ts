import { expect, test } from "vitest";
import { call, newNamespace, pod } from "../../../test/workers/core-calls.ts";

test("ADM-RESIZE: a resize may not exceed the node's capacity, nor use features that the node does not declare", async () => {
  const place = await newNamespace("node-resizing");
  const allocatable = { cpu: "2", memory: "1Gi", pods: "9" };
  await call("/nodes", { metadata: { name: "small" } });
  const declare = (declaredFeatures: string[]) =>
    call("/nodes/small/status", { status: { allocatable, declaredFeatures } }, "PATCH");
  const asking = (cpu: string) => [{ name: "c", image: "i", resources: { requests: { cpu } } }];
  const made = await call(`${place}/pods`, pod("r", { nodeName: "small", containers: asking("1") }));
  expect(made.code).toBe(201);
  const resize = async (spec: object) => {
    const { code, object } = await call(`${place}/pods/r/resize`, { spec }, "PATCH");
    return [code, code === 200 ? "" : object.message?.replace(/^.*?is forbidden: /, "")];
  };
  await declare([]);
  expect(await resize({ containers: asking("3") })).toEqual([
    403,
    "node didn't have enough allocatable resources: cpu, requested: 3000, allocatable: 2000",
  ]);
  expect(await resize({ containers: asking("2") })).toEqual([200, ""]);
  const whole = { resources: { requests: { cpu: "2" } } };
  expect(await resize(whole)).toEqual([
    403,
    'pod update requires features InPlacePodLevelResourcesVerticalScaling which are not available on node "small"',
  ]);
  await declare(["InPlacePodLevelResourcesVerticalScaling"]);
  expect(await resize(whole)).toEqual([200, ""]);
});
