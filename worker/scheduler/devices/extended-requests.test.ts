import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Container, Pod, PodSpec } from "../../../api/generated/core.v1.ts";
import { requestsOf } from "../cluster/amounts.ts";
import { extendedRequestsOf } from "./extended-requests.ts";

const GPU = "example.com/gpu";
const NIC = "deviceclass.resource.kubernetes.io/nic";
const classes = new Map([
  [GPU, "gpu"],
  [NIC, "nic"],
]);
const container = (name: string, requests: Record<string, string> = {}, sidecar?: "sidecar"): Container => ({
  name,
  image: "x",
  resources: { requests },
  ...(sidecar && { restartPolicy: "Always" }),
});
const pod = (containers: Container[], initContainers: Container[] = []): Pod =>
  ({ metadata: {}, spec: { containers, initContainers } as PodSpec, status: {} }) as Pod;

/** Requests as `name: count class`, and mappings as `container resource request`. */
function reported(asking: Pod) {
  const { requests, mappings } = extendedRequestsOf(asking, classes);
  return {
    requests: requests.map(({ name, exactly }) => `${name}: ${exactly?.count} ${exactly?.deviceClassName}`),
    mappings: mappings.map(({ containerName, resourceName, requestName }) =>
      [containerName, resourceName === GPU ? "gpu" : "nic", requestName].join(" "),
    ),
  };
}

describe("SCHED-EXTENDED: extended resources as requests of a claim", () => {
  test.each<[what: string, Pod, requests: string[], mappings: string[]]>([
    [
      "resources without a device class are left out",
      pod([container("a", { cpu: "1", "example.com/other": "1" })]),
      [],
      [],
    ],
    [
      "requests are named by the index of the container and of its resource",
      pod([container("a", { cpu: "1", [GPU]: "2" }), container("b", { [NIC]: "1", [GPU]: "1", memory: "1Gi" })]),
      ["container-0-request-1: 2 gpu", "container-1-request-0: 1 nic", "container-1-request-1: 1 gpu"],
      ["b nic container-1-request-0", "a gpu container-0-request-1", "b gpu container-1-request-1"],
    ],
    [
      "the surplus of init containers over later containers is one request",
      pod([container("a", { [GPU]: "1" })], [container("i", { [GPU]: "3" }), container("j", { [GPU]: "2" })]),
      ["container-0-request-0: 2 gpu", "container-2-request-0: 1 gpu"],
      [
        "a gpu container-2-request-0",
        "i gpu container-2-request-0",
        "i gpu container-0-request-0",
        "j gpu container-2-request-0",
        "j gpu container-0-request-0",
      ],
    ],
    [
      "a sidecar shares no devices with later containers",
      pod([], [container("s", { [GPU]: "1" }, "sidecar"), container("i", { [GPU]: "1" })]),
      ["container-0-request-0: 1 gpu", "container-1-request-0: 1 gpu"],
      ["s gpu container-0-request-0", "i gpu container-1-request-0"],
    ],
  ])("map to containers: %s", (_, asking, requests, mappings) => {
    expect(reported(asking)).toEqual({ requests, mappings });
  });

  test("are as many devices as the pod requests, and each container gets its share", () => {
    const counts = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { maxLength: 4 });
    fc.assert(
      fc.property(counts, counts, (initial, main) => {
        const asking = pod(
          main.map(([count], i) => container(`c${i}`, { [GPU]: String(count) })),
          initial.map(([count, sidecar], i) =>
            container(`i${i}`, { [GPU]: String(count) }, sidecar ? "sidecar" : undefined),
          ),
        );
        const { requests, mappings } = extendedRequestsOf(asking, classes);
        const countOf = new Map(requests.map(({ name, exactly }) => [name, exactly?.count ?? 0]));
        const all = [...countOf.values()].reduce((a, b) => a + b, 0);
        // An init container cannot use a sidecar's devices, while Kubernetes' sum of requests counts them.
        expect(all).toBeGreaterThanOrEqual(requestsOf(asking).scalars.get(GPU) ?? 0);
        for (const { name, resources } of [...(asking.spec.initContainers ?? []), ...asking.spec.containers]) {
          const own = mappings.filter(({ containerName }) => containerName === name);
          const had = own.reduce((sum, { requestName }) => sum + (countOf.get(requestName) ?? 0), 0);
          expect(had).toBeGreaterThanOrEqual(Number(resources?.requests?.[GPU] ?? 0));
          expect(new Set(own.map(({ requestName }) => requestName)).size).toBe(own.length);
        }
      }),
    );
  });
});
