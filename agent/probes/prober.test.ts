import { expect, it } from "vitest";
import type { Container, Probe } from "../../api/generated/core.v1.ts";
import type { PodContainer } from "../pod-spec/containers.ts";
import type { ContainerObservation } from "../runtime/observation.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ProbeResults } from "./probe-outcome.ts";
import { delayLeft, Prober } from "./prober.ts";

const often = (command: string): Probe => ({ periodSeconds: 0.02, exec: { command: [command] } });
const container = { name: "c", livenessProbe: often("alive"), readinessProbe: often("ready") };

it("a terminating container is still probed for readiness, but not for liveness", async () => {
  const requests: string[] = [];
  const runtime = {
    execSync: async (_id: string, [command = ""]: readonly string[]) => {
      requests.push(command);
      return { exitCode: 0, output: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    },
  } as Partial<Runtime> as Runtime;
  const prober = new Prober({
    runtime,
    podIP: () => "",
    earlier: () => ({}),
    onResult: () => {},
    onOutcome: () => {},
    onTrouble: () => {},
  });
  prober.follow([{ target: { role: "main", container }, observed: { id: "x", startedAt: 0 } as ContainerObservation }]);
  await expect.poll(() => new Set(requests)).toEqual(new Set(["alive", "ready"]));
  prober.onlyReadiness();
  requests.length = 0;
  await expect.poll(() => requests.length).toBeGreaterThan(3);
  prober.stop();
  expect(new Set(requests)).toEqual(new Set(["ready"]));
});

it.each([
  [5000, 0, 5000],
  [5000, 2000, 3000],
  [5000, 9000, 0],
  // The container began in what has been the future since the clock was set back.
  [5000, -3_600_000, 5000],
])("AGENT-CLOCK: an initial delay of %i ms that began %i ms ago has %i ms left", (delay, ago, left) =>
  expect(delayLeft(delay, ago)).toBe(left),
);

/** Each probe runs the command of its kind. Its n-th outcome is the n-th exit code listed for it, the last one for all after. */
function probing(
  answers: Readonly<Partial<Record<string, readonly (number | Error)[]>>>,
  probes: Partial<Pick<Container, "startupProbe" | "livenessProbe" | "readinessProbe">>,
  {
    role = "main",
    startedAt = 0,
    earlier = {},
  }: { readonly role?: PodContainer["role"]; readonly startedAt?: number; readonly earlier?: ProbeResults } = {},
) {
  const requests: string[] = [];
  const told: string[] = [];
  const outcomes: { readonly word: string; readonly tookMs: number }[] = [];
  const runtime = {
    execSync: async (_id: string, [command = ""]: readonly string[]) => {
      requests.push(command);
      const codes = answers[command] ?? [0];
      const code = codes[outcomes.filter(({ word }) => word.startsWith(command)).length] ?? codes.at(-1);
      if (code instanceof Error) throw code;
      return { exitCode: code ?? 0, output: Buffer.from("said"), stderr: Buffer.alloc(0) };
    },
  } as Partial<Runtime> as Runtime;
  const results: string[] = [];
  const prober = new Prober({
    runtime,
    podIP: () => "",
    earlier: () => earlier,
    onResult: () => void results.push(JSON.stringify(prober.results().get("x"))),
    onOutcome: (_, kind, { ok, errored, tookMs }) =>
      void outcomes.push({ word: `${kind} ${ok} ${errored ?? false}`, tookMs }),
    onTrouble: (_, kind, { output }) => void told.push(`${kind}: ${output}`),
  });
  const observed = { id: "x", startedAt } as ContainerObservation;
  const follow = () => prober.follow([{ target: { role, container: { name: "c", ...probes } }, observed }]);
  follow();
  return { prober, requests, told, outcomes, results, follow };
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 150));

it("AGENT-PROBE: a container is asked at once whether it is ready, and after one period whether it is alive", async () => {
  const seldom = (command: string): Probe => ({ ...often(command), periodSeconds: 0.4 });
  const startedAt = Date.now();
  const { prober, requests } = probing(
    {},
    { livenessProbe: seldom("liveness"), readinessProbe: seldom("readiness") },
    { startedAt },
  );
  await expect.poll(() => requests).toContain("readiness");
  await settle();
  expect(requests).not.toContain("liveness");
  await expect.poll(() => requests).toContain("liveness");
  expect(Date.now() - startedAt).toBeGreaterThanOrEqual(399);
  prober.stop();
});

