import { describe, expect, test } from "vitest";
import type { PersistentVolumeClaim, Pod, ResourceQuota, Service } from "../../generated/core.v1.ts";
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimStatus,
  validatePersistentVolumeClaimUpdate,
} from "./persistent-volume/persistent-volume-claim-validation.ts";
import { validatePod } from "./pod/pod-validation.ts";
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
  expect(reported(validateServiceUpdate(service({ loadBalancerClass: "a" }), service({})))).toEqual([
    "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
  ]);
});

test("the API group of a claim's source may be anything where there was one", () => {
  const claim = (apiGroup?: string) =>
    ({
      metadata: { name: "c" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        dataSource: { kind: "PersistentVolumeClaim", name: "s", ...(apiGroup ? { apiGroup } : {}) },
      },
    }) as unknown as PersistentVolumeClaim;
  expect(validatePersistentVolumeClaim(claim("a b"), claim())).toMatchObject([{ path: "spec.dataSource.apiGroup" }]);
  expect(validatePersistentVolumeClaim(claim("a b"), claim("c"))).toEqual([]);
});

test("where a pod has a policy for SELinux, it may be either", () => {
  const pod = (seLinuxChangePolicy?: string) =>
    ({
      metadata: { name: "p" },
      spec: {
        containers: [{ name: "c", image: "i", imagePullPolicy: "Always", terminationMessagePolicy: "File" }],
        restartPolicy: "Always",
        dnsPolicy: "Default",
        terminationGracePeriodSeconds: 0,
        securityContext: seLinuxChangePolicy ? { seLinuxChangePolicy } : {},
      },
    }) as unknown as Pod;
  expect(validatePod(pod("MountOption"), pod())).toHaveLength(1);
  expect(validatePod(pod("MountOption"), pod("Recursive"))).toEqual([]);
  expect(reported(validatePod(pod("No"), pod("Recursive")))).toEqual([
    'spec.securityContext.seLinuxChangePolicy: Unsupported value: "No": supported values: "MountOption", "Recursive"',
  ]);
});

test("a claim's allocated size is told in whole units, rounded away from zero", () => {
  const claim = { spec: { accessModes: ["a"] }, status: { allocatedResources: { storage: "-1500m" } } };
  expect(reported(validatePersistentVolumeClaimStatus(claim as unknown as PersistentVolumeClaim))).toEqual([
    "status.allocatedResources[storage]: Invalid value: -2: must be a valid resource quantity",
  ]);
});
