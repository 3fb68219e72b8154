import { expect, test } from "vitest";
import { CommitLane } from "../../../api/store/commit-lane.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { CommitRequest, CommitResult } from "../../../api/store/store.ts";
import type { Appended } from "../tables/log-tables.ts";
import { MemoryTables } from "../tables/memory-tables.ts";
import { GroupCommit } from "./group-commit.ts";

/** Tables that fail in the middle of a transaction, as SQLite does, for objects of certain names. */
class FailingTables extends MemoryTables {
  override append(row: Appended): void {
    super.append(row);
    if (row.key.name === "full") throw new Error("database or disk is full: SQLITE_FULL");
    if (row.key.name === "broken") throw new Error("datatype mismatch: SQLITE_MISMATCH");
  }
}

const creating = (...names: string[]): CommitRequest => ({
  writes: names.map((name) => ({
    op: "create",
    key: { resource: "things", namespace: "", name },
    text: '{"metadata":{"resourceVersion":""}}',
    attributes: { labels: {}, fields: {} },
  })),
});

const millisecond = () => new Promise<void>((resume) => setTimeout(resume, 1));

function open({ settled = millisecond } = {}) {
  const tables = new FailingTables();
  const groups: number[] = [];
  const touched: (readonly string[])[] = [];
  const lane = new CommitLane();
  const commits = new GroupCommit({
    tables,
    lane,
    now: () => 0,
    settled,
    committed: (resources) => {
      groups.push(commits.marks.revision);
      touched.push([...resources]);
    },
  });
  /** Submits through the lane. */
  const submit = (request: CommitRequest): Promise<CommitResult> =>
    new Promise((answer, fail) => {
      lane.submit({ request, resolve: answer, fail });
      void lane.call(0, () => commits.carry());
    });
  return { tables, lane, commits, groups, touched, submit };
}

test("STORE-GROUP: commits that arrive in one turn form a group, and those that arrive while the disk is busy form another", async () => {
  const { commits, groups } = open();
  const first = ["a", "b"].map((name) => commits.commit(creating(name)));
  await first[0];
  await Promise.all(["c", "d", "e"].map((name) => commits.commit(creating(name))));
  expect(groups).toEqual([3, 6]);
});

test("STORE-GROUP: commits of several turns wait together while the disk is busy", async () => {
  const syncs: (() => void)[] = [];
  const { commits, groups } = open({ settled: () => new Promise((resolve) => syncs.push(resolve)) });
  await commits.commit(creating("a"));
  const second = commits.commit(creating("b"));
  await millisecond();
  const third = commits.commit(creating("c"));
  await millisecond();
  expect(groups).toEqual([2]);
  syncs.shift()?.();
  await Promise.all([second, third]);
  expect(groups).toEqual([2, 4]);
});

test("STORE-GROUP: under load, the first commit waits one turn for others on their way", async () => {
  const { commits, groups } = open();
  await Promise.all(["a", "b"].map((name) => commits.commit(creating(name))));
  await new Promise((resume) => setTimeout(resume, 10));
  const first = commits.commit(creating("c"));
  for (let microtask = 0; microtask < 5; microtask++) await undefined;
  await Promise.all([first, commits.commit(creating("d"))]);
  await commits.commit(creating("e"));
  expect(groups).toEqual([3, 5, 6]);
});

test("STORE-GROUP: a commit that cannot be applied fails alone, and leaves nothing behind", async () => {
  const { tables, commits } = open();
  const results = await Promise.allSettled([
    commits.commit(creating("a")),
    commits.commit(creating("b", "full")),
    commits.commit(creating("c", "broken")),
    commits.commit(creating("d")),
  ]);
  expect(results).toMatchObject([
    { value: { ok: true, revisions: [2] } },
    { value: { ok: false, reason: "storage-full" } },
    { status: "rejected" },
    { value: { ok: true, revisions: [3] } },
  ]);
  expect([tables.count({ resource: "things" }), tables.marks().revision]).toEqual([2, 3]);
});

test("STORE-LANE: commits from the lane share a group with those made by calls, and are answered once on disk", async () => {
  const syncs: (() => void)[] = [];
  const { commits, groups, submit } = open({ settled: () => new Promise((resolve) => syncs.push(resolve)) });
  const told: string[] = [];
  const handed = ["a", "b"].map((name) => submit(creating(name)).then(() => told.push(name)));
  await commits.commit(creating("c"));
  expect([groups, told]).toEqual([[4], []]);
  syncs.shift()?.();
  await Promise.all(handed);
  expect(told).toEqual(["a", "b"]);
});

test("STORE-LANE: commits that wait while the disk is busy form the next group", async () => {
  const { groups, submit } = open();
  const first = submit(creating("a"));
  await undefined;
  await Promise.all([first, submit(creating("b")), submit(creating("c"))]);
  expect(groups).toEqual([2, 4]);
});

test("STORE-LANE: a commit that cannot be applied fails alone", async () => {
  const { submit } = open();
  const results = await Promise.allSettled(["a", "full", "broken", "d"].map((name) => submit(creating(name))));
  expect(results).toMatchObject([
    { value: { ok: true, revisions: [2] } },
    { value: { ok: false, reason: "storage-full" } },
    { status: "rejected" },
    { value: { ok: true, revisions: [3] } },
  ]);
});

test("STORE-LANE: if the disk fails, all waiting commits get the error", async () => {
  const { submit } = open({ settled: () => Promise.reject(new Error("disk I/O error")) });
  const results = await Promise.allSettled(["a", "b"].map((name) => submit(creating(name))));
  expect(results.map((result) => result.status === "rejected" && String(result.reason))).toEqual([
    "Error: disk I/O error",
    "Error: disk I/O error",
  ]);
});

test("STORE-LANE: a later group never reports the lost commits of an earlier one as written", async () => {
  let syncs = 0;
  const { lane, commits } = open({
    settled: async () => {
      if (syncs++ === 0) throw new Error("disk I/O error");
    },
  });
  const told: string[] = [];
  const submit = (name: string) =>
    lane.submit({ request: creating(name), resolve: () => told.push(name), fail: () => {} });
  submit("lost");
  await expect(commits.carry()).rejects.toThrow("disk I/O error");
  submit("kept");
  await commits.carry();
  expect(told).toEqual(["kept"]);
});

test("RESTORE-STATE: listeners hear of a rewrite, older policy is stale for good, limits count again, and the disk is awaited", async () => {
  const syncs: (() => void)[] = [];
  const { tables, commits, groups, touched } = open({ settled: () => new Promise((resolve) => syncs.push(resolve)) });
  const limited = (name: string) => commits.commit({ ...creating(name), limits: { objects: 2 } });
  expect((await limited("a")).ok).toBe(true);
  let isRewritten = false;
  const rewritten = commits.rewrite(({ revision }, append) => {
    const key = { resource: "gadgets", namespace: "", name: "b" };
    const content = { attributes: "{}", text: '{"metadata":{"resourceVersion":"3"}}' };
    append({ revision: asRevision(revision + 1), replaced: null, tombstone: false, committed: 0, key, ...content });
    return {};
  });
  void rewritten.then(() => {
    isRewritten = true;
  });
  await millisecond();
  expect([groups, touched, isRewritten]).toEqual([[2, 3], [["things"], ["gadgets"]], false]);
  expect(tables.marks()).toEqual({ revision: 3, oldest: 1, policy: 3 });
  expect(commits.marks).toEqual(tables.marks());
  for (const settle of syncs) settle();
  await rewritten;
  expect(await limited("c")).toMatchObject({ reason: "over-limit", message: "objects: used 2, limited to 2" });
});
