/** The kubelet's `/statusz` and `/flagz`, as text: a node is not told in which form its client wants them. */
import type { NodeSettings } from "../../api/node/node-settings.ts";
import { flagPage, statusPage, zText } from "../../api/z-pages.ts";
import { KUBELET_VERSION } from "../node/node-object.ts";

const PATHS = ["/configz", "/flagz", "/healthz", "/logs", "/metrics", "/pods", "/runningpods", "/stats", "/statusz"];

export const statusz = (startedAt: number, now: number): string =>
  zText(
    statusPage({
      component: "kubelet",
      now,
      startedAt,
      runtime: `node${process.versions.node}`,
      binaryVersion: KUBELET_VERSION.slice(1),
      emulationVersion: KUBELET_VERSION.slice(1).replace(/\.\d+$/, ""),
      paths: PATHS,
    }),
  );

/** Only these: what else a command line had may be secret. */
const FLAGS: Readonly<Record<keyof NodeSettings, string>> = {
  nodeLabels: "node-labels",
  registerWithTaints: "register-with-taints",
  evictionHard: "eviction-hard",
  evictionSoft: "eviction-soft",
  evictionSoftGracePeriod: "eviction-soft-grace-period",
  evictionMinimumReclaim: "eviction-minimum-reclaim",
  evictionMaxPodGracePeriod: "eviction-max-pod-grace-period",
  evictionPressureTransitionPeriod: "eviction-pressure-transition-period",
  shutdownGracePeriod: "shutdown-grace-period",
  shutdownGracePeriodCriticalPods: "shutdown-grace-period-critical-pods",
  shutdownGracePeriodByPodPriority: "shutdown-grace-period-by-pod-priority",
  systemReserved: "system-reserved",
  seccompDefault: "seccomp-default",
  podMaxPids: "pod-max-pids",
  kubeletDir: "kubelet-dir",
  podLogsDir: "pod-logs-dir",
  localVolumes: "local-volumes",
  kubeletPort: "kubelet-port",
};

/** The settings that the node was started with, by their flags. */
export function flagz(settings: NodeSettings): string {
  const flags = Object.entries(FLAGS).flatMap(([name, flag]) => {
    const value = settings[name as keyof NodeSettings];
    return value === undefined ? [] : [[flag, printValue(value)] as const];
  });
  return zText(flagPage("kubelet", Object.fromEntries(flags)));
}

function printValue(value: NodeSettings[keyof NodeSettings]): string {
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, amount]) => `${key}=${amount}`)
    .join();
}
