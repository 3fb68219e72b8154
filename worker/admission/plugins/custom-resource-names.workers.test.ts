import { expect, test, vi } from "vitest";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import { call } from "../../../test/workers/core-calls.ts";

const ROOT = "https://sailplane/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const CONDITION = {
  ".": {},
  "f:lastTransitionTime": {},
  "f:message": {},
  "f:reason": {},
  "f:status": {},
  "f:type": {},
};
const NAMES = { "f:kind": {}, "f:listKind": {}, "f:plural": {}, "f:singular": {} };

test("TRACK-17: the names that a definition is given, and its conditions, are kube-apiserver's", async () => {
  const schema = { openAPIV3Schema: { type: "object" } };
  const { object } = await call(`${ROOT}?fieldManager=me`, {
    metadata: { name: "owned.track.example.com" },
    spec: {
      group: "track.example.com",
      scope: "Cluster",
      names: { plural: "owned", kind: "Owned" },
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  });
  const { managedFields = [] } = (object as KubeObject).metadata;
  expect(managedFields.map(({ manager, subresource = "" }) => `${manager} ${subresource}`).sort()).toEqual([
    "kube-apiserver status",
    "me ",
  ]);
  expect(managedFields.find(({ manager }) => manager === "kube-apiserver")?.fieldsV1).toEqual({
    "f:status": {
      "f:acceptedNames": NAMES,
      "f:conditions": { 'k:{"type":"Established"}': CONDITION, 'k:{"type":"NamesAccepted"}': CONDITION },
    },
  });
});

test("TRACK-17: the APIService of a definition's version is kube-apiserver's", async () => {
  const path = "https://sailplane/apis/apiregistration.k8s.io/v1/apiservices/v1.track.example.com";
  const { metadata } = await vi.waitUntil(async () => {
    const { code, object } = await call(path);
    return code === 200 && object;
  }, 10_000);
  expect(metadata.managedFields?.map(({ manager, subresource = "" }) => `${manager} ${subresource}`)).toEqual([
    "kube-apiserver ",
  ]);
});
