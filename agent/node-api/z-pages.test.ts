import { expect, it } from "vitest";
import { flagz, statusz } from "./z-pages.ts";

it("a node has the kubelet's /statusz, with its start, version and paths", () => {
  const lines = statusz(Date.UTC(2026, 10, 8, 7, 0, 1), Date.UTC(2026, 10, 8, 9, 3, 4)).split("\n");
  expect(lines[1]).toBe("kubelet statusz");
  expect(lines).toEqual(
    expect.arrayContaining([
      "Started: Sun Nov  8 07:00:01 UTC 2026",
      "Up: 2 hr 03 min 03 sec",
      "Binary version: 1.36.2",
      "Emulation version: 1.36",
      "Paths: /configz /flagz /healthz /logs /metrics /pods /runningpods /stats /statusz",
    ]),
  );
});

it("a node has the kubelet's /flagz, with its settings and nothing else of the command line", () => {
  const settings = {
    evictionHard: "memory.available<1Gi",
    evictionMaxPodGracePeriod: 60,
    systemReserved: { cpu: "500m", memory: "1Gi" },
    token: "secret",
    registerWithTaints: [{ key: "gpu", effect: "NoSchedule" }],
  };
  const [, title, , ...flags] = flagz(settings).split("\n");
  expect([title, ...flags]).toEqual([
    "kubelet flagz",
    "eviction-hard=memory.available<1Gi",
    "eviction-max-pod-grace-period=60",
    'register-with-taints=[{"key":"gpu","effect":"NoSchedule"}]',
    "system-reserved=cpu=500m,memory=1Gi",
    "",
  ]);
});
