import { expect, test } from "vitest";
import { call, newCluster } from "../../../test/workers/api-under-test.ts";

const GROUP = "defaults.example";
const lot = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, {}]));
const definition = (free: object) => ({
  metadata: { name: `crates.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Cluster",
    names: { plural: "crates", kind: "Crate" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: { spec: { type: "array", items: { type: "object", properties: { free } } } },
          },
        },
      },
    ],
  },
});
const free = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const crate = (name: string, items: number) => ({
  apiVersion: `${GROUP}/v1`,
  kind: "Crate",
  metadata: { name },
  spec: Array.from({ length: items }, () => ({})),
});

test("CRD-DEFAULT-ROOM: an object with more defaults than the limit is refused; existing ones can be read", async () => {
  const cluster = await newCluster("default-room");
  const definitions = `${cluster}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`;
  const crates = `${cluster}/apis/${GROUP}/v1/crates`;
  expect((await call(definitions, { body: definition(free) })).code).toBe(201);
  expect((await call(crates, { body: crate("old", 50_000) })).code).toBe(201);

  const { object } = await call(`${definitions}/crates.${GROUP}`);
  const body = { ...definition({ ...free, default: lot }), metadata: object.metadata };
  expect((await call(`${definitions}/crates.${GROUP}`, { method: "PUT", body })).code).toBe(200);
  expect((await call(crates, { body: crate("few", 10) })).code).toBe(201);
  const { code, object: refusal } = await call(crates, { body: crate("many", 50_000) });
  expect([code, refusal.message]).toEqual([500, "etcdserver: request is too large"]);
  const read = await call(`${crates}/old`);
  expect(read.code).toBe(200);
  expect((read.object as unknown as { spec: { free?: object }[] }).spec.filter((item) => item.free)).not.toEqual([]);
  expect((await call(`${crates}/old`, { method: "DELETE" })).code).toBe(200);
});
