import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Event, Node, Pod } from "../../api/generated/core.v1.ts";
import { call, newCluster } from "../../test/workers/api-under-test.ts";
import { clusterOf } from "../../worker/cluster.ts";
import type { Env } from "../../worker/env.ts";

const { NODE_HUB } = env as Env;
const ready = { type: "Ready", status: "True" };

it("LINK-LOST: a node that does not come back is Unknown, and its pods are not ready", async () => {
  const base = await newCluster("lost");
  const of = (path: string) => `${base}/api/v1/${path}`;
  await call(of("nodes"), { body: { metadata: { name: "n" }, status: { conditions: [ready] } } });
  for (const [name, nodeName] of [
    ["here", "n"],
    ["elsewhere", "m"],
  ]) {
    const spec = { nodeName, containers: [{ name: "c", image: "i" }], automountServiceAccountToken: false };
    const created = await call(of("namespaces/default/pods"), { body: { metadata: { name }, spec } });
    expect(created.object.message).toBeUndefined();
    const status = { status: { conditions: [ready] } };
    await call(of(`namespaces/default/pods/${name}/status`), { method: "PATCH", body: status });
  }
  const cluster = clusterOf(new URL(base).pathname);
  await runInDurableObject(NODE_HUB.getByName(cluster), async (instance, { storage }) => {
    await storage.put("left:n", { cluster, at: Date.now() - 40_000 });
    await instance.alarm();
    expect(await storage.get("left:n")).toBeUndefined();
  });
  const readyOf = async (path: string) => {
    const { object } = await call(of(path));
    return (object as unknown as Node | Pod).status.conditions?.find(({ type }) => type === "Ready")?.status;
  };
  expect(await readyOf("nodes/n")).toBe("Unknown");
  expect(await readyOf("namespaces/default/pods/here")).toBe("False");
  expect(await readyOf("namespaces/default/pods/elsewhere")).toBe("True");
  await expect
    .poll(async () => {
      const { object } = await call(of("events?fieldSelector=reason=NodeNotReady"));
      const { items } = object as unknown as { items: readonly Event[] };
      return items.map(({ involvedObject: { kind }, message }) => `${kind}: ${message}`).toSorted();
    })
    .toEqual(["Node: Node n status is now: NodeNotReady", "Pod: Node is not ready"]);
});
