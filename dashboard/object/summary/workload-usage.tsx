/** Total usage of a workload's pods, their requests, and their restarts. */
import { Sparkline } from "../../parts/sparkline.tsx";
import type { PodSummary } from "../../summaries/pod-summary.ts";
import { renderBytes, renderCpu } from "../../summaries/resources.ts";
import { totalsOf } from "../../usage/usage-history.ts";
import { useUsage } from "../../usage/use-usage.ts";

interface WorkloadUsageProps {
  readonly namespace: string;
  readonly pods: readonly PodSummary[];
}

export function WorkloadUsage({ namespace, pods }: WorkloadUsageProps) {
  const usage = useUsage("pods", namespace);
  const alive = pods.filter(({ finished }) => !finished);
  const own = new Map(
    alive.flatMap(({ name }) => {
      const key = `${namespace}/${name}`;
      const samples = usage.get(key);
      return samples ? [[key, samples] as const] : [];
    }),
  );
  const restarts = pods.reduce((sum, pod) => sum + pod.restarts, 0);
  const requested = (key: "cpu" | "memory") => alive.reduce((sum, pod) => sum + pod[key], 0);
  return (
    <div class="tiles">
      <UsageTile name="CPU" used={totalsOf(own, "cpu")} requested={requested("cpu")} render={renderCpu} />
      <UsageTile name="Memory" used={totalsOf(own, "memory")} requested={requested("memory")} render={renderBytes} />
      <div class="tile">
        <h2>Restarts</h2>
        <div class={`meter ${restarts > 0 ? "warn" : ""}`}>
          <p>
            <strong>{restarts}</strong>
          </p>
          <p class="aside">of {pods.length === 1 ? "one pod" : `${pods.length} pods`}</p>
        </div>
      </div>
    </div>
  );
}

interface UsageTileProps {
  readonly name: string;
  readonly used: readonly number[];
  readonly requested: number;
  readonly render: (value: number) => string;
}

function UsageTile({ name, used, requested, render }: UsageTileProps) {
  const now = used.at(-1);
  return (
    <div class="tile">
      <h2>{name}</h2>
      <div class="meter">
        <p>
          <strong>{now === undefined ? "–" : render(now)}</strong> used
        </p>
        <p class="aside">{render(requested)} requested</p>
        {/* The place is kept, so that nothing jumps when there is something to draw. */}
        <div class="drawn">
          <Sparkline values={used} label={`${name} used in the last minutes`} />
        </div>
      </div>
    </div>
  );
}
