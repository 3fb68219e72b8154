import { expect, test } from "vitest";
import { call, newCluster } from "../../../test/workers/api-under-test.ts";

const ADMISSION = "apis/admissionregistration.k8s.io/v1";

test("CRD-MUTATED: a null that a policy sets is for the schema to judge", async () => {
  const cluster = await newCluster("custom-mutated");
  const text = { type: "string" };
  const properties = { plain: text, nullable: { ...text, nullable: true }, defaulted: { ...text, default: "d" } };
  await call(`${cluster}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`, {
    body: {
      metadata: { name: "taps.mutated.example" },
      spec: {
        group: "mutated.example",
        scope: "Cluster",
        names: { plural: "taps", kind: "Tap" },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: "object", properties } },
          },
        ],
      },
    },
  });
  const resourceRules = [
    { apiGroups: ["mutated.example"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["taps"] },
  ];
  const expression = "[JSONPatch{op: 'add', path: '/' + object.metadata.name, value: null}]";
  const mutations = [{ patchType: "JSONPatch", jsonPatch: { expression } }];
  await call(`${cluster}/${ADMISSION}/mutatingadmissionpolicies`, {
    body: {
      metadata: { name: "null" },
      spec: { matchConstraints: { resourceRules }, mutations, reinvocationPolicy: "Never" },
    },
  });
  await call(`${cluster}/${ADMISSION}/mutatingadmissionpolicybindings`, {
    body: { metadata: { name: "null" }, spec: { policyName: "null" } },
  });
  const create = async (name: string) =>
    (
      await call(`${cluster}/apis/mutated.example/v1/taps`, {
        body: { apiVersion: "mutated.example/v1", kind: "Tap", metadata: { name }, plain: "p" },
      })
    ).object;

  expect((await create("plain")).message).toBe(
    'Tap.mutated.example "plain" is invalid: plain: Invalid value: "null": plain in body must be of type string: "null"',
  );
  expect(await create("defaulted")).toMatchObject({ defaulted: "d" });
  expect(await create("nullable")).toMatchObject({ plain: "p", nullable: null });
  const unknown = await create("unknown");
  expect(unknown).toMatchObject({ plain: "p" });
  expect(unknown).not.toHaveProperty("unknown");
});
