import { pipeline } from "node:stream/promises";
import { Command, Option } from "commander";
import { callNode, nodeDirectoryOption } from "../node/local-node.ts";
import { parseDuration } from "./options.ts";

interface LeaveOptions {
  readonly dataDir?: string;
  readonly timeout: number;
}

export const leaveCommand = (): Command =>
  new Command("leave")
    .summary("drain the node on this machine, and remove it from the cluster")
    .description(
      "Evicts the pods of the node that runs on this machine, so that they start elsewhere, and removes the node from the cluster. Pods of DaemonSets and of manifests on the machine end last. Volumes of claims stay as they are: a node that joins with the same name and the same directory has them again.",
    )
    .addOption(nodeDirectoryOption())
    .addOption(
      new Option("--timeout <duration>", "how long to wait for pods").argParser(parseDuration).default(300, "5m"),
    )
    .action(async ({ dataDir, timeout }: LeaveOptions) => {
      const response = await callNode(`/leave?seconds=${timeout}`, { method: "POST", dataDir });
      await pipeline(response, process.stdout, { end: false });
    });
