/** Paste manifests, review the dry run, then apply them server-side. */

import { useState } from "preact/hooks";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { objectHref } from "../api/links.ts";
import { ManifestEditor } from "../editor/manifest-editor.tsx";
import type { FieldConflict } from "../manifests/apply-conflicts.ts";
import { type ApplyOutcome, applyAll } from "../manifests/apply-manifests.ts";
import { yamlOf } from "../manifests/yaml-text.ts";
import { DiffView } from "../parts/diff-view.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { TableHead } from "../parts/table-head.tsx";
import { readOnly } from "../read-only.ts";
import { namespace } from "../route.ts";
import { CreateForm } from "./create-form.tsx";

interface Shown {
  readonly dryRun: boolean;
  readonly outcomes: readonly ApplyOutcome[];
}

export function ApplyView() {
  const [text, setText] = useState("");
  const [shown, setShown] = useState<Shown | undefined>(undefined);
  const [force, setForce] = useState(false);
  const [busy, setBusy] = useState(false);
  const target = namespace.value || "default";

  async function run({ dryRun }: { readonly dryRun: boolean }) {
    setBusy(true);
    try {
      setShown({ dryRun, outcomes: await applyAll(text, { dryRun, force, namespace: target }) });
    } finally {
      setBusy(false);
    }
  }

  const outcomes = shown?.outcomes ?? [];
  const refused = outcomes.some(({ name }) => name === "refused");
  const conflict = outcomes.some((outcome) => outcome.name === "refused" && outcome.conflicts.length > 0);
  return (
    <section class="page apply">
      <div class="list-header">
        <h1>Create, apply</h1>
      </div>
      <CreateForm
        write={(manifest) => {
          setText((before) => (before.trim() === "" ? manifest : `${before.trimEnd()}\n---\n${manifest}`));
          setShown(undefined);
        }}
      />
      <div class="editor">
        <ManifestEditor
          label="YAML to apply"
          placeholder="Paste one or more manifests, divided by ---, or write: Ctrl Space says what may stand where you are"
          text={text}
          set={(written) => {
            setText(written);
            setShown(undefined);
          }}
        />
      </div>
      <KubectlLine
        command={`kubectl apply --server-side${force ? " --force-conflicts" : ""} -n ${target} -f manifest.yaml`}
      />
      <div class="buttons">
        {(conflict || force) && (
          <label class="check">
            <input
              type="checkbox"
              checked={force}
              onChange={(event) => {
                setForce(event.currentTarget.checked);
                setShown(undefined);
              }}
            />
            Take over the fields that others set
          </label>
        )}
        {readOnly.value && <span class="quiet">This page is read-only.</span>}
        <button
          type="button"
          disabled={busy || readOnly.value || text.trim() === ""}
          onClick={() => void run({ dryRun: true })}
        >
          Review
        </button>
        <button
          type="button"
          class="primary"
          disabled={busy || !shown?.dryRun || refused || outcomes.length === 0}
          title={shown ? undefined : "Review first"}
          onClick={() => void run({ dryRun: false })}
        >
          Apply
        </button>
      </div>
      {outcomes.map((outcome, index) => (
        // Documents are identified by position.
        <OutcomeCard key={index} outcome={outcome} dryRun={shown?.dryRun ?? true} />
      ))}
    </section>
  );
}

const WORDS = { create: "created", change: "changed", same: "unchanged" } as const;

function OutcomeCard({ outcome, dryRun }: { readonly outcome: ApplyOutcome; readonly dryRun: boolean }) {
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
