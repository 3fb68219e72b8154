import { Command } from "commander";
import { type ApiCall, fetchJson } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import { readKubeconfig } from "../kubeconfig.ts";
import { printable } from "../printable.ts";
import { dataDirectoryOption } from "./options.ts";

/** The report of durable-objects/store/log/check.ts. */
interface CheckReport {
  readonly revision: number;
  readonly oldest: number;
  readonly objects: number;
  readonly entries: number;
  readonly faults: readonly string[];
}

/** The whole log is read, while requests go on. */
const TIMEOUT_MS = 600_000;

export const checkCommand = (): Command =>
  new Command("check")
    .summary("check that the store is consistent")
    .description(
      "Reads the whole store of a running control plane, and checks that it is consistent: revisions are dense and ordered, log and objects agree, nothing is missing or left over. Exits with 1 if it is not.",
    )
    .addOption(dataDirectoryOption())
    .action(async ({ dataDir }: { dataDir: string }) => {
      const connection = readKubeconfig(dataDir);
      const request: ApiCall = { method: "GET", path: "/sailplane/v1/store/check", timeoutMs: TIMEOUT_MS };
      const { revision, oldest, objects, entries, faults } = await fetchJson<CheckReport>(connection, request);
      console.log(`store    ${objects} objects at revision ${revision}`);
      console.log(`history  ${entries} entries; reads and watches reach back to revision ${oldest}`);
      for (const fault of faults) console.log(`FAULT    ${printable(fault)}`);
      if (faults.length > 0) throw new CliError(`the store has ${faults.length} faults`);
      console.log("sound    log and objects agree");
    });
