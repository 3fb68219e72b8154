/** The kubelet's /configz: this node's configuration, as far as the agent implements the settings. */
import { formatDuration } from "../../api/machinery/time/duration.ts";
import { HIGH_SHARE, LOW_SHARE, MIN_AGE_MS } from "../images/choose-images.ts";
import { MAX_LOG_BYTES, MAX_LOG_FILES } from "../logs/rotate-log.ts";
import { MAX_PODS } from "../node/node-object.ts";
import { DEFAULT_EVICTION_HARD, type EvictionSettings, evictionRules } from "../pressure/eviction-settings.ts";
import { type ShutdownSettings, shutdownPeriods } from "../shutdown/shutdown-periods.ts";

export interface NodeConfiguration {
  readonly eviction: EvictionSettings;
  readonly shutdown: ShutdownSettings;
  readonly systemReserved: Readonly<Record<string, string>>;
  readonly seccompDefault: boolean;
  /** Of a pod; -1: no limit. */
  readonly podMaxPids: number;
  readonly clusterDomain: string;
  readonly clusterDns: readonly string[];
  readonly staticPodPath: string;
  readonly podLogsDirectory: string;
  readonly cgroupDriver: string | undefined;
  /** Undefined: not open. */
  readonly port: number | undefined;
}

/** From the options' format: `memory.available<100Mi,…`. */
const pairsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(",")
      .map((part) => part.trim().split(/[<=]/))
      .filter(({ length }) => length === 2),
  );

function evictionOf(settings: EvictionSettings) {
  const { evictionSoft, evictionSoftGracePeriod, evictionMinimumReclaim } = settings;
  const { maxPodGraceSeconds, pressureLastsMs } = evictionRules(settings);
  return {
    evictionHard: pairsOf(settings.evictionHard ?? DEFAULT_EVICTION_HARD),
    ...(evictionSoft && { evictionSoft: pairsOf(evictionSoft) }),
    ...(evictionSoftGracePeriod && { evictionSoftGracePeriod: pairsOf(evictionSoftGracePeriod) }),
    ...(evictionMinimumReclaim && { evictionMinimumReclaim: pairsOf(evictionMinimumReclaim) }),
    ...(maxPodGraceSeconds > 0 && { evictionMaxPodGracePeriod: maxPodGraceSeconds }),
    evictionPressureTransitionPeriod: formatDuration(pressureLastsMs),
  };
}

function shutdownOf(settings: ShutdownSettings) {
  const { shutdownGracePeriod, shutdownGracePeriodCriticalPods, shutdownGracePeriodByPodPriority } = settings;
  if (shutdownGracePeriodByPodPriority !== undefined) {
    const periods = shutdownPeriods(settings);
    return {
      shutdownGracePeriodByPodPriority: periods.map(({ priority, seconds: shutdownGracePeriodSeconds }) => ({
        priority,
        shutdownGracePeriodSeconds,
      })),
    };
  }
  return {
    ...(shutdownGracePeriod && { shutdownGracePeriod }),
    ...(shutdownGracePeriodCriticalPods && { shutdownGracePeriodCriticalPods }),
  };
}

export const configz = (node: NodeConfiguration) => ({
  kubeletconfig: {
    enableServer: true,
    ...(node.port === undefined ? {} : { port: node.port }),
    podLogsDir: node.podLogsDirectory,
    staticPodPath: node.staticPodPath,
    fileCheckFrequency: "20s",
    enableDebuggingHandlers: true,
    clusterDomain: node.clusterDomain,
    ...(node.clusterDns.length === 0 ? {} : { clusterDNS: node.clusterDns }),
    nodeLeaseDurationSeconds: 40,
    imageMinimumGCAge: formatDuration(MIN_AGE_MS),
    imageGCHighThresholdPercent: HIGH_SHARE * 100,
    imageGCLowThresholdPercent: LOW_SHARE * 100,
    ...(node.cgroupDriver === undefined ? {} : { cgroupDriver: node.cgroupDriver }),
    maxPods: MAX_PODS,
    podPidsLimit: node.podMaxPids,
    resolvConf: "/etc/resolv.conf",
    cpuCFSQuota: true,
    cpuCFSQuotaPeriod: "100ms",
    serializeImagePulls: false,
    ...evictionOf(node.eviction),
    ...shutdownOf(node.shutdown),
    failSwapOn: false,
    ...(node.seccompDefault && { seccompDefault: true }),
    containerLogMaxSize: `${MAX_LOG_BYTES / 1024 / 1024}Mi`,
    containerLogMaxFiles: MAX_LOG_FILES,
    ...(Object.keys(node.systemReserved).length === 0 ? {} : { systemReserved: node.systemReserved }),
    enableSystemLogHandler: true,
    registerNode: true,
    kind: "KubeletConfiguration",
    apiVersion: "kubelet.config.k8s.io/v1beta1",
  },
});
