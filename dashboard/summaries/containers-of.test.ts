import { expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { containersOf } from "./containers-of.ts";

it("a pod's containers are listed with their purpose, init containers first", () => {
  const running = { running: { startedAt: "2026-11-29T10:00:00Z" } };
  const pod = {
    spec: {
      initContainers: [
        { name: "prepare" },
        { name: "mesh", restartPolicy: "Always", ports: [{ containerPort: 15001 }] },
      ],
      containers: [{ name: "web", image: "nginx", ports: [{ containerPort: 80 }] }],
      ephemeralContainers: [{ name: "debugger-1", image: "busybox" }],
    },
    status: {
      containerStatuses: [{ name: "web", state: running }],
      ephemeralContainerStatuses: [{ name: "debugger-1", state: running }],
    },
  } as unknown as Pod;
  expect(containersOf(pod).map(({ name, role, ports, status }) => [name, role, ports, status?.state])).toEqual([
    ["prepare", "init", [], undefined],
    ["mesh", "sidecar", [{ port: 15001 }], undefined],
    ["web", "", [{ port: 80 }], running],
    ["debugger-1", "debug", [], running],
  ]);
});
