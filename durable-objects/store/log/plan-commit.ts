/**
 * Decides a commit: checks the writes' preconditions against the current state, and builds the entries to append. Pure.
 */

import { keyId } from "../../../api/key-id.ts";
import type { Attributes } from "../../../api/machinery/selectors/requirement.ts";
import { matches } from "../../../api/machinery/selectors/selector.ts";
import { stillExists } from "../../../api/store/lifeline.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { CommitRequest, CommitResult, Key, Revision, Write } from "../../../api/store/store.ts";
import { writeRevision } from "../revision-text.ts";
import type { Appended, Current, LogRow, Usage } from "../tables/log-tables.ts";
import { entryOf } from "./entry.ts";

type Refusal = Extract<CommitResult, { ok: false }>;
type Standing = Pick<LogRow, "revision" | "attributes" | "text"> | undefined;
type CommitPlan =
  | {
      readonly ok: true;
      readonly rows: readonly Appended[];
      readonly revisions: readonly Revision[];
      readonly growth: Usage;
    }
  | Refusal;

interface Situation {
  /** The newest revision; the first appended entry gets the next one. */
  readonly revision: Revision;
  readonly policy: Revision;
  readonly now: number;
  current(key: Key): Current | undefined;
}

/** Each write sees the effects of those before it in the same commit. */
export function planCommit(request: CommitRequest, situation: Situation): CommitPlan {
  if (request.policyRevision !== undefined && request.policyRevision < situation.policy) {
    return { ok: false, reason: "stale-policy", policyRevision: situation.policy };
  }
  if (request.lifelines?.some((each) => !stillExists(each, situation.current(each.key)?.text, situation.now))) {
    return { ok: false, reason: "identity-gone" };
  }
  const touched = new Map<string, Standing>();
  const rows: Appended[] = [];
  const revisions: Revision[] = [];
  let revision = situation.revision;
  let objects = 0;
  let bytes = 0;
  for (const [index, write] of request.writes.entries()) {
    const id = keyId(write.key);
    const standing = touched.has(id) ? touched.get(id) : situation.current(write.key);
    const refusal = refusalOf(write, standing);
    if (refusal) {
      const current = situation.current(write.key);
      return { ok: false, reason: refusal, write: index, ...(current && { current: entryOf(current) }) };
    }
    if (write.op !== "expect") {
      revision = asRevision(revision + 1);
      const row = rowOf(write, standing, { revision, committed: situation.now });
      rows.push(row);
      touched.set(id, row.tombstone ? undefined : row);
      objects += (row.tombstone ? 0 : 1) - (standing ? 1 : 0);
      bytes += (row.tombstone ? 0 : row.text.length) - (standing?.text.length ?? 0);
    }
    revisions.push(revision);
  }
  return { ok: true, rows, revisions, growth: { objects, bytes } };
}

function refusalOf(write: Write, standing: Standing) {
  switch (write.op) {
    case "create":
      return standing && "exists";
    case "replace":
    case "delete":
      if (!standing) return "missing";
      return write.ifRevision !== undefined && write.ifRevision !== standing.revision ? "conflict" : undefined;
    case "expect": {
      if (write.exists !== (standing !== undefined)) return "unexpected";
      if (!standing || !write.requirements) return undefined;
      const attributes: Attributes = JSON.parse(standing.attributes);
      return matches(write.requirements ?? [], attributes, write.key) ? undefined : "unexpected";
    }
  }
}

function rowOf(
  write: Exclude<Write, { op: "expect" }>,
  standing: Standing,
  stamp: { readonly revision: Revision; readonly committed: number },
): Appended {
  const tombstone = write.op === "delete";
  return {
    ...stamp,
    replaced: standing?.revision ?? null,
    tombstone,
    key: write.key,
    attributes: tombstone ? (standing?.attributes ?? "{}") : JSON.stringify(write.attributes),
    text: write.text === undefined ? "" : writeRevision(write.text, stamp.revision),
  };
}
