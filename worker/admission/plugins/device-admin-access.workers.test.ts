import { expect, test } from "vitest";
import { call, newNamespace } from "../../../test/workers/core-calls.ts";

test("claims with admin access require a labelled namespace", async () => {
  const place = await newNamespace("devices");
  const claims = `https://sailplane/apis/resource.k8s.io/v1${place}/resourceclaims`;
  const claim = (adminAccess: boolean) => ({
    metadata: { name: "c" },
    spec: { devices: { requests: [{ name: "r", exactly: { deviceClassName: "x", adminAccess } }] } },
  });
  const refused = await call(claims, claim(true));
  expect(refused.code).toBe(422);
  expect(refused.object.message).toBe(
    'ResourceClaim.resource.k8s.io "c" is invalid: spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace',
  );
  const odd = { ...claim(true), metadata: { name: "A" } };
  const { details } = (await call(claims, odd)).object as { details?: { causes?: { field: string }[] } };
  expect(details?.causes?.map(({ field }) => field)).toEqual(["spec.devices.requests[0].adminAccess", "metadata.name"]);
  await call(place, { metadata: { labels: { "resource.kubernetes.io/admin-access": "true" } } }, "PATCH");
  expect((await call(claims, claim(true))).code).toBe(201);
});
