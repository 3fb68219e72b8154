/** The audit log of a cluster, as `GET /sailplane/v1/audit` serves it: a page of events, one per line. */
import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf, type Caller, callApi, explainUnreachable, type TextResponse } from "./call-api.ts";
import { CliError } from "./cli-error.ts";

export interface AuditPage {
  readonly lines: readonly string[];
  /** The number of its last event, or of the one after which it was requested. */
  readonly last: string;
}

const ASK_AGAIN_MS = 1000;

/** Throws a CliError if there is no answer, or a refusal. */
export async function newestPage(connection: Caller, limit: number): Promise<AuditPage> {
  return pageOf(await ask(connection, `limit=${limit}`));
}

/**
 * Throws a CliError for a refusal. While the control plane does not answer or has an error of its own, which ends when
 * it is started again, reports that once and asks again.
 */
export async function nextPage(
  connection: Caller,
  last: string,
  report: (problem: string) => void = console.error,
): Promise<AuditPage> {
  for (let attempt = 0; ; attempt++) {
    const answer = await ask(connection, `limit=1000&after=${last}`).catch((error: CliError) => error);
    if (!(answer instanceof CliError) && answer.status < 500) return pageOf(answer);
    const problem = answer instanceof CliError ? answer.message : `the control plane answers with ${answer.status}`;
    if (attempt === 0) report(`${problem}; asking again until it answers`);
    await sleep(ASK_AGAIN_MS);
  }
}

const ask = (connection: Caller, query: string): Promise<TextResponse> =>
  explainUnreachable(connection, callApi(connection, { method: "GET", path: `/sailplane/v1/audit?${query}` }));

function pageOf(answer: TextResponse): AuditPage {
  if (answer.status !== 200) bodyOf(answer);
  const lines = answer.text.split("\n").filter((line) => line !== "");
  return { lines, last: String(answer.headers["audit-last"] ?? "0") };
}
