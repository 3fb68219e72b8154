import { expect, test } from "vitest";
import type { NodeUsage } from "../../../api/node/node-usage.ts";
import { resources } from "../../../api/resources/index.ts";
import type { Env } from "../../env.ts";
import type { RequestContext } from "../../request-context.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { readMetrics } from "./read-metrics.ts";

const entryOf = (name: string, nodeName: string | undefined) => ({
  key: { resource: "pods", namespace: "ns", name },
  text: JSON.stringify({
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name, namespace: "ns", labels: { app: name } },
    spec: { ...(nodeName !== undefined && { nodeName }) },
  }),
});

/** Two pages of pods, the last of which has no node yet. */
const PAGES = [[entryOf("a", "n1"), entryOf("b", "n2")], [entryOf("c", undefined)]];

const used = (name: string, cpuNanocores: number) => ({
  namespace: "ns",
  name,
  uid: name,
  containers: [{ name: "main", cpuNanocores, memoryBytes: 2048 }],
});

const usageOf = (node: string, pods: NodeUsage["pods"]): NodeUsage => ({
  node,
  at: 1_000_000,
  windowMs: 1000,
  cpuNanocores: 1,
  memoryBytes: 1,
  pods,
});

/** What the pods' metrics say if the nodes answer so; and which nodes were asked. */
async function podMetrics(...usages: readonly NodeUsage[]) {
  const asked: string[][] = [];
  const hub = {
    usage: async (nodes: string[]) => {
      asked.push(nodes);
      return usages;
    },
  };
  const resource = resources.find(({ group, plural }) => group === "metrics.k8s.io" && plural === "pods");
  const response = await readMetrics({
    env: { NODE_HUB: { getByName: () => hub } } as unknown as Env,
    request: new Request("https://host/"),
    query: new URLSearchParams(),
    path: { namespace: "", name: "" },
    served: { group: "metrics.k8s.io", version: "v1beta1", resource },
    store: {
      async *pages() {
        for (const items of PAGES) yield { items };
      },
    } as unknown as ObjectStore,
    now: 0,
  } as unknown as RequestContext);
  const { items } = (await response.json()) as { items: { metadata: object; containers: object[] }[] };
  return { asked, items };
}

test("LINK-USAGE: pods' metrics are those of the nodes that they are on, which are asked once", async () => {
  const { asked, items } = await podMetrics(usageOf("n1", [used("a", 5)]), usageOf("n2", [used("b", 7)]));
  expect(asked).toEqual([["n1", "n2"]]);
  expect(items).toEqual([
    {
      metadata: { name: "a", namespace: "ns", creationTimestamp: "1970-01-01T00:00:00Z", labels: { app: "a" } },
      timestamp: "1970-01-01T00:16:40Z",
      window: "1s",
      containers: [{ name: "main", usage: { cpu: "5n", memory: "2Ki" } }],
    },
    expect.objectContaining({ containers: [{ name: "main", usage: { cpu: "7n", memory: "2Ki" } }] }),
  ]);
});

test("LINK-USAGE: no node is believed about a pod that is not on it", async () => {
  const { items } = await podMetrics(usageOf("n1", [used("a", 5)]), usageOf("n2", [used("a", 9000), used("c", 9000)]));
  expect(items).toMatchObject([{ metadata: { name: "a" }, containers: [{ usage: { cpu: "5n" } }] }]);
});
