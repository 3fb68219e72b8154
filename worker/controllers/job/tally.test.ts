import { expect, test } from "vitest";
import type { Job, JobStatus } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { newJob } from "../../../test/fakes/controllers/controlled-job.ts";
import { type Tally, tallyPods } from "./tally.ts";

interface PodFacts {
  readonly phase?: "Running" | "Succeeded" | "Failed";
  readonly index?: number;
  /** Its finalizer is gone. */
  readonly released?: boolean;
  readonly terminating?: boolean;
  readonly exitCode?: number;
  /** Seconds after the start. */
  readonly ended?: number;
  /** Of its index, before it. */
  readonly failures?: number;
  readonly ignored?: number;
}

const OF_JOB = "batch.kubernetes.io/job";

function podOf(name: string, facts: PodFacts): Stored<Pod> {
  const { phase = "Failed", index, exitCode = 1, ended = 0, failures, ignored } = facts;
  const numbers = {
    [`${OF_JOB}-completion-index`]: index,
    [`${OF_JOB}-index-failure-count`]: failures,
    [`${OF_JOB}-index-ignored-failure-count`]: ignored,
  };
  const annotations = Object.entries(numbers).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  const terminated = { exitCode, finishedAt: new Date(ended * 1000).toISOString() };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "ns",
      uid: name,
      annotations: Object.fromEntries(annotations),
      ...(!facts.released && { finalizers: [`${OF_JOB}-tracking`] }),
      ...(facts.terminating && { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    },
    spec: { containers: [] },
    status: { phase, ...(phase === "Failed" && { containerStatuses: [{ name: "c", state: { terminated } }] }) },
  } as unknown as Stored<Pod>;
}

const names = (pods: Iterable<Stored<Pod>>) => [...pods].map(({ metadata }) => metadata.name).join(" ");

/** The tally's lists by the names of their pods, without what is empty or zero. */
function tallied(spec: Partial<Job["spec"]>, pods: Readonly<Record<string, PodFacts>>, status: JobStatus = {}) {
  const job = { ...newJob(spec), status } as Stored<Job>;
  const tally: Tally = tallyPods(
    job,
    Object.entries(pods).map(([name, facts]) => podOf(name, facts)),
  );
  const told = {
    succeeded: tally.succeeded,
    failed: tally.failed,
    counted: tally.counted.succeeded || tally.counted.failed ? tally.counted : "",
    noted: [...tally.noted.succeeded, ...tally.noted.failed].join(" "),
    freshSuccesses: names(tally.fresh.succeeded),
    freshFailures: names(tally.fresh.failed),
    successes: names(tally.ended.succeeded),
    failures: names(tally.ended.failed),
    indexes: tally.succeededIndexes.toString(),
    failedIndexes: tally.failedIndexes?.toString() ?? "",
    ignored: names(tally.ignored),
    held: [...tally.held].map(([index, { metadata }]) => `${index}:${metadata.name}`).join(" "),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== "" && value !== 0));
}

const IGNORE_42 = {
  podFailurePolicy: { rules: [{ action: "Ignore", onExitCodes: { operator: "In", values: [42] } }] },
};

test.each<[string, Partial<Job["spec"]>, Record<string, PodFacts>, JobStatus, object]>([
  ["running ones are in no count", {}, { a: { phase: "Running" } }, {}, {}],
  [
    "those that have just ended are fresh",
    {},
    { a: { phase: "Succeeded" }, b: {} },
    {},
    { succeeded: 1, failed: 1, freshSuccesses: "a", freshFailures: "b", successes: "a", failures: "b" },
  ],
  [
    "recorded ones are counted once, and are fresh no more",
    {},
    { a: { phase: "Succeeded" }, b: {} },
    { succeeded: 4, failed: 2, uncountedTerminatedPods: { succeeded: ["a"], failed: ["b"] } },
    { succeeded: 5, failed: 3, counted: { succeeded: 4, failed: 2 }, noted: "a b" },
  ],
  [
    "recorded ones without their finalizers are counted for good",
    {},
    { a: { phase: "Succeeded", released: true }, b: { released: true }, c: { phase: "Succeeded" } },
    { succeeded: 4, failed: 2, uncountedTerminatedPods: { succeeded: ["a", "c", "gone"], failed: ["b"] } },
    { succeeded: 7, failed: 3, counted: { succeeded: 6, failed: 3 }, noted: "c" },
  ],
  [
    "those without finalizers that are not recorded have been counted long ago",
    {},
    { a: { phase: "Succeeded", released: true }, b: { released: true } },
    {},
    {},
  ],
  [
    "terminating ones have failed",
    {},
    { a: { phase: "Running", terminating: true }, b: { phase: "Succeeded", terminating: true } },
    {},
    { succeeded: 1, failed: 1, freshSuccesses: "b", freshFailures: "a", successes: "b", failures: "a" },
  ],
  [
    "ignored failures do not count",
    IGNORE_42,
    { a: { exitCode: 42 }, b: {} },
    {},
    { failed: 1, freshFailures: "b", failures: "a b", ignored: "a" },
  ],
])("of a Job's pods, %s", (_, spec, pods, status, expected) => {
  expect(tallied(spec, pods, status)).toEqual(expected);
});

