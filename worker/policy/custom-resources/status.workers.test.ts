import { expect, test } from "vitest";
import { call, newCluster } from "../../../test/workers/api-under-test.ts";

test("CRD-STATUS: an empty status is kept, and an absent one stays absent", async () => {
  const cluster = await newCluster("custom-status");
  const properties = { status: { type: "object", properties: { ready: { type: "integer" } } } };
  await call(`${cluster}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`, {
    body: {
      metadata: { name: "pumps.status.example" },
      spec: {
        group: "status.example",
        scope: "Cluster",
        names: { plural: "pumps", kind: "Pump" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: "object", properties } },
          },
        ],
      },
    },
  });
  const pumps = `${cluster}/apis/status.example/v1/pumps`;
  await call(pumps, { body: { apiVersion: "status.example/v1", kind: "Pump", metadata: { name: "p" } } });
  const patched = async (status: unknown) =>
    (await call(`${pumps}/p/status`, { method: "PATCH", body: { status } })).object.status as unknown;
  expect(await patched({})).toEqual({});
  expect(await patched(null)).toBeUndefined();
  expect(await patched({ unknown: 1 })).toEqual({});
  expect(await patched({ ready: 1 })).toEqual({ ready: 1 });
  expect(await patched({ ready: null })).toEqual({});
});

test("CRD-STATUS: an object created without a status gets the schema's default status", async () => {
  const cluster = await newCluster("status-default");
  const status = {
    type: "object",
    default: { observed: -1 },
    properties: { observed: { type: "integer" }, ready: { type: "integer", default: 5 } },
  };
  await call(`${cluster}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`, {
    body: {
      metadata: { name: "valves.status.example" },
      spec: {
        group: "status.example",
        scope: "Cluster",
        names: { plural: "valves", kind: "Valve" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: "object", properties: { status } } },
          },
        ],
      },
    },
  });
  const valves = `${cluster}/apis/status.example/v1/valves`;
  const body = { apiVersion: "status.example/v1", kind: "Valve", metadata: { name: "v" }, status: { observed: 3 } };
  expect((await call(valves, { body })).object).toMatchObject({ status: { observed: -1, ready: 5 } });
  expect((await call(`${valves}/v`)).object).toMatchObject({ status: { observed: -1, ready: 5 } });
});
