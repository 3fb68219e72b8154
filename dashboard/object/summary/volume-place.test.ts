import { expect, test } from "vitest";
import type { PersistentVolumeSpec } from "../../../api/generated/core.v1.ts";
import { volumePlaceOf } from "./volume-place.ts";

const onNode = (name: string): NonNullable<PersistentVolumeSpec["nodeAffinity"]> => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [name] }] }],
  },
});

test.each<[string, PersistentVolumeSpec, ReturnType<typeof volumePlaceOf>]>([
  [
    "a directory on a node",
    { local: { path: "/v/pvc-1" }, nodeAffinity: onNode("a") },
    { nodes: ["a"], where: "/v/pvc-1" },
  ],
  ["a path on any node", { hostPath: { path: "/srv" } }, { nodes: [], where: "/srv" }],
  ["an NFS share", { nfs: { server: "nas", path: "/x" } }, { nodes: [], where: "nas:/x" }],
  ["a CSI volume", { csi: { driver: "d.example.com", volumeHandle: "7" } }, { nodes: [], where: "d.example.com: 7" }],
])("the location of a volume that is %s is shown", (_, spec, place) => {
  expect(volumePlaceOf({ metadata: {}, spec, status: {} })).toEqual(place);
});
