/** The beginning of a list's text: its revision, and how to go on after it where there is more. */
import { formatContinue } from "../../api/machinery/continue-token.ts";
import type { ListFrame, ListHead } from "../../api/store.ts";
import { writeRevision } from "./revision-text.ts";

/** Kubernetes writes `continue` and `remainingItemCount` after `resourceVersion`. */
export function openList({ open, page }: ListFrame, { revision, more, last, remaining }: ListHead): string {
  const text = writeRevision(open, revision);
  if (!more || !last) return text;
  const after = page.within ? { namespace: "", name: last.name } : last;
  const token = formatContinue({ revision, issued: page.issued, after });
  const left = remaining === undefined ? "" : `,"remainingItemCount":${remaining}`;
  // Lists of custom kinds say it also where there is no more.
  if (text.includes(NO_MORE)) return text.replace(NO_MORE, `"continue":"${token}"${left}`);
  const own = `"resourceVersion":"${revision}"`;
  return text.replace(own, `${own},"continue":"${token}"${left}`);
}

const NO_MORE = '"continue":""';
