/** The consequences of container probes. Delays are shorter than the suite's, the order of events is the same. */

import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Container, Probe } from "../../../../api/generated/core.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { conditionOf, isReady, isRunning, restartsOf, script, type TestNamespace } from "./test-namespace.ts";

/** Long enough for several rounds of a probe with a period of 1 s. */
const WATCHED_MS = 4000;
const PROBE = { initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 1, timeoutSeconds: 5 };

/** Serves /healthz on port 8080 for `seconds` after its start. */
const server = (seconds: string): Partial<Container> =>
  script(
    `mkdir -p /tmp/www; echo ok > /tmp/www/healthz; httpd -p 8080 -h /tmp/www; sleep ${seconds}; rm /tmp/www/healthz; sleep 600`,
  );
const http = (probe: Partial<Probe> = {}): Probe => ({ ...PROBE, httpGet: { path: "/healthz", port: 8080 }, ...probe });
const exec: Probe = { ...PROBE, exec: { command: ["cat", "/tmp/health"] } };
const health = (rest: string): Partial<Container> => script(`echo ok > /tmp/health; ${rest}`);

const start = (ns: TestNamespace, container: Partial<Container>, more: object = {}) =>
  ns.createPod({
    name: "p",
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 0,
    containers: [container],
    ...more,
  });

async function staysUp(ns: TestNamespace, container: Partial<Container>, more: object = {}) {
  await start(ns, container, more);
  await ns.until("pods", "p", isRunning);
  await sleep(WATCHED_MS);
  expect(restartsOf(await ns.get("pods", "p"))).toBe(0);
}

async function isRestarted(ns: TestNamespace, container: Partial<Container>, more: object = {}) {
  await start(ns, container, more);
  const counts: number[] = [];
  const pod = await ns.until("pods", "p", (each) => {
    if (counts.at(-1) !== restartsOf(each)) counts.push(restartsOf(each));
    return restartsOf(each) >= 1;
  });
  expect(counts).toEqual([0, 1]);
  return pod;
}

export const probes: readonly Behaviour[] = [
  behaviour("Pod readiness probe, with initial delay", async (ns) => {
    await start(ns, { ...server("600"), readinessProbe: http({ initialDelaySeconds: 3 }) });
    const pod = await ns.until("pods", "p", isReady);
    const ready = Date.parse(conditionOf(pod, "Ready")?.lastTransitionTime ?? "");
    const started = Date.parse(pod.status.containerStatuses?.[0]?.state?.running?.startedAt ?? "");
    expect(ready - started).toBeGreaterThanOrEqual(3000);
    expect(restartsOf(pod)).toBe(0);
  }),
  behaviour("Pod readiness probe, failure", async (ns) => {
    await staysUp(ns, { ...script("sleep 600"), readinessProbe: { ...PROBE, exec: { command: ["/bin/false"] } } });
    expect(isReady(await ns.get("pods", "p"))).toBe(false);
  }),
  behaviour("Pod liveness probe, using local file, restart", async (ns) => {
    await isRestarted(ns, { ...health("sleep 2; rm /tmp/health; sleep 600"), livenessProbe: exec });
  }),
  behaviour("Pod liveness probe, using local file, no restart", async (ns) => {
    await staysUp(ns, { ...health("sleep 600"), livenessProbe: exec });
  }),
  {
    names: [
      "Pod liveness probe, using http endpoint, restart",
      "Pod liveness probe, using http endpoint, multiple restarts (slow)",
    ],
    check: async (ns) => {
      await isRestarted(ns, { ...server("2"), livenessProbe: http() });
      const counts: number[] = [];
      await ns.until("pods", "p", (each) => {
        counts.push(restartsOf(each));
        return restartsOf(each) >= 2;
      });
      expect(counts).toEqual(counts.toSorted());
    },
  },
  behaviour("Pod liveness probe, using tcp socket, no restart", async (ns) => {
    await staysUp(ns, { ...server("1"), livenessProbe: { ...PROBE, tcpSocket: { port: 8080 } } });
  }),
  behaviour("Pod liveness probe, using grpc call, success", async (ns, { first, grpcPort }) => {
    const livenessProbe = { ...PROBE, grpc: { port: grpcPort } };
    await staysUp(ns, { ...script("sleep 600"), livenessProbe }, { nodeName: first, hostNetwork: true });
  }),
  behaviour("Pod liveness probe, using grpc call, failure", async (ns, { first }) => {
    const livenessProbe = { ...PROBE, grpc: { port: 2 } };
    await isRestarted(ns, { ...script("sleep 600"), livenessProbe }, { nodeName: first, hostNetwork: true });
  }),
  behaviour("mark readiness on pods to false while pod is in progress of terminating", async (ns) => {
    const closes = health("trap 'rm /tmp/health; sleep 20' TERM; while :; do sleep 0.2; done");
    await start(ns, { ...closes, readinessProbe: exec }, { terminationGracePeriodSeconds: 20 });
    await ns.until("pods", "p", isReady);
    expect((await ns.delete("pods", "p")).status).toBe(200);
    const pod = await ns.until("pods", "p", (each) => !isReady(each));
    expect(isRunning(pod)).toBe(true);
    await ns.delete("pods", "p", { gracePeriodSeconds: 0 });
  }),
];
