import { pipeline } from "node:stream/promises";
import { Command, Option } from "commander";
import { askNode, nodeDirectoryOption } from "../node/local-node.ts";
import { parseDuration } from "./options.ts";

interface LeaveOptions {
  readonly dataDir?: string;
  readonly timeout: number;
}

export const leaveCommand = (): Command =>
  new Command("leave")
    .summary("drain the node on this machine, and have it forgotten")
    .description(
      "Ends the pods of the node that runs on this machine, so that they start elsewhere, and has the control plane forget the node. Pods of DaemonSets and of manifests on the machine end last. Volumes that claims have here stay as they are: a node that joins by the same name, with the same directory, has them again.",
    )
    .addOption(nodeDirectoryOption())
    .addOption(new Option("--timeout <duration>", "how long pods may take").argParser(parseDuration).default(300, "5m"))
    .action(async ({ dataDir, timeout }: LeaveOptions) => {
      const told = await askNode(`/leave?seconds=${timeout}`, { method: "POST", dataDir });
      await pipeline(told, process.stdout, { end: false });
    });
