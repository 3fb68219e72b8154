/** An object at a glance: first what is specific to its kind, then what all objects have. */
import type { ComponentType } from "preact";
import type { Condition } from "../../../api/generated/meta.v1.ts";
import { Age } from "../../parts/age.tsx";
import { StateChip } from "../../parts/state-chip.tsx";
import { TableHead } from "../../parts/table-head.tsx";
import { toneOfCondition } from "../../parts/tone.ts";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { ConfigMapData, SecretData } from "./data-summary.tsx";
import { NodeSummary } from "./node-summary.tsx";
import { ObjectTrouble } from "./object-trouble.tsx";
import { OwnerChain } from "./owner-chain.tsx";
import { PodContainers } from "./pod-containers.tsx";
import { PrintedColumns } from "./printed-columns.tsx";
import { RoleSummary } from "./role-summary.tsx";
import { ServiceSummary } from "./service-summary.tsx";
import { ClaimSummary, VolumeSummary } from "./volume-summary.tsx";
import { WorkloadSummary } from "./workload-summary.tsx";

const ABOUT: Readonly<Record<string, ComponentType<ObjectProps>>> = {
  pods: PodContainers,
  nodes: NodeSummary,
  services: ServiceSummary,
  persistentvolumeclaims: ClaimSummary,
  persistentvolumes: VolumeSummary,
  configmaps: ConfigMapData,
  secrets: SecretData,
  "deployments.apps": WorkloadSummary,
  "replicasets.apps": WorkloadSummary,
  "statefulsets.apps": WorkloadSummary,
  "daemonsets.apps": WorkloadSummary,
  "jobs.batch": WorkloadSummary,
  "cronjobs.batch": WorkloadSummary,
  "roles.rbac.authorization.k8s.io": RoleSummary,
  "clusterroles.rbac.authorization.k8s.io": RoleSummary,
};

export function Summary(props: ObjectProps) {
  const { kind, object } = props;
  const About = ABOUT[kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`] ?? PrintedColumns;
  const { metadata } = object;
  const conditions = (object as { status?: { conditions?: Condition[] } }).status?.conditions;
  return (
    <>
      <OwnerChain object={object} />
      <ObjectTrouble {...props} />
      <About {...props} />
      {Array.isArray(conditions) && conditions.length > 0 && <Conditions conditions={conditions} />}
      <section class="card">
        <h2>Metadata</h2>
        <dl class="facts">
          <dt>Created</dt>
          <dd>
            <Age of={metadata.creationTimestamp} /> ago
          </dd>
          <dt>UID</dt>
          <dd>
            <code>{metadata.uid}</code>
          </dd>
          {metadata.deletionTimestamp && (
            <>
              <dt>Being deleted</dt>
              <dd>
                since <Age of={metadata.deletionTimestamp} />
                {metadata.finalizers?.length ? `, held by ${metadata.finalizers.join(", ")}` : ""}
              </dd>
            </>
          )}
        </dl>
        <Pairs title="Labels" pairs={metadata.labels} />
        <Pairs title="Annotations" pairs={readable(metadata.annotations)} />
      </section>
    </>
  );
}

/**
 * Without kubectl's last-applied annotation, which repeats the object, including a secret's values; the YAML shows it.
 */
function readable(annotations: Record<string, string> = {}): Record<string, string> {
  const { "kubectl.kubernetes.io/last-applied-configuration": _, ...rest } = annotations;
  return rest;
}

const Pairs = ({ title, pairs }: { readonly title: string; readonly pairs: Record<string, string> | undefined }) =>
  pairs && Object.keys(pairs).length > 0 ? (
    <>
      <h3>{title}</h3>
      <ul class="pairs">
        {Object.entries(pairs).map(([key, value]) => (
          <li key={key}>
            <b>{key}</b> {value}
          </li>
        ))}
      </ul>
    </>
  ) : null;

const Conditions = ({ conditions }: { readonly conditions: readonly Condition[] }) => (
  <section class="card">
    <h2>Conditions</h2>
    <table class="small stacked conditions">
      <TableHead titles={["Condition", "Status", "Reason", "Since"]} />
      <tbody>
        {conditions.map(({ type, status, reason, message, lastTransitionTime }) => (
          <tr key={type}>
            <td>
              <StateChip text={String(type)} tone={toneOfCondition(String(type), String(status))} />
            </td>
            <td>{status}</td>
            <td class="wrap told">
              {reason} {message && <span class="quiet">{message}</span>}
            </td>
            <td>
              <Age of={lastTransitionTime} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
