import { expect, test } from "vitest";
import { call, newNamespace, pod } from "../../../../test/workers/core-calls.ts";

test("PodSecurity warns of the workload and refuses the pod", async () => {
  const place = await newNamespace("strict", { "pod-security.kubernetes.io/enforce": "baseline" });
  const spec = { hostNetwork: true, containers: [{ name: "c", image: "i" }] };
  const template = { metadata: { labels: { a: "b" } }, spec };
  const deployments = "https://sailplane/apis/apps/v1/namespaces/strict/deployments";
  const made = await call(deployments, {
    metadata: { name: "d" },
    spec: { replicas: 0, selector: { matchLabels: { a: "b" } }, template },
  });
  expect(made.warning).toContain("would violate PodSecurity");
  expect((await call(`${place}/pods`, pod("p", spec))).object.message).toBe(
    'pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
  );
});