const indexed = (spec: Partial<Job["spec"]> = {}) => ({ completionMode: "Indexed", completions: 3, ...spec });

test.each<[string, Partial<Job["spec"]>, Record<string, PodFacts>, JobStatus, object]>([
  [
    "successes count by index",
    {},
    { a: { phase: "Succeeded", index: 1 }, b: { phase: "Succeeded", index: 1 }, c: { phase: "Succeeded", index: 0 } },
    { completedIndexes: "0", succeeded: 1 },
    { succeeded: 2, counted: { succeeded: 1, failed: 0 }, successes: "a b c", indexes: "0,1" },
  ],
  [
    "released successes, and those of no index, do not count",
    {},
    {
      a: { phase: "Succeeded", index: 1, released: true },
      b: { phase: "Succeeded", index: 3 },
      c: { index: 3 },
      d: {},
    },
    {},
    {},
  ],
  [
    "a failure below the index's limit is held until it is replaced",
    { backoffLimitPerIndex: 1 },
    {
      a: { index: 0 },
      b: { index: 1 },
      c: { index: 1, failures: 1, phase: "Running" },
      d: { index: 2, released: true },
    },
    {},
    { failed: 2, freshFailures: "b", failures: "a b", held: "0:a" },
  ],
  [
    "… unless the index has succeeded",
    { backoffLimitPerIndex: 1 },
    { a: { index: 0 }, b: { index: 1 }, c: { index: 1, phase: "Succeeded" } },
    { completedIndexes: "0", succeeded: 1 },
    {
      succeeded: 2,
      failed: 2,
      counted: { succeeded: 1, failed: 0 },
      freshFailures: "a b",
      failures: "a b",
      successes: "c",
      indexes: "0,1",
    },
  ],
  [
    "failures at the limit end their indexes",
    { backoffLimitPerIndex: 1 },
    { a: { index: 0, failures: 1 }, b: { index: 2, failures: 2 } },
    { failedIndexes: "1", failed: 1 },
    {
      failed: 3,
      counted: { succeeded: 0, failed: 1 },
      freshFailures: "a b",
      failures: "a b",
      failedIndexes: "0-2",
    },
  ],
  [
    "ignored ones do not, and are held to tell how often",
    { backoffLimitPerIndex: 0, ...IGNORE_42 },
    { a: { index: 0, exitCode: 42 } },
    {},
    { failures: "a", held: "0:a" },
  ],
  [
    "those that the policy says end theirs at once",
    {
      backoffLimitPerIndex: 5,
      podFailurePolicy: { rules: [{ action: "FailIndex", onExitCodes: { operator: "In", values: [42] } }] },
    },
    { a: { index: 0, exitCode: 42 }, b: { index: 1 } },
    {},
    { failed: 2, freshFailures: "a", failures: "a b", failedIndexes: "0", held: "1:b" },
  ],
  [
    "of two failures the one with more before it is held, ignored ones included",
    { backoffLimitPerIndex: 5, ...IGNORE_42 },
    {
      a: { index: 0, failures: 1, ignored: 1 },
      b: { index: 0, failures: 1 },
      c: { index: 1 },
      d: { index: 1, failures: 1 },
    },
    {},
    { failed: 4, freshFailures: "b c", failures: "a b c d", held: "0:a 1:d" },
  ],
  [
    "… and of equal ones the later one",
    { backoffLimitPerIndex: 5 },
    { a: { index: 0, ended: 9 }, b: { index: 0, ended: 8 }, c: { index: 1, ended: 8 }, d: { index: 1, ended: 9 } },
    {},
    { failed: 4, freshFailures: "b c", failures: "a b c d", held: "0:a 1:d" },
  ],
])("CTL-JOB-HELD: of an indexed Job's pods, %s", (_, spec, pods, status, expected) => {
  expect(tallied(indexed(spec), pods, status)).toEqual(expected);
});
