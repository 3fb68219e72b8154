import { describe, expect, it, test } from "vitest";
import { decoded, errorsOf, kindOf } from "../../../test/fakes/objects/kind-errors.ts";

const NOT_INLINE = "may not be specified in the context of inline volumes";
const drivers = (...all: object[]) => ({ spec: { drivers: all.map((driver) => ({ nodeID: "n", ...driver })) } });

test("the volume of an attachment is named validly after updates, too", () => {
  const kind = kindOf("VolumeAttachment");
  const named = (persistentVolumeName: string) =>
    decoded("VolumeAttachment", { spec: { attacher: "a", nodeName: "n", source: { persistentVolumeName } } });
  expect(kind.validate?.(named("V")).map(({ path }) => path)).toEqual(["spec.source.persistentVolumeName"]);
});

describe("validation errors of storage kinds", () => {
  it.each<[string, object, string[]]>([
    [
      "VolumeAttachment",
      { spec: { source: { persistentVolumeName: "V" }, nodeName: "n" } },
      [
        "spec.attacher: Required value",
        "spec.source.persistentVolumeName: Invalid value: \"V\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    [
      "VolumeAttachment",
      {
        spec: {
          attacher: "a",
          nodeName: "n",
          source: {
            inlineVolumeSpec: {
              accessModes: ["ReadWriteOnce"],
              capacity: { storage: "1Gi" },
              persistentVolumeReclaimPolicy: "Delete",
              storageClassName: "c",
              volumeMode: "Block",
              nfs: { server: "s", path: "/" },
            },
          },
        },
      },
      [
        `spec.source.inlineVolumeSpec.capacity: Forbidden: ${NOT_INLINE}`,
        "spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes",
        "spec.source.inlineVolumeSpec.persistentVolumeReclaimPolicy: Forbidden: may only be Retain in the context of inline volumes",
        `spec.source.inlineVolumeSpec.storageClassName: Forbidden: ${NOT_INLINE}`,
        "spec.source.inlineVolumeSpec.volumeMode: Forbidden: may not specify volumeMode other than Filesystem in the context of inline volumes",
      ],
    ],
    [
      "VolumeAttachment",
      {
        spec: { attacher: "a", nodeName: "n", source: { persistentVolumeName: "v" } },
        status: { attachError: { message: "m".repeat(1025), errorCode: -1 } },
      },
      [
        "status.attachError.message: Too long: may not be more than 262144 bytes",
        "status.attachError.errorCode: Invalid value: -1: must be between 0 and 2147483647, inclusive",
      ],
    ],
    [
      "CSINode",
      drivers({ name: "d", topologyKeys: ["k"] }, { name: "d", topologyKeys: ["k", "k"] }),
      ['spec.drivers[1].name: Duplicate value: "d"', 'spec.drivers[1]: Duplicate value: "k"'],
    ],
    [
      "CSINode",
      drivers({ name: "d", nodeID: "n".repeat(257) }),
      [`spec.drivers[0].nodeID: Invalid value: "${"n".repeat(257)}": must be 256 characters or less`],
    ],
    [
      "CSIStorageCapacity",
      { storageClassName: "c", capacity: "-1024Mi", maximumVolumeSize: "-1" },
      ['capacity: Invalid value: "-1Gi": must be greater than or equal to 0'],
    ],
    [
      "CSIDriver",
      {
        spec: {
          tokenRequests: [
            { audience: "a", expirationSeconds: 600 },
            { audience: "a", expirationSeconds: 1 },
          ],
        },
      },
      ['spec.tokenRequests[1].audience: Duplicate value: "a"'],
    ],
    [
      "StorageClass",
      {
        provisioner: "p",
        allowedTopologies: [
          { matchLabelExpressions: [{ key: "z", values: ["a", "b"] }] },
          { matchLabelExpressions: [{ key: "z", values: ["b", "a"] }] },
        ],
      },
      ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
    ],
  ])("a %s of %j has the errors %j", (kind, part, errors) => expect(errorsOf(kind, part)).toEqual(errors));
});

describe("a driver's generation", () => {
  it.each<[string, object, number | undefined]>([
    ["begins with the first change of the spec", { podInfoOnMount: true }, 1],
    ["counts nothing else", {}, undefined],
  ])("%s", (_, spec, generation) => {
    const draft = decoded("CSIDriver", { spec });
    kindOf("CSIDriver").prepareUpdate?.(draft, decoded("CSIDriver", {}));
    expect(draft.metadata.generation).toBe(generation);
  });
});
