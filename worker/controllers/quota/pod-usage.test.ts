import { describe, expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { inScopes, podAmounts, podUsage, requestedAmounts } from "./pod-usage.ts";

const pod = (spec: Partial<Pod["spec"]> = {}, status: Pod["status"] = {}): Pod => ({
  metadata: { name: "p" },
  spec: { containers: [{ name: "c", image: "i" }], ...spec },
  status,
});
const asking = (requests: Record<string, string>, extra = {}) => ({
  name: "c",
  image: "i",
  resources: { requests },
  ...extra,
});

describe("CTL-QUOTA-RESIZE: a pod that is being resized is charged", () => {
  const resized = (spec: string, is: string, granted: string, reason?: string) =>
    podUsage(
      pod(
        { containers: [asking({ cpu: spec })] },
        {
          ...(reason !== undefined && { conditions: [{ type: "PodResizePending", status: "True", reason }] }),
          containerStatuses: [
            {
              name: "c",
              ready: true,
              restartCount: 0,
              image: "i",
              imageID: "i",
              resources: { requests: { cpu: is } },
              allocatedResources: { cpu: granted },
            },
          ],
        },
      ),
    )["requests.cpu"];

  it.each<[what: string, taken: string | undefined, expected: string]>([
    ["what it asks for while it grows", resized("2", "1", "1"), "2"],
    ["what it has until it has shrunk", resized("1", "2", "1"), "2"],
    ["what the node grants", resized("1", "1", "3"), "3"],
    ["its request if the resize is deferred", resized("2", "1", "1", "Deferred"), "2"],
    ["its allocation if the resize is infeasible", resized("2", "1", "1", "Infeasible"), "1"],
  ])("%s", (_, taken, expected) => {
    expect(taken).toBe(expected);
  });
});

it("CTL-QUOTA-RESIZE: a pod with a pod-level resize in progress is charged what it requests", () => {
  const spec = { resources: { requests: { cpu: "1" } } };
  const status = { resources: { requests: { cpu: "3" } }, allocatedResources: { cpu: "2" } };
  expect(podUsage(pod(spec, status))["requests.cpu"]).toBe("1");
  const conditions = [{ type: "PodResizePending", status: "True", reason: "Infeasible" }];
  expect(podUsage(pod(spec, { ...status, conditions }))["requests.cpu"]).toBe("1");
});

describe("quota usage of a pod", () => {
  it("adds the overhead only to limits that are set", () => {
    const limited = { name: "c", image: "i", resources: { limits: { cpu: "1" } } };
    const spec = { containers: [limited], overhead: { cpu: "100m", memory: "64Mi" } };
    expect(podAmounts(pod(spec), "limits")).toEqual({ cpu: "1100m" });
    expect(podAmounts(pod(spec), "requests")).toEqual({ cpu: "100m", memory: "64Mi" });
  });

  const sidecar = (cpu: string) => asking({ cpu }, { restartPolicy: "Always" });
  it.each<[what: string, Partial<Pod["spec"]>, Record<string, string>]>([
    [
      "its containers together",
      { containers: [asking({ cpu: "1", memory: "1Gi" }), asking({ cpu: "2" })] },
      { cpu: "3", memory: "1Gi" },
    ],
    [
      "the largest init container",
      {
        initContainers: [asking({ cpu: "1" }), asking({ cpu: "500m", memory: "1Mi" })],
        containers: [asking({ cpu: "300m" })],
      },
      { cpu: "1", memory: "1Mi" },
    ],
    [
      "that with the sidecars before it",
      {
        initContainers: [sidecar("100m"), asking({ cpu: "1" }), sidecar("200m")],
        containers: [asking({ cpu: "300m" })],
      },
      { cpu: "1100m" },
    ],
    [
      "its containers with all sidecars",
      { initContainers: [asking({ cpu: "1" }), sidecar("2")], containers: [asking({ cpu: "300m" })] },
      { cpu: "2300m" },
    ],
    [
      "what is for the pod as a whole",
      {
        resources: { requests: { cpu: "5", "hugepages-2Mi": "2Mi", "a.b/c": "9" } },
        containers: [asking({ cpu: "1", memory: "1Gi", "hugepages-2Mi": "8Mi" })],
      },
      { cpu: "5", memory: "1Gi", "hugepages-2Mi": "2Mi" },
    ],
  ])("counts of a pod %s", (_, spec, amounts) => {
    expect(podAmounts(pod(spec), "requests")).toEqual(amounts);
  });

  it("checks limit ranges by the processor and memory of the pod as a whole, and by its containers", () => {
    const requests = { cpu: "5", memory: "2Gi", "hugepages-2Mi": "2Mi" };
    const spec = { resources: { requests }, containers: [asking({ cpu: "1", memory: "1Gi", "a.b/c": "1" })] };
    expect(requestedAmounts(pod(spec), "requests")).toEqual({ cpu: "5", memory: "2Gi", "a.b/c": "1" });
    expect(requestedAmounts(pod(), "limits")).toEqual({});
  });

  it("counts a pod's limits, and its requests of what is not an extended resource by its plain name, too", () => {
    const requests = { cpu: "1", "ephemeral-storage": "1Gi", "hugepages-2Mi": "2Mi", "a.b/c": "1" };
    const containers = [{ ...asking({}), resources: { requests, limits: { cpu: "2" } } }];
    expect(podUsage(pod({ containers }))).toEqual({
      pods: "1",
      cpu: "1",
      "requests.cpu": "1",
      "limits.cpu": "2",
      "ephemeral-storage": "1Gi",
      "requests.ephemeral-storage": "1Gi",
      "hugepages-2Mi": "2Mi",
      "requests.hugepages-2Mi": "2Mi",
      "requests.a.b/c": "1",
    });
  });

  const term = (more: object) => ({ topologyKey: "zone", ...more });
  it.each<[boolean, Pod["spec"]["affinity"]]>([
    [false, undefined],
    [false, { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term({ namespaces: [] })] } }],
    [
      true,
      { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term({}), term({ namespaces: ["a"] })] } },
    ],
    [true, { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term({ namespaceSelector: {} })] } }],
    [
      true,
      {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, podAffinityTerm: term({ namespaceSelector: {} }) },
          ],
        },
      },
    ],
  ])("counts (%j) a pod with the affinity %j as one that looks at other namespaces", (is, affinity) => {
    const spec = affinity === undefined ? {} : { affinity };
    expect(inScopes(pod(spec), { scopes: ["CrossNamespacePodAffinity"] })).toBe(is);
  });

  it.each<[what: string, spec: Partial<Pod["spec"]>, is: boolean]>([
    ["disk alone", { containers: [asking({ "ephemeral-storage": "1Gi" })] }, true],
    ["none of the processor", { containers: [asking({ cpu: "0" })] }, true],
    ["memory for the pod as a whole", { resources: { requests: { memory: "1Mi" } } }, false],
  ])("counts a pod that requests %s by its quality of service", (_, spec, is) => {
    expect(inScopes(pod(spec), { scopes: ["BestEffort"] })).toBe(is);
    expect(inScopes(pod(spec), { scopes: ["NotBestEffort"] })).toBe(!is);
  });
});
