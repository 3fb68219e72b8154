/** Options of the commands that run a node. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { evictionRules } from "../../agent/pressure/eviction-settings.ts";
import { shutdownPeriods } from "../../agent/shutdown/shutdown-periods.ts";
import { errorMessage } from "../../api/error-message.ts";
import type { Taint } from "../../api/generated/core.v1.ts";
import { parseQuantity } from "../../api/machinery/quantity.ts";
import type { NodeSettings } from "../../api/node/node-settings.ts";
import { nodeNameOption, parseCount, parsePort, type Runtime, runtimeOption } from "./options.ts";

export interface NodeOptions extends NodeSettings {
  readonly nodeName: string;
  readonly runtime: Runtime;
}

/** An optional option: its flag, its description, and its form on a command line. */
interface NodeOption {
  readonly flag: string;
  readonly description: string;
  readonly parse?: (text: string) => unknown;
  /** Undefined if it was not given; "" if it has no value. */
  readonly word: (options: NodeOptions) => string | undefined;
}

const pairsOf = (pairs: Readonly<Record<string, string>>): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

const OPTIONAL: readonly NodeOption[] = [
  {
    flag: "--node-labels <labels>",
    description: "the node's labels: key=value,…",
    parse: parseLabels,
    word: ({ nodeLabels }) => nodeLabels && pairsOf(nodeLabels),
  },
  {
    flag: "--register-with-taints <taints>",
    description: "taints of a new node: key=value:effect,…",
    parse: parseTaints,
    word: ({ registerWithTaints }) =>
      registerWithTaints?.map(({ key, value = "", effect }) => `${key}=${value}:${effect}`).join(","),
  },
  {
    flag: "--eviction-hard <thresholds>",
    description: "thresholds below which the node evicts pods, as in a kubelet: memory.available<100Mi,…",
    word: ({ evictionHard }) => evictionHard,
  },
  {
    flag: "--eviction-soft <thresholds>",
    description: "the same, for as long as --eviction-soft-grace-period says: memory.available<500Mi,…",
    word: ({ evictionSoft }) => evictionSoft,
  },
  {
    flag: "--eviction-soft-grace-period <periods>",
    description: "how long each soft threshold must be met before pods are evicted: memory.available=1m30s,…",
    word: ({ evictionSoftGracePeriod }) => evictionSoftGracePeriod,
  },
  {
    flag: "--eviction-max-pod-grace-period <seconds>",
    description: "the most that pods get to end for a soft threshold; default: their own grace periods",
    parse: parseSeconds,
    word: ({ evictionMaxPodGracePeriod }) => evictionMaxPodGracePeriod?.toString(),
  },
  {
    flag: "--eviction-minimum-reclaim <amounts>",
    description: "how much more than a threshold must be available for evictions to end: nodefs.available=1Gi,…",
    word: ({ evictionMinimumReclaim }) => evictionMinimumReclaim,
  },
  {
    flag: "--eviction-pressure-transition-period <duration>",
    description: "for how much longer than it lasts the node reports pressure; default: 5m",
    word: ({ evictionPressureTransitionPeriod }) => evictionPressureTransitionPeriod,
  },
  {
    flag: "--shutdown-grace-period <duration>",
    description:
      "how long pods have to end when the machine shuts down, announced by systemd; default: they are not ended",
    word: ({ shutdownGracePeriod }) => shutdownGracePeriod,
  },
  {
    flag: "--shutdown-grace-period-critical-pods <duration>",
    description: "the part of it that is for critical pods, which end last",
    word: ({ shutdownGracePeriodCriticalPods }) => shutdownGracePeriodCriticalPods,
  },
  {
    flag: "--shutdown-grace-period-by-pod-priority <periods>",
    description: "the same by priority, lowest first: 0=1m,100000=10s,…",
    word: ({ shutdownGracePeriodByPodPriority }) => shutdownGracePeriodByPodPriority,
  },
  {
    flag: "--system-reserved <resources>",
    description: "resources that are not available to pods, as in a kubelet: cpu=500m,memory=1Gi,ephemeral-storage=5Gi",
    parse: parseAmounts,
    word: ({ systemReserved }) => systemReserved && pairsOf(systemReserved),
  },
  {
    flag: "--seccomp-default",
    description: "give containers that name no seccomp profile the runtime's (RuntimeDefault)",
    word: ({ seccompDefault }) => (seccompDefault === true ? "" : undefined),
  },
  {
    flag: "--pod-max-pids <count>",
    description: "how many processes and threads a pod may have (where pods' cgroups are not systemd's)",
    parse: parseCount,
    word: ({ podMaxPids }) => podMaxPids?.toString(),
  },
  {
    flag: "--kubelet-dir <dir>",
    description:
      "the directory where drivers of devices and volumes find the node, usually /var/lib/kubelet; default: kubelet/ in the node's directory",
    word: ({ kubeletDir }) => kubeletDir,
  },
  {
    flag: "--pod-logs-dir <dir>",
    description:
      "the directory of pods' logs, usually /var/log/pods, for collectors of logs, with links in containers/ beside it; default: logs/ in the node's directory",
    word: ({ podLogsDir }) => podLogsDir,
  },
  {
    flag: "--local-volumes <dir>",
    description:
      "the directory for PersistentVolumeClaims' volumes on this machine, or off; default: local-volumes/ in the node's directory",
    word: ({ localVolumes }) => localVolumes,
  },
  {
    flag: "--kubelet-port <port>",
    description:
      "open the kubelet's port, usually 10250, for monitoring programs that ask nodes directly, such as metrics-server; default: the node opens no port",
    parse: parseKubeletPort,
    word: ({ kubeletPort }) => kubeletPort?.toString(),
  },
];

