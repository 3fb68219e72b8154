/** The kubelet's /configz: this node's configuration, as far as the agent implements the settings. */
import { HIGH_SHARE, LOW_SHARE, MIN_AGE_MS } from "../images/choose-images.ts";
import { MAX_LOG_BYTES, MAX_LOG_FILES } from "../logs/rotate-log.ts";
import { MAX_PODS } from "../node/node-object.ts";
import { PRESSURE_LASTS_MS } from "../pressure/thresholds.ts";

export interface NodeConfiguration {
  /** In the option's format: `memory.available<100Mi,…`. */
  readonly evictionHard: string;
  readonly systemReserved: Readonly<Record<string, string>>;
  readonly clusterDomain: string;
  readonly clusterDns: readonly string[];
  readonly staticPodPath: string;
  readonly podLogsDirectory: string;
  readonly cgroupDriver: string | undefined;
}

const minutes = (ms: number): string => `${ms / 60_000}m0s`;

const thresholdsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(",")
      .filter((part) => part.includes("<"))
      .map((part) => part.trim().split("<")),
  );

export const configz = (node: NodeConfiguration) => ({
  kubeletconfig: {
    enableServer: true,
    podLogsDir: node.podLogsDirectory,
    staticPodPath: node.staticPodPath,
    fileCheckFrequency: "20s",
    enableDebuggingHandlers: true,
    clusterDomain: node.clusterDomain,
    ...(node.clusterDns.length === 0 ? {} : { clusterDNS: node.clusterDns }),
    nodeLeaseDurationSeconds: 40,
    imageMinimumGCAge: minutes(MIN_AGE_MS),
    imageGCHighThresholdPercent: HIGH_SHARE * 100,
    imageGCLowThresholdPercent: LOW_SHARE * 100,
    ...(node.cgroupDriver === undefined ? {} : { cgroupDriver: node.cgroupDriver }),
    maxPods: MAX_PODS,
    podPidsLimit: -1,
    resolvConf: "/etc/resolv.conf",
    cpuCFSQuota: true,
    cpuCFSQuotaPeriod: "100ms",
    serializeImagePulls: false,
    evictionHard: thresholdsOf(node.evictionHard),
    evictionPressureTransitionPeriod: minutes(PRESSURE_LASTS_MS),
    failSwapOn: false,
    containerLogMaxSize: `${MAX_LOG_BYTES / 1024 / 1024}Mi`,
    containerLogMaxFiles: MAX_LOG_FILES,
    ...(Object.keys(node.systemReserved).length === 0 ? {} : { systemReserved: node.systemReserved }),
    enableSystemLogHandler: true,
    registerNode: true,
    kind: "KubeletConfiguration",
    apiVersion: "kubelet.config.k8s.io/v1beta1",
  },
});
