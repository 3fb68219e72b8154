import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DriverSlices } from "./driver-slices.ts";

const RESOURCE = "resourceslices.resource.k8s.io";
let there: string[];
let requests: unknown[];
let answer: () => Promise<{ ok: true; object: { metadata: object } }>;
let slices: DriverSlices;

beforeEach(() => {
  vi.useFakeTimers();
  there = [];
  requests = [];
  answer = async () => ({ ok: true, object: { metadata: {} } });
  slices = new DriverSlices({
    client: {
      deleteCollection: (target, _, query) => {
        requests.push({ ...target, ...query });
        return answer();
      },
    },
    nodeName: "n",
    drivers: () => there.map((name) => ({ name })),
    log: { info() {}, warn() {} },
  });
});
afterEach(() => {
  slices.close();
  vi.useRealTimers();
});

const reported = (fieldSelector: string) => ({ resource: RESOURCE, fieldSelector });

test("AGENT-DRA-SLICES: a driver's ResourceSlices are deleted 30 s after it unregisters", async () => {
  there = ["a", "b"];
  slices.changed();
  there = ["b"];
  slices.changed();
  await vi.advanceTimersByTimeAsync(29_999);
  expect(requests).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(requests).toEqual([reported("spec.nodeName=n,spec.driver=a")]);
});

test("AGENT-DRA-SLICES: a driver that registers again in time keeps its ResourceSlices", async () => {
  there = ["a"];
  slices.changed();
  there = [];
  slices.changed();
  await vi.advanceTimersByTimeAsync(20_000);
  there = ["a"];
  slices.changed();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requests).toEqual([]);
});

test("AGENT-DRA-SLICES: old ResourceSlices are deleted at startup, except those of registered drivers", async () => {
  slices.open();
  await vi.advanceTimersByTimeAsync(0);
  there = ["a", "b"];
  slices.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(requests).toEqual([reported("spec.nodeName=n"), reported("spec.nodeName=n,spec.driver!=a,spec.driver!=b")]);
});

test("ResourceSlice deletion is retried with growing delays while the control plane is unreachable", async () => {
  answer = () => Promise.reject(new Error("away"));
  slices.open();
  await vi.advanceTimersByTimeAsync(3000);
  expect(requests).toHaveLength(3);
  answer = async () => ({ ok: true, object: { metadata: {} } });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(requests).toHaveLength(4);
});
