import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import type { AuditEvent } from "../../api/audit/event.ts";
import { newestPage, nextPage } from "../audit-pages.ts";
import { readKubeconfig } from "../kubeconfig.ts";
import { outputHasFailed } from "../output.ts";
import { printable } from "../printable.ts";
import { dataDirectoryOption } from "./options.ts";

interface AuditOptions {
  readonly dataDir: string;
  readonly limit: number;
  readonly follow?: boolean;
  readonly output: "text" | "json";
}

const LOOK_AGAIN_MS = 1000;

export const auditCommand = (): Command =>
  new Command("audit")
    .summary("print the audit log: who requested what, with which result")
    .description(
      'Prints the audit events of a cluster, oldest first. They are recorded if the control plane has an audit policy: "sailplane up --audit-policy FILE".',
    )
    .addOption(dataDirectoryOption())
    .addOption(
      new Option("-n, --limit <number>", "the number of events, the newest ones").argParser(parseLimit).default(100),
    )
    .addOption(new Option("-f, --follow", "keep printing new events, until Ctrl-C"))
    .addOption(
      new Option("-o, --output <form>", "text, or json: whole audit.k8s.io/v1 events, one per line")
        .choices(["text", "json"])
        .default("text"),
    )
    .action(audit);

async function audit({ dataDir, limit, follow, output }: AuditOptions): Promise<void> {
  const connection = readKubeconfig(dataDir);
  let page = await newestPage(connection, limit);
  if (page.lines.length === 0)
    console.error("Nothing is recorded yet. What is to be, the control plane's --audit-policy says.");
  for (;;) {
    for (const line of page.lines)
      console.log(printable(output === "json" ? line : summary(JSON.parse(line) as AuditEvent)));
    if (!follow || outputHasFailed()) return;
    if (page.lines.length === 0) await sleep(LOOK_AGAIN_MS);
    page = await nextPage(connection, page.last);
  }
}

function summary(event: AuditEvent): string {
  const { user, impersonatedUser, verb, requestURI, responseStatus, stageTimestamp } = event;
  const as = impersonatedUser ? ` as ${impersonatedUser.username}` : "";
  const who = `${user.username ?? "(unknown)"}${as}`;
  return [stageTimestamp, responseStatus?.code ?? "", who, verb, requestURI].join("  ");
}

/** The control plane gives no more at a time. */
const MAX_EVENTS = 10_000;

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit > MAX_EVENTS)
    throw new InvalidArgumentError(`It is a whole number, ${MAX_EVENTS} at most.`);
  return limit;
}
