import { expect, test } from "vitest";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { inCpuTime } from "../../test/cpu-time.ts";
import { dropRepeatedOwners } from "./owner-references.ts";

const owner = { apiVersion: "v1", kind: "ConfigMap", name: "a", uid: "u" };

test("a duplicate owner reference is dropped with a warning; a different one stays", () => {
  const object = {
    metadata: { ownerReferences: [owner, { ...owner, controller: true }, { ...owner }, owner] },
  } as KubeObject;
  const warnings: string[] = [];
  dropRepeatedOwners(object, warnings);
  expect(object.metadata.ownerReferences).toEqual([owner, { ...owner, controller: true }]);
  expect(warnings).toEqual([
    expect.stringMatching(/^\S+ contains duplicate entries; .* duplicate UID\(s\) observed: u, u$/),
  ]);
  object.metadata.ownerReferences = [owner, owner];
  dropRepeatedOwners(object, warnings, "admitted");
  expect(warnings[1]).toMatch(/contains duplicate entries after mutating admission happens; API server dedups/);
});

test(
  "many owners with one uid are compared in a time that grows with their number only",
  inCpuTime(2000, () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({ ...owner, name: `a${i}` }));
    const object = { metadata: { ownerReferences: many } } as KubeObject;
    dropRepeatedOwners(object, []);
    expect(object.metadata.ownerReferences).toHaveLength(many.length);
  }),
);
