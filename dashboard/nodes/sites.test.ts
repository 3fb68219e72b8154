import { expect, test } from "vitest";
import type { Node } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { PodSummary } from "../summaries/pod-summary.ts";
import { linkOf, sitesOf } from "./sites.ts";

const node = (name: string, labels: Record<string, string> = {}, conditions: object[] = []) =>
  ({ metadata: { name, labels }, spec: {}, status: { conditions } }) as Stored<Node>;

test.each([
  [{ type: "Ready", status: "True" }, "Linked"],
  [{ type: "Ready", status: "False" }, "Linked, not ready"],
  [{ type: "Ready", status: "Unknown", reason: "NodeStatusUnknown" }, "Link lost"],
  [{ type: "Ready", status: "Unknown", reason: "NodeStatusNeverUpdated" }, "Not seen yet"],
  [{ type: "MemoryPressure", status: "False" }, "Not seen yet"],
])("a node with %j is shown as %s", (condition, text) => {
  expect(linkOf(node("a", {}, [condition])).text).toBe(text);
});

test("nodes are grouped by zone, or else by region, and those without either come last", () => {
  const sites = sitesOf(
    [
      node("lonely"),
      node("b", { "topology.kubernetes.io/region": "north" }),
      node("a", { "topology.kubernetes.io/zone": "north", "topology.kubernetes.io/region": "else" }),
    ],
    [],
  );
  expect(sites.map(({ name, nodes }) => [name, nodes.map((each) => each.node.metadata.name)])).toEqual([
    ["north", ["a", "b"]],
    ["", ["lonely"]],
  ]);
});

test("a node's requests are summed over its pods, except finished ones", () => {
  const pod = (finished: boolean) => ({ node: "a", cpu: 0.5, memory: 100, finished }) as PodSummary;
  const [site] = sitesOf([node("a")], [pod(false), pod(false), pod(true)]);
  expect(site?.nodes[0]?.requested).toEqual({ cpu: 1, memory: 200, pods: 2 });
});
