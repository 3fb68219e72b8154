import { describe, expect, it } from "vitest";
import { validateObjectMeta, validateObjectMetaUpdate } from "./object-meta-validation.ts";

const namespaced = { scope: "Namespaced" } as const;

describe("metadata", () => {
  it("requires a name, and a namespace if the kind is namespaced", () => {
    expect(validateObjectMeta({ name: "a", namespace: "b" }, namespaced)).toEqual([]);
    expect(validateObjectMeta({}, namespaced).map(({ path, message }) => `${path}: ${message}`)).toEqual([
      "metadata.name: Required value: name or generateName is required",
      "metadata.namespace: Required value",
    ]);
    expect(validateObjectMeta({ name: "a", namespace: "b" }, { scope: "Cluster" })).toMatchObject([
      { message: "Forbidden: not allowed on this type" },
    ]);
  });

  it("allows one controller among the owners, and no Event as owner", () => {
    const owner = { apiVersion: "v1", kind: "Pod", name: "x", uid: "u", controller: true };
    const errors = validateObjectMeta(
      { name: "a", namespace: "b", ownerReferences: [owner, { ...owner, kind: "Event", name: "y" }] },
      namespaced,
    );
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/: \/v1, Kind=Event is disallowed from being an owner$/),
      expect.stringMatching(
        /: Only one reference can have .* true. Found "true" in references for Pod\/x and Event\/y$/,
      ),
    ]);
  });

  it("limits annotations to 256 KiB of UTF-8", () => {
    const of = (length: number) => ({ name: "a", namespace: "b", annotations: { k: "é".repeat(length) } });
    expect(validateObjectMeta(of(131_071), namespaced)).toEqual([]);
    expect(validateObjectMeta(of(131_072), namespaced)).toMatchObject([
      { path: "metadata.annotations", message: "Too long: may not be more than 262144 bytes" },
    ]);
  });

  it("refuses new finalizers during deletion", () => {
    const old = { name: "a", deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["a/b"] };
    expect(validateObjectMetaUpdate({ ...old, finalizers: [] }, old)).toEqual([]);
    expect(validateObjectMetaUpdate({ ...old, finalizers: ["a/b", "c/d"] }, old)).toMatchObject([
      {
        message:
          'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
      },
    ]);
  });

  it("refuses changes to the object's identity", () => {
    expect(validateObjectMetaUpdate({ name: "b", uid: "2" }, { name: "a", uid: "1" })).toMatchObject([
      { path: "metadata.name", message: 'Invalid value: "b": field is immutable' },
      { path: "metadata.uid", message: 'Invalid value: "2": field is immutable' },
    ]);
  });
});
