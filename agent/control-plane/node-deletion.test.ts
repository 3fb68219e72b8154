import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { NodeSync } from "../../api/node/node-sync.ts";
import { podOf } from "../../test/fakes/objects/pod-draft.ts";
import { NodeDeletion } from "./node-deletion.ts";

let syncs: NodeSync[];
let deletion: NodeDeletion;
let stop: AbortController;
let isLeaving: boolean;
let warned: string[];
const pod = podOf({ metadata: { name: "p" } });
const mirror = podOf({ metadata: { name: "m", annotations: { "kubernetes.io/config.mirror": "1" } } });

beforeEach(() => {
  vi.useFakeTimers();
  syncs = [];
  stop = new AbortController();
  [isLeaving, warned] = [false, []];
  deletion = new NodeDeletion({
    objects: { pods: () => [pod, mirror] },
    onSync: (sync) => void syncs.push(sync),
    isLeaving: () => isLeaving,
    log: { info() {}, warn: (message) => void warned.push(message) },
    signal: stop.signal,
  });
});
afterEach(() => void vi.useRealTimers());

it("LINK-DELETED: the pods of a deleted node end when the control plane replaces them, not those of manifests", () => {
  deletion.begin();
  vi.advanceTimersByTime(39_000);
  expect(syncs).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(syncs).toEqual([
    { type: "sync", revision: 0, reset: false, changes: [{ type: "DELETED", resource: "pods", object: pod }] },
  ]);
});

it("LINK-DELETED: the pods of a node that the control plane has again stay", () => {
  deletion.begin();
  vi.advanceTimersByTime(30_000);
  deletion.revoke();
  vi.advanceTimersByTime(60_000);
  expect(syncs).toEqual([]);
});

it("LINK-DELETED: an agent that has ended, as after a fault, leaves the pods to its successor", () => {
  deletion.begin();
  stop.abort();
  vi.advanceTimersByTime(60_000);
  expect(syncs).toEqual([]);
});

it("LINK-DELETED: a node that leaves has ended its pods, and need not be told how to come back", () => {
  isLeaving = true;
  deletion.begin();
  vi.advanceTimersByTime(60_000);
  expect([syncs, warned]).toEqual([[], []]);
});
