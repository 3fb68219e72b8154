import { describe, expect, it } from "vitest";
import { podKind, podOf } from "../../../../../test/fakes/objects/pod-draft.ts";

describe("a resize", () => {
  const old = podOf({
    spec: { containers: [{ name: "c", image: "i:1", resources: { requests: { cpu: "1" } } }] },
    status: { qosClass: "Burstable" },
  });
  const resized = (requests: Record<string, string>) => {
    const next = structuredClone(old);
    next.metadata.labels = { a: "b" };
    next.spec.containers = [{ ...next.spec.containers[0], name: "c", image: "other", resources: { requests } }];
    podKind.subresources?.resize?.prepareUpdate?.(next, old);
    return next;
  };

  it("can only change amounts, and increases the generation", () => {
    const next = resized({ cpu: "2" });
    expect(next.spec.containers[0]).toMatchObject({ image: "i:1", resources: { requests: { cpu: "2" } } });
    expect(next.metadata).toMatchObject({ generation: 1 });
    expect(next.metadata.labels).toBeUndefined();
    expect(podKind.subresources?.resize?.validateUpdate?.(next, old)).toEqual([]);
  });

  it("that adds a container is refused with the status that was sent", () => {
    const next = podOf({
      spec: {
        containers: [
          { name: "c", image: "i" },
          { name: "d", image: "i" },
        ],
      },
    });
    podKind.subresources?.resize?.prepareUpdate?.(next, old);
    expect(podKind.subresources?.resize?.validateUpdate?.(next, old)).toMatchObject([
      { path: "spec", message: 'Invalid value: "": Pod QOS Class may not change as a result of resizing' },
      { path: "spec.containers" },
    ]);
  });

  it.each<[string, (next: typeof old) => void, string[]]>([
    [
      "takes a limit of memory where there was none",
      ({ spec }) =>
        void Object.assign(spec.containers[0] ?? {}, {
          resources: { requests: { cpu: "1" }, limits: { memory: "1Gi" } },
        }),
      [],
    ],
    [
      "takes amounts for the pod as a whole, and of its init containers",
      ({ spec }) => {
        spec.resources = { requests: { cpu: "3" } };
        Object.assign(spec.initContainers?.[0] ?? {}, { resources: { requests: { cpu: "2" } } });
      },
      [],
    ],
    [
      "changes nothing else of the pod as a whole",
      ({ spec }) => void Object.assign(spec, { resources: { requests: { cpu: "3" }, claims: [{ name: "a" }] } }),
      [
        "spec.resources.claims: claims may not be set for Resources at pod-level",
        'spec.resources.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty',
        "spec: only cpu and memory resources are mutable at pod-level",
      ],
    ],
    [
      "may add claims to a container's requirements, as far as these are compared",
      ({ spec }) => {
        spec.containers[0] = {
          name: "c",
          image: "i:1",
          resources: { requests: { cpu: "1" }, claims: [{ name: "a" }] },
        };
      },
      [
        'spec.containers[0].resources.claims[0]: Not found: "a": must be one of the names in pod.spec.resourceClaims which is empty',
      ],
    ],
    [
      "adds no container",
      ({ spec }) => void spec.containers.push({ name: "d", image: "i" }),
      ["spec.containers: containers may not be added or removed on resize"],
    ],
    [
      "renames no container",
      ({ spec }) => void Object.assign(spec.containers[0] ?? {}, { name: "d" }),
      ["spec.containers[0].name: containers may not be renamed or reordered on resize"],
    ],
    [
      "takes nothing away",
      ({ spec }) => void Object.assign(spec.initContainers?.[0] ?? {}, { resources: {} }),
      ["spec.initContainers[0].resources.requests: resource requests cannot be removed"],
    ],
  ])("%s", (_, change, expected) => {
    const before = structuredClone(old);
    before.spec.initContainers = [{ name: "i", image: "i:1", resources: { requests: { cpu: "1" } } }];
    const next = structuredClone(before);
    change(next);
    podKind.subresources?.resize?.prepareUpdate?.(next, before);
    const errors = podKind.subresources?.resize?.validateUpdate?.(next, before) ?? [];
    const about = errors.filter(({ message }) => !message.includes("Required value"));
    expect(about.map(({ path, message }) => `${path}: ${message.replace("Forbidden: ", "")}`)).toEqual(expected);
  });

  it("cannot change the QoS class", () => {
    const errors = podKind.subresources?.resize?.validateUpdate?.(resized({}), old);
    expect(errors?.map(({ message }) => message)).toContain(
      'Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
    );
  });
});
