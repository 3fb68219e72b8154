import { expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { logSourcesOf, podOfLogs, podSelectorOf } from "./log-sources.ts";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: "shop", name: "web-1", creationTimestamp: "2026-11-29T10:00:00Z" },
  spec: { initContainers: [{ name: "init" }], containers: [{ name: "c" }], ephemeralContainers: [{ name: "debug" }] },
  status: { containerStatuses: [{ name: "c", containerID: "containerd://7" }] },
} as unknown as Pod;

it("all containers of a pod have logs, including init and ephemeral ones", () => {
  const sources = logSourcesOf(podOfLogs(pod), undefined, (name) => `web-1 ${name}`);
  expect(sources.map(({ container, label, run }) => [container, label, run])).toEqual([
    ["init", "web-1 init", ""],
    ["c", "web-1 c", "containerd://7"],
    ["debug", "web-1 debug", ""],
  ]);
  expect(logSourcesOf(podOfLogs(pod), "c", () => "")).toMatchObject([
    { path: "/api/v1/namespaces/shop/pods/web-1/log", container: "c", label: "" },
  ]);
});

it.each([
  [{ matchLabels: { app: "web" }, matchExpressions: [{ key: "tier", operator: "Exists" }] }, "app=web,tier"],
  [{ app: "web", matchLabels: "a label's name" }, "app=web,matchLabels=a label's name"],
  [{}, ""],
  [undefined, ""],
])("the selector %j is written as %j", (selector, text) => {
  expect(podSelectorOf({ spec: { selector } })).toBe(text);
});
