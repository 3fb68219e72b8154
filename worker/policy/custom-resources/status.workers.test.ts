import { expect, test } from "vitest";
import { call, newCluster } from "../../../test/workers/api-under-test.ts";

test("CRD-STATUS: an empty status is a status, and no status is none", async () => {
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
