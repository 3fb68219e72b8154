/** What applying one manifest did, or would do: the change, the problem, or the fields that others set. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import { objectHref } from "../api/links.ts";
import type { FieldConflict } from "../manifests/apply-conflicts.ts";
import type { ApplyOutcome } from "../manifests/apply-manifests.ts";
import { DiffView } from "../manifests/diff-view.tsx";
import { yamlOf } from "../manifests/yaml-text.ts";
import { StateChip } from "../parts/state-chip.tsx";
import { TableHead } from "../parts/table-head.tsx";

const WORDS = { create: "created", change: "changed", same: "unchanged" } as const;

export function OutcomeCard({ outcome, dryRun }: { readonly outcome: ApplyOutcome; readonly dryRun: boolean }) {
  if (outcome.name === "refused") {
    return (
      <section class="card" role="alert">
        <h2>
          <StateChip text="Refused" tone="bad" /> {outcome.title}
        </h2>
        {outcome.conflicts.length === 0 && <pre class="wrap">{outcome.problem}</pre>}
        {outcome.conflicts.length > 0 && <Conflicts conflicts={outcome.conflicts} />}
      </section>
    );
  }
  if (outcome.name === "later") {
    return (
      <section class="card">
        <h2>
          <StateChip text="Not reviewed" tone="warn" /> {outcome.title}
        </h2>
        <p>It is applied after {outcome.after}, without which the cluster cannot say what it would do.</p>
      </section>
    );
  }
  const { kind, before, after } = outcome;
  const of = { namespace: after.metadata.namespace ?? "", name: after.metadata.name ?? "" };
  return (
    <section class="card">
      <h2>
        <StateChip
          text={`${dryRun ? "Would be " : ""}${WORDS[outcome.name]}`}
          tone={outcome.name === "same" ? "" : "good"}
        />{" "}
        {kind.kind} {dryRun && outcome.name === "create" ? of.name : <a href={objectHref(kind, of)}>{of.name}</a>}
      </h2>
      {dryRun && outcome.name === "change" && <DiffView before={yamlWithout(before)} after={yamlWithout(after)} />}
    </section>
  );
}

const Conflicts = ({ conflicts }: { readonly conflicts: readonly FieldConflict[] }) => (
  <>
    <p>
      Others set these fields, and your manifest says something else of them. Leave a field out to let it be theirs,
      write what they wrote to share it, or take it over: then their next apply runs into the same.
    </p>
    <table class="small">
      <TableHead titles={["Field", "Set by"]} />
      <tbody>
        {conflicts.map(({ field, manager }) => (
          <tr key={field + manager}>
            <td class="wrap">
              <code>{field}</code>
            </td>
            <td>{manager}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </>
);

const yamlWithout = (object: KubeObject | undefined) => (object ? yamlOf(object) : "");
