import { expect, test } from "vitest";
import type { Pod } from "../api/generated/core.v1.ts";
import type { ApiClient } from "../client/api-client.ts";
import type { ControlPlane } from "./control-plane/connection.ts";
import { leaveCluster } from "./leave-cluster.ts";

const pod = (name: string, phase: string, metadata: object = {}): Pod =>
  ({ metadata: { name, namespace: "ns", uid: name, ...metadata }, spec: {}, status: { phase } }) as unknown as Pod;

test("AGENT-LEAVE: a terminating pod is waited for until its object is gone, even if it has already failed", async () => {
  const did: string[] = [];
  // The pods that the node has at each look.
  const looks = [
    [pod("web", "Running"), pod("done", "Succeeded")],
    [pod("web", "Failed", { deletionTimestamp: "2026-01-01T00:00:00Z" }), pod("done", "Succeeded")],
    [pod("done", "Succeeded")],
  ];
  const client = {
    patch: async () => ({ ok: true }),
    create: async (_: object, { metadata }: Pod) => {
      did.push(`evict ${metadata.name}`);
      return { ok: true };
    },
  } as unknown as ApiClient;
  const controlPlane = {
    request: async ({ path }: { path: string }) => {
      did.push(`${path} at look ${look}`);
      return { code: 200, body: "" };
    },
  } as unknown as ControlPlane;
  let look = 0;
  const pods = () => looks[look++] ?? [];
  const reported: string[] = [];
  const volumes = { directory: "/volumes", names: ["pvc-1", "pvc-2"] };
  await leaveCluster({
    ...{ client, controlPlane, nodeName: "n", pods, seconds: 30, volumes },
    print: (line) => reported.push(line),
  });
  expect(did).toEqual(["evict web", "/sailplane/v1/nodes/n/leave at look 3"]);
  expect(reported.at(-1)).toBe(
    "2 local volumes stay in /volumes: a node that joins as n and keeps its volumes there has them again",
  );
});
