import { expect, it } from "vitest";
import type { Probe } from "../../api/generated/core.v1.ts";
import type { ContainerObservation } from "../runtime/observation.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { delayLeft, Prober } from "./prober.ts";

const often = (command: string): Probe => ({ periodSeconds: 0.02, exec: { command: [command] } });
const container = { name: "c", livenessProbe: often("alive"), readinessProbe: often("ready") };

it("a container that is to end is asked whether it is ready, and no longer whether it is alive", async () => {
  const asked: string[] = [];
  const runtime = {
    execSync: async (_id: string, [command = ""]: readonly string[]) => {
      asked.push(command);
      return { exitCode: 0, output: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    },
  } as Partial<Runtime> as Runtime;
  const prober = new Prober({ runtime, podIP: () => "", onResult: () => {}, onOutcome: () => {}, onTrouble: () => {} });
  prober.follow([{ target: { role: "main", container }, observed: { id: "x", startedAt: 0 } as ContainerObservation }]);
  await expect.poll(() => new Set(asked)).toEqual(new Set(["alive", "ready"]));
  prober.onlyReadiness();
  asked.length = 0;
  await expect.poll(() => asked.length).toBeGreaterThan(3);
  prober.stop();
  expect(new Set(asked)).toEqual(new Set(["ready"]));
});

it.each([
  [5000, 0, 5000],
  [5000, 2000, 3000],
  [5000, 9000, 0],
  // The container began in what has been the future since the clock was set back.
  [5000, -3_600_000, 5000],
])("AGENT-CLOCK: of a first delay of %i ms that began %i ms ago %i are left", (delay, ago, left) =>
  expect(delayLeft(delay, ago)).toBe(left),
);