it("AGENT-LONG-TIME: a container whose probe has a period of years is not probed over and over", async () => {
  const yearly = (command: string): Probe => ({ ...often(command), periodSeconds: 2 ** 31 - 1 });
  const { prober, requests } = probing(
    {},
    { livenessProbe: yearly("liveness"), readinessProbe: yearly("readiness") },
    { startedAt: Date.now() },
  );
  await settle();
  prober.stop();
  expect(requests).toEqual(["readiness"]);
});

it("AGENT-PROBE-RESTART: a container that had started and was ready is both until its probes say otherwise", async () => {
  const { prober, requests, results } = probing(
    { readiness: [1] },
    { startupProbe: often("startup"), readinessProbe: { ...often("readiness"), failureThreshold: 2 } },
    { earlier: { startup: "success", readiness: "success" } },
  );
  expect(prober.results().get("x")).toEqual({ startup: "success", readiness: "success" });
  await expect.poll(() => results).toEqual(['{"startup":"success","readiness":"failure"}']);
  expect(requests.slice(0, 2)).toEqual(["readiness", "readiness"]);
  prober.stop();
});

it("no other probe runs before the container has started", async () => {
  const { prober, requests, results } = probing(
    { startup: [1, 1, 0] },
    { startupProbe: { ...often("startup"), failureThreshold: 5 }, readinessProbe: often("readiness") },
  );
  await expect.poll(() => requests).toContain("readiness");
  expect(new Set(requests.slice(0, requests.indexOf("readiness")))).toEqual(new Set(["startup"]));
  expect(results.slice(0, 2)).toEqual(['{"startup":"success"}', '{"startup":"success","readiness":"success"}']);
  prober.stop();
});

it("a container that fails its startup probe is no longer probed, and never for readiness", async () => {
  const startupProbe = { ...often("startup"), failureThreshold: 3 };
  const { prober, requests, told, results } = probing(
    { startup: [1] },
    { startupProbe, readinessProbe: often("readiness") },
  );
  await expect.poll(() => results).toEqual(['{"startup":"failure"}']);
  expect(told).toEqual(["startup: said", "startup: said", "startup: said"]);
  const { length } = requests;
  await settle();
  expect([requests.length, requests.includes("readiness")]).toEqual([length, false]);
  prober.stop();
});

it("a result counts after as many equal outcomes in a row as its threshold; probes that cannot run do not count", async () => {
  const readinessProbe = { ...often("readiness"), successThreshold: 2, failureThreshold: 3 };
  const codes = [0, 1, 0, 0, 1, 1, new Error("away"), 0, 0, 1, 1, 1, 0, 0];
  const { prober, results, outcomes } = probing({ readiness: codes }, { readinessProbe });
  await expect.poll(() => outcomes.length, { timeout: 5000 }).toBeGreaterThan(codes.length);
  prober.stop();
  expect(results).toEqual(['{"readiness":"success"}', '{"readiness":"failure"}', '{"readiness":"success"}']);
  expect(outcomes.slice(5, 8).map(({ word }) => word)).toEqual([
    "readiness false false",
    "readiness false true",
    "readiness true false",
  ]);
  expect(outcomes.every(({ tookMs }) => tookMs >= 0 && tookMs < 1000)).toBe(true);
});

it("a container that fails liveness, is already followed, or has been stopped is not probed again", async () => {
  const livenessProbe = { ...often("liveness"), failureThreshold: 2 };
  const dead = probing({ liveness: [0, 1] }, { livenessProbe });
  dead.follow();
  await expect.poll(() => dead.results).toEqual(['{"liveness":"success"}', '{"liveness":"failure"}']);
  expect(dead.told).toEqual(["liveness: said", "liveness: said"]);
  const { length } = dead.requests;
  await settle();
  expect(dead.requests).toHaveLength(length);
  dead.prober.stop();
  expect(dead.prober.results().size).toBe(0);

  const stopped = probing({}, { livenessProbe });
  stopped.prober.stop();
  await settle();
  expect(stopped.requests).toEqual([]);
});

it.each(["init", "ephemeral"] as const)("%s containers are not probed", async (role) => {
  const { requests } = probing({}, { readinessProbe: often("readiness") }, { role });
  await settle();
  expect(requests).toEqual([]);
});

it("a container without probes has no results", () => {
  expect(probing({}, {}).prober.results().size).toBe(0);
});
