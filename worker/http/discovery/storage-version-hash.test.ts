import { expect, test } from "vitest";
import { storageVersionHash } from "./storage-version-hash.ts";

test.each([
  ["", "v1", "Pod", undefined, "xPOwRZ+Yhw8="],
  ["apps", "v1", "Deployment", undefined, "8aSe+NMegvE="],
  ["apps", "v1beta1", "Deployment", "v1", "8aSe+NMegvE="],
  ["apiextensions.k8s.io", "v1", "CustomResourceDefinition", undefined, "jfWCUB31mvA="],
  ["admissionregistration.k8s.io", "v1", "MutatingAdmissionPolicy", undefined, "LYmCf+UMVdg="],
])(
  "the storage version of %s/%s %s, stored as %s, has the hash that kube-apiserver gives it",
  (group, version, kind, stored, hash) => {
    const storageVersion = stored === undefined ? {} : { storageVersion: stored };
    expect(storageVersionHash({ group, version, kind, ...storageVersion })).toBe(hash);
  },
);
