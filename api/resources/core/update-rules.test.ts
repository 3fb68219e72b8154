import { describe, expect, test } from "vitest";
import type { PersistentVolumeClaim, ResourceQuota, Service } from "../../generated/core.v1.ts";
import { validatePersistentVolumeClaimUpdate } from "./persistent-volume/persistent-volume-claim-validation.ts";
import { validateResourceQuotaUpdate } from "./resource-quota-validation.ts";
import { validateServiceUpdate } from "./service/service-update.ts";

const reported = (errors: readonly { path: string; message: string }[]) => errors.map((e) => `${e.path}: ${e.message}`);

describe("the attributes of a bound claim", () => {
  const claim = (spec: object, status: object = {}) =>
    ({ metadata: { name: "c" }, spec, status: { phase: "Bound", ...status } }) as unknown as PersistentVolumeClaim;
  const applied = claim({ volumeAttributesClassName: "gold" }, { currentVolumeAttributesClassName: "gold" });

  test.each([
    ["another class", { volumeAttributesClassName: "silver" }, []],
    ["none", {}, ["update to nil"]],
    ["an empty one", { volumeAttributesClassName: "" }, ["update to empty string"]],
  ])("%s", (_, spec, whats) => {
    expect(reported(validatePersistentVolumeClaimUpdate(claim(spec), applied))).toEqual(
      whats.map(
        (what) =>
          `spec.volumeAttributesClassName: Forbidden: ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`,
      ),
    );
  });

  test("can be reverted before they are applied", () => {
    const requested = claim({ volumeAttributesClassName: "gold" });
    expect(validatePersistentVolumeClaimUpdate(claim({}), requested)).toEqual([]);
  });
});

test("a quota's scopes are immutable, in either field", () => {
  const quota = (scopes?: string[]) => ({ metadata: { name: "q" }, spec: { scopes } }) as unknown as ResourceQuota;
  expect(reported(validateResourceQuotaUpdate(quota([""]), quota()))).toEqual([
    'spec.scopes: Invalid value: [""]: field is immutable',
  ]);
  expect(validateResourceQuotaUpdate(quota(["A", "B", "A"]), quota(["B", "A"]))).toEqual([]);
});

test("a missing load balancer class is reported again on update", () => {
  const service = (spec: object) => ({ metadata: { name: "s" }, spec: { type: "ClusterIP", ...spec } }) as Service;
  expect(
    reported(validateServiceUpdate(service({ loadBalancerClass: "a" }), { old: service({}), cluster: ["IPv4"] })),
  ).toEqual(["spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"]);
});
