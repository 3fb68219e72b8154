import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Node } from "../../api/generated/core.v1.ts";
import { createApiClient } from "../../client/api-client.ts";
import { plainNode } from "../../test/fakes/node/node-facts.ts";
import { nodeStatus } from "./node-object.ts";
import { Registrar } from "./registrar.ts";

const facts = plainNode();

let isAway: boolean;
/** Times at which the API was asked for the Node (ms from the start). */
let requested: number[];
let volumesTold: unknown[];
let inUse: readonly string[];
let stop: AbortController;
let registrar: Registrar;

beforeEach(() => {
  vi.useFakeTimers();
  const started = Date.now();
  [isAway, requested, volumesTold, inUse, stop] = [false, [], [], [], new AbortController()];
  const client = createApiClient({
    base: "https://plane",
    headers: () => ({}),
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.endsWith("/nodes/n")) requested.push(Date.now() - started);
      if (isAway) throw new Error("away");
      if (pathname.endsWith("/status")) volumesTold.push(((await request.json()) as Node).status.volumesInUse);
      return Response.json({ kind: "Node", apiVersion: "v1", metadata: { name: "n" }, spec: {}, status: {} });
    },
  });
  registrar = new Registrar({
    client,
    facts: () => ({ ...facts, volumesInUse: inUse }),
    publishDrivers: async () => {},
    onRegistered() {},
    print() {},
    signal: stop.signal,
  });
});
afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

it("a registrar merges the registrations requested during one into a single further one, and resolves all when it is done", async () => {
  const first = registrar.register();
  await Promise.resolve();
  inUse = ["late"];
  await Promise.all([first, registrar.register(), registrar.register(), registrar.register()]);
  expect(requested).toHaveLength(2);
  expect(volumesTold.at(-1)).toEqual(["late"]);
});

it("a registrar backs off while nothing answers, however many callers wait", async () => {
  isAway = true;
  const all = Array.from({ length: 20 }, () => registrar.register());
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requested.slice(0, 6)).toEqual([0, 250, 750, 1750, 3750, 7750]);
  expect(requested.length).toBeLessThan(21);
  isAway = false;
  await vi.advanceTimersByTimeAsync(4000);
  await Promise.all(all);
});

it("a registrar retries at once when the control plane is known to be reachable", async () => {
  isAway = true;
  const before = registrar.register();
  await vi.advanceTimersByTimeAsync(10_000);
  isAway = false;
  await Promise.all([before, registrar.register()]);
  expect(requested.at(-1)).toBe(10_000);
});

it("AGENT-RESIZE-NODE: a node declares in-place resize only if containers are limited", () => {
  const declared = (isolates: boolean) => nodeStatus({ ...facts, isolates }, [], "").declaredFeatures;
  expect(declared(true)).toContain("InPlacePodLevelResourcesVerticalScaling");
  expect(declared(false)).toEqual(["RestartAllContainersOnContainerExits"]);
});

it("a node reports swap if its machine has any", () => {
  const swapOf = (swapBytes: number) =>
    nodeStatus({ ...facts, machine: { ...facts.machine, swapBytes } }, [], "").nodeInfo?.swap;
  expect([swapOf(0), swapOf(4096)]).toEqual([undefined, { capacity: 4096 }]);
});