const HELP_GROUP = "The node:";

export function withNodeOptions(command: Command): Command {
  command.addOption(nodeNameOption().helpGroup(HELP_GROUP)).addOption(runtimeOption().helpGroup(HELP_GROUP));
  for (const { flag, description, parse } of OPTIONAL) {
    const option = new Option(flag, description).helpGroup(HELP_GROUP);
    command.addOption(parse ? option.argParser(parse) : option);
  }
  // Together: one may require another.
  return command.hook("preAction", (_, action) => checkTogether(action));
}

function checkTogether(command: Command): void {
  try {
    evictionRules(command.opts<NodeOptions>());
    shutdownPeriods(command.opts<NodeOptions>());
  } catch (error) {
    command.error(`error: invalid options of the node: ${errorMessage(error)}.`);
  }
}

/** The same options as arguments of a command line. */
export const nodeWords = (options: NodeOptions): string[] => [
  ...["--node-name", options.nodeName, "--runtime", options.runtime],
  ...OPTIONAL.flatMap(({ flag, word }) => {
    const value = word(options);
    const name = flag.replace(/ <.*$/, "");
    if (value === undefined) return [];
    return name === flag ? [name] : [name, value];
  }),
];

export function parseLabels(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text.split(",").map((part) => {
      const [, key = "", value = ""] = /^([^=\s]+)=([^=\s]*)$/.exec(part) ?? [];
      if (key === "") throw new InvalidArgumentError(`"${part}" is not of the form key=value.`);
      return [key, value];
    }),
  );
}

/** Like {@link parseLabels}, with amounts as values. */
export function parseAmounts(text: string): Readonly<Record<string, string>> {
  const amounts = parseLabels(text);
  for (const [resource, amount] of Object.entries(amounts))
    if (amount === "" || typeof parseQuantity(amount) === "string")
      throw new InvalidArgumentError(`${resource} is no amount, such as 500m or 1Gi.`);
  return amounts;
}

function parseKubeletPort(text: string): number {
  const port = parsePort(text);
  if (port === 0) throw new InvalidArgumentError("It is a number from 1 to 65535.");
  return port;
}

function parseSeconds(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is a number of seconds.");
  return Number(text);
}

export function parseTaints(text: string): readonly Taint[] {
  return text.split(",").map((part) => {
    const [, key = "", value, effect = ""] =
      /^([^=:\s]+)(?:=([^:\s]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(part) ?? [];
    if (key === "")
      throw new InvalidArgumentError(`"${part}" is not key=value:NoSchedule, PreferNoSchedule or NoExecute.`);
    return { key, ...(value === undefined || value === "" ? {} : { value }), effect };
  });
}
