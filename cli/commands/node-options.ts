/** Options of the commands that run a node. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Taint } from "../../api/generated/core.v1.ts";
import { nodeNameOption, type Runtime, runtimeOption } from "./options.ts";

export interface NodeOptions {
  readonly nodeName: string;
  readonly runtime: Runtime;
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly registerWithTaints?: readonly Taint[];
  readonly evictionHard?: string;
  readonly kubeletDir?: string;
}

export const withNodeOptions = (command: Command): Command =>
  command
    .addOption(nodeNameOption())
    .addOption(runtimeOption())
    .addOption(new Option("--node-labels <labels>", "the node's labels: key=value,…").argParser(parseLabels))
    .addOption(
      new Option("--register-with-taints <taints>", "taints that the node comes with: key=value:effect,…").argParser(
        parseTaints,
      ),
    )
    .addOption(
      new Option(
        "--eviction-hard <thresholds>",
        "below what the node ends pods: memory.available<100Mi,… as a kubelet",
      ),
    )
    .addOption(
      new Option(
        "--kubelet-dir <dir>",
        "where drivers of devices and volumes find the node: /var/lib/kubelet for most; without it, kubelet/ in the node's directory",
      ),
    );

/** What the agent is told of them. */
export const agentOptionsOf = ({
  nodeName,
  runtime,
  nodeLabels,
  registerWithTaints,
  evictionHard,
  kubeletDir,
}: NodeOptions) => ({
  nodeName,
  runtime,
  ...(nodeLabels === undefined ? {} : { labels: nodeLabels }),
  ...(registerWithTaints === undefined ? {} : { taints: registerWithTaints }),
  ...(evictionHard === undefined ? {} : { evictionHard }),
  ...(kubeletDir === undefined ? {} : { kubeletDirectory: kubeletDir }),
});

/** The same options as words of a command line. */
export const nodeWords = ({
  nodeName,
  runtime,
  nodeLabels,
  registerWithTaints,
  evictionHard,
  kubeletDir,
}: NodeOptions): string[] => [
  ...["--node-name", nodeName, "--runtime", runtime],
  ...(nodeLabels === undefined
    ? []
    : [
        "--node-labels",
        Object.entries(nodeLabels)
          .map(([key, value]) => `${key}=${value}`)
          .join(","),
      ]),
  ...(registerWithTaints === undefined
    ? []
    : [
        "--register-with-taints",
        registerWithTaints.map(({ key, value = "", effect }) => `${key}=${value}:${effect}`).join(","),
      ]),
  ...(evictionHard === undefined ? [] : ["--eviction-hard", evictionHard]),
  ...(kubeletDir === undefined ? [] : ["--kubelet-dir", kubeletDir]),
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

export function parseTaints(text: string): readonly Taint[] {
  return text.split(",").map((part) => {
    const [, key = "", value, effect = ""] =
      /^([^=:\s]+)(?:=([^:\s]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(part) ?? [];
    if (key === "") throw new InvalidArgumentError("It is key=value:NoSchedule, PreferNoSchedule or NoExecute.");
    return { key, ...(value === undefined || value === "" ? {} : { value }), effect };
  });
}
