/** Paste manifests, review the dry run, then apply them server-side. */

import { useState } from "preact/hooks";
import { ManifestEditor } from "../editor/manifest-editor.tsx";
import { type ApplyOutcome, applyAll } from "../manifests/apply-manifests.ts";
import { useDraft } from "../manifests/drafts.ts";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { readOnly } from "../read-only.ts";
import { namespace } from "../route.ts";
import { OutcomeCard } from "./apply-outcome.tsx";
import { CreateForm } from "./create-form.tsx";

interface Shown {
  readonly dryRun: boolean;
  readonly outcomes: readonly ApplyOutcome[];
}

export function ApplyView() {
  const [text, setText] = useDraft("apply", () => "");
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
          setText(text.trim() === "" ? manifest : `${text.trimEnd()}\n---\n${manifest}`);
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
