import { expect, it } from "vitest";
import { configz } from "./configz.ts";

const plain = {
  eviction: { evictionHard: "memory.available<100Mi,nodefs.available<10%" },
  shutdown: {},
  systemReserved: {},
  seccompDefault: false,
  podMaxPids: -1,
  clusterDomain: "cluster.local",
  clusterDns: ["10.96.0.10"],
  staticPodPath: "/m",
  podLogsDirectory: "/l",
  cgroupDriver: "systemd",
  port: undefined,
} as const;

it("a node shows its configuration as a kubelet does", () =>
  expect(configz(plain).kubeletconfig).toMatchObject({
    kind: "KubeletConfiguration",
    maxPods: 110,
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "10%" },
    evictionPressureTransitionPeriod: "5m0s",
    imageMinimumGCAge: "2m0s",
    clusterDNS: ["10.96.0.10"],
    containerLogMaxSize: "10Mi",
  }));

it("AGENT-PORT: a node shows the port that it has opened", () => {
  expect(configz(plain).kubeletconfig).not.toHaveProperty("port");
  expect(configz({ ...plain, port: 10250 }).kubeletconfig).toMatchObject({ port: 10250 });
});

it("a node shows the periods of evictions and of shutdowns, and only those that were set", () => {
  const eviction = {
    evictionSoft: "nodefs.available<20%",
    evictionSoftGracePeriod: "nodefs.available=1m30s",
    evictionMinimumReclaim: "nodefs.available=1Gi",
    evictionMaxPodGracePeriod: 60,
  };
  const shutdown = { shutdownGracePeriodByPodPriority: "100=10s,0=1m" };
  expect(configz({ ...plain, eviction, shutdown }).kubeletconfig).toMatchObject({
    evictionSoft: { "nodefs.available": "20%" },
    evictionSoftGracePeriod: { "nodefs.available": "1m30s" },
    evictionMinimumReclaim: { "nodefs.available": "1Gi" },
    evictionMaxPodGracePeriod: 60,
    shutdownGracePeriodByPodPriority: [
      { priority: 0, shutdownGracePeriodSeconds: 60 },
      { priority: 100, shutdownGracePeriodSeconds: 10 },
    ],
  });
  const { kubeletconfig } = configz({ ...plain, shutdown: { shutdownGracePeriod: "30s" } });
  expect(kubeletconfig).toMatchObject({ shutdownGracePeriod: "30s" });
  expect(kubeletconfig).not.toHaveProperty("evictionSoft");
  expect(kubeletconfig).not.toHaveProperty("shutdownGracePeriodCriticalPods");
});
