/** Options of the commands that run a node. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseThresholds } from "../../agent/pressure/thresholds.ts";
import { errorMessage } from "../../api/error-message.ts";
import type { Taint } from "../../api/generated/core.v1.ts";
import { parseQuantity } from "../../api/machinery/quantity.ts";
import type { NodeSettings } from "../../api/node/node-settings.ts";
import { nodeNameOption, type Runtime, runtimeOption } from "./options.ts";

export interface NodeOptions extends NodeSettings {
  readonly nodeName: string;
  readonly runtime: Runtime;
}

/** An optional option: its flag, its description, and its form on a command line. */
interface NodeOption {
  readonly flag: string;
  readonly description: string;
  readonly parse?: (text: string) => unknown;
  /** Undefined if it was not given. */
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
    parse: checkThresholds,
    word: ({ evictionHard }) => evictionHard,
  },
  {
    flag: "--system-reserved <resources>",
    description: "resources that are not available to pods, as in a kubelet: cpu=500m,memory=1Gi,ephemeral-storage=5Gi",
    parse: parseAmounts,
    word: ({ systemReserved }) => systemReserved && pairsOf(systemReserved),
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
];

const HELP_GROUP = "The node:";

export function withNodeOptions(command: Command): Command {
  command.addOption(nodeNameOption().helpGroup(HELP_GROUP)).addOption(runtimeOption().helpGroup(HELP_GROUP));
  for (const { flag, description, parse } of OPTIONAL) {
    const option = new Option(flag, description).helpGroup(HELP_GROUP);
    command.addOption(parse ? option.argParser(parse) : option);
  }
  return command;
}

/** The same options as arguments of a command line. */
export const nodeWords = (options: NodeOptions): string[] => [
  ...["--node-name", options.nodeName, "--runtime", options.runtime],
  ...OPTIONAL.flatMap(({ flag, word }) => {
    const value = word(options);
    return value === undefined ? [] : [flag.replace(/ <.*$/, ""), value];
  }),
];

export function parseLabels(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(",").map((part) => /^([^=\s]+)=([^=\s]*)$/.exec(part));
  return Object.fromEntries(
    pairs.map((pair) => {
      if (pair === null) throw new InvalidArgumentError("It is key=value, with a comma between.");
      return [pair[1], pair[2]];
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

function checkThresholds(text: string): string {
  try {
    parseThresholds(text);
    return text;
  } catch (error) {
    throw new InvalidArgumentError(`${errorMessage(error)}.`);
  }
}

export function parseTaints(text: string): readonly Taint[] {
  return text.split(",").map((part) => {
    const [, key = "", value, effect = ""] =
      /^([^=:\s]+)(?:=([^:\s]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(part) ?? [];
    if (key === "") throw new InvalidArgumentError("It is key=value:NoSchedule, PreferNoSchedule or NoExecute.");
    return { key, ...(value === undefined || value === "" ? {} : { value }), effect };
  });
}
