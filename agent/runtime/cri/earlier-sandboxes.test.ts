import { expect, it } from "vitest";
import type { CriClient } from "./cri-client.ts";
import { removeEarlierSandboxes } from "./earlier-sandboxes.ts";

it("AGENT-ID: sandboxes of a pod are removed that an agent with another id has made, and nobody else's", async () => {
  const labels = { a: { "sailplane.dev/agent": "own" }, b: { "sailplane.dev/agent": "earlier" }, c: {} };
  const calls: string[] = [];
  const call = async (method: string, request: { readonly pod_sandbox_id?: string }) => {
    calls.push(`${method} ${request.pod_sandbox_id ?? JSON.stringify(request)}`);
    return { items: Object.entries(labels).map(([id, labels]) => ({ id, labels })) };
  };
  const cri = { call } as unknown as CriClient;
  expect(await removeEarlierSandboxes(cri, { uid: "u", agentId: "own" })).toBe(true);
  expect(calls).toEqual([
    'ListPodSandbox {"filter":{"label_selector":{"io.kubernetes.pod.uid":"u"}}}',
    "StopPodSandbox b",
    "RemovePodSandbox b",
  ]);
  labels.b["sailplane.dev/agent"] = "own";
  expect(await removeEarlierSandboxes(cri, { uid: "u", agentId: "own" })).toBe(false);
});
