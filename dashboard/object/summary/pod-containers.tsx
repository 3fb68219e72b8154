import type { ContainerState, ContainerStatus, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { kindOfReference } from "../../api/discovery.ts";
import { objectHref } from "../../api/links.ts";
import { Age } from "../../parts/age.tsx";
import { KubectlLine } from "../../parts/kubectl-line.tsx";
import { StateChip } from "../../parts/state-chip.tsx";
import { TableHead } from "../../parts/table-head.tsx";
import { replaceQuery } from "../../route.ts";
import { containersOf } from "../../summaries/containers-of.ts";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { podSummaryOf } from "../../summaries/pod-summary.ts";
import { portForward } from "../../summaries/port-forward.ts";

export function PodContainers({ object }: ObjectProps) {
  const pod = object as Stored<Pod>;
  const { spec, status } = pod;
  const node = kindOfReference("v1", "Node");
  const containers = containersOf(pod);
  const { namespace, name: podName } = object.metadata;
  const ports = containers.flatMap((container) => container.ports);
  const forward = portForward({ namespace, target: `pod/${podName}`, ports });
  return (
    <section class="card">
      <h2>Containers</h2>
      <dl class="facts">
        <dt>Status</dt>
        <dd>
          <StateChip text={podSummaryOf(pod).state} /> {status.message ?? ""}
        </dd>
        <dt>Node</dt>
        <dd>
          {spec.nodeName && node ? (
            <a href={objectHref(node, { namespace: "", name: spec.nodeName })}>{spec.nodeName}</a>
          ) : (
            "none yet"
          )}
        </dd>
        <dt>Address</dt>
        <dd>{status.podIP ?? "none yet"}</dd>
      </dl>
      <table class="small stacked">
        <TableHead titles={["Name", "State", "Restarts", "Image", ""]} />
        <tbody>
          {containers.map(({ name, image, role, status }) => (
            <tr key={name}>
              <td>
                {name} {role !== "" && <span class="quiet">{role}</span>}
              </td>
              <td class="told">
                <State of={status} />
              </td>
              <td data-title="Restarts">{status?.restartCount ?? 0}</td>
              <td class="wrap">{image}</td>
              <td>
                <button type="button" onClick={() => replaceQuery({ tab: "logs", container: name })}>
                  Logs
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {forward && <KubectlLine command={forward} />}
    </section>
  );
}

function State({ of }: { readonly of: ContainerStatus | undefined }) {
  const { text, why, since, ended } = wordsOf(of?.state);
  const before = of?.lastState?.terminated;
  return (
    <>
      <StateChip text={text} {...(ended ? { tone: ended } : {})} /> {since && <Age of={since} />} {why}
      {before && (
        <span class="quiet">
          {" "}
          before: {before.reason ?? "ended"}, exit code {before.exitCode}
        </span>
      )}
    </>
  );
}

interface StateWords {
  readonly text: string;
  readonly why?: string | undefined;
  readonly since?: string | undefined;
  readonly ended?: "done" | "bad";
}

function wordsOf(state: ContainerState | undefined): StateWords {
  if (state?.running) return { text: "Running", since: state.running.startedAt };
  if (state?.waiting) return { text: state.waiting.reason ?? "Waiting", why: state.waiting.message };
  if (!state?.terminated) return { text: "Waiting" };
  const { reason, exitCode, message, finishedAt } = state.terminated;
  return {
    text: reason ?? "Ended",
    why: [exitCode ? `exit code ${exitCode}` : "", message ?? ""].join(" "),
    since: finishedAt,
    ended: exitCode === 0 ? "done" : "bad",
  };
}
