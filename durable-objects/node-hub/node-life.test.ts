import { expect, it } from "vitest";
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { FakeCluster } from "../../test/fakes/controllers/fake-cluster.ts";
import { EventRecorder } from "../controllers/event-recorder.ts";
import { NodeLife } from "./node-life.ts";

const conditions = [{ type: "Ready", status: "True" }];
const podOn = (nodeName: string, name: string) =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "ns", name },
    spec: { nodeName, containers: [] },
    status: { conditions },
  }) as unknown as Stored<Pod>;

it("LINK-LOST: a pod that cannot be marked keeps neither others nor the node from it, and is marked later", async () => {
  const cluster = new FakeCluster();
  const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: {}, status: { conditions } };
  cluster.put("nodes", node as unknown as Stored<Node>);
  const names = Array.from({ length: 40 }, (_, i) => `p${i}`);
  for (const name of names) cluster.put("pods", podOn("n", name));
  const memory = new Map<string, unknown>();
  const storage = {
    get: (key: string) => memory.get(key),
    put: (key: string, value: unknown) => void memory.set(key, value),
    delete: (key: string) => void memory.delete(key),
  };
  const life = new NodeLife(cluster.api, new EventRecorder(storage));
  const readyOf = ({ status }: Node | Pod) => status.conditions?.find(({ type }) => type === "Ready")?.status;
  const unready = () => cluster.list("pods").filter((pod) => readyOf(pod) === "False").length;

  cluster.refuse = (verb, { name }) => (verb === "patch" && name === "p0" ? { code: 500 } : undefined);
  expect(await life.markLost("n")).toBe(false);
  expect([unready(), cluster.list("nodes").map(readyOf)]).toEqual([39, ["Unknown"]]);
  expect(await life.markLost("n")).toBe(false);

  cluster.refuse = () => undefined;
  expect(await life.markLost("n")).toBe(true);
  expect(unready()).toBe(40);
  await expect.poll(() => cluster.list("events")).toHaveLength(41);
  expect(await life.markLost("n")).toBe(true);
});
