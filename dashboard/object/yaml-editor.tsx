/**
 * Edit, review the API server's dry run, then save. A concurrent change by somebody else is shown, never overwritten.
 */
import { useState } from "preact/hooks";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { exactApi } from "../api/connection.ts";
import { targetOf } from "../api/kind.ts";
import { statusText } from "../api/status-text.ts";
import { ManifestEditor } from "../editor/manifest-editor.tsx";
import { DiffView } from "../manifests/diff-view.tsx";
import { useDraft } from "../manifests/drafts.ts";
import { parseObject, yamlOf } from "../manifests/yaml-text.ts";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { toast } from "../parts/toasts.tsx";
import type { ObjectProps } from "../summaries/object-props.ts";

type Step =
  | { readonly name: "editing"; readonly problem?: string }
  | { readonly name: "asking" }
  /** The result of a dry run. */
  | { readonly name: "reviewing"; readonly wanted: KubeObject; readonly result: Stored<KubeObject> }
  | { readonly name: "conflict"; readonly latest: Stored<KubeObject> };

interface Draft {
  readonly base: KubeObject;
  readonly text: string;
}

/** As in kubectl: an unknown field is a mistake, and must not be dropped silently. */
const STRICT = { fieldManager: "sailplane-dashboard", fieldValidation: "Strict" };

export function YamlEditor({ kind, object, close }: ObjectProps & { readonly close: () => void }) {
  const [{ base, text }, setDraft] = useDraft<Draft>(object.metadata.uid, () => ({
    base: object,
    text: yamlOf(object),
  }));
  const [step, setStep] = useState<Step>({ name: "editing" });
  const target = targetOf(kind, { namespace: object.metadata.namespace ?? "", name: object.metadata.name });

  async function refused(message: string, code: number | undefined) {
    const latest = code === 409 ? await exactApi.get(target) : undefined;
    if (latest?.ok) setStep({ name: "conflict", latest: { ...latest.object } });
    else setStep({ name: "editing", problem: message });
  }

  async function review() {
    const parsed = parseObject(text);
    if ("problem" in parsed) return setStep({ name: "editing", problem: parsed.problem });
    if (parsed.object.metadata.name !== target.name) {
      return setStep({ name: "editing", problem: "An object cannot be renamed. Apply YAML makes another one." });
    }
    setStep({ name: "asking" });
    try {
      const outcome = await exactApi.update(target, parsed.object, { ...STRICT, dryRun: "All" });
      if (outcome.ok) setStep({ name: "reviewing", wanted: parsed.object, result: outcome.object });
      else await refused(statusText(outcome.status), outcome.status.code);
    } catch {
      setStep({ name: "editing", problem: "The cluster does not answer." });
    }
  }

  async function apply(wanted: KubeObject) {
    setStep({ name: "asking" });
    try {
      const outcome = await exactApi.update(target, wanted, STRICT);
      if (!outcome.ok) return await refused(statusText(outcome.status), outcome.status.code);
      toast(`${kind.kind} ${target.name} saved`);
      close();
    } catch {
      setStep({ name: "editing", problem: "The cluster does not answer: it may have been saved or not." });
    }
  }

  /** The user's text is kept; only the version that it is based on is updated. */
  function rebase(latest: Stored<KubeObject>) {
    const { resourceVersion } = latest.metadata;
    const rebased = text.replace(/^( {2}resourceVersion: ).*$/m, (_, start: string) => `${start}"${resourceVersion}"`);
    setDraft({ base: latest, text: rebased });
    setStep({ name: "editing" });
  }

  if (step.name === "reviewing") {
    const { wanted, result } = step;
    const back = () => setStep({ name: "editing" });
    return <Review base={base} result={result} back={back} save={() => void apply(wanted)} />;
  }
  if (step.name === "conflict") {
    const { latest } = step;
    const startOver = () => {
      setDraft({ base: latest, text: yamlOf(latest) });
      setStep({ name: "editing" });
    };
    return <Conflict base={base} latest={latest} startOver={startOver} goOn={() => rebase(latest)} />;
  }
  return (
    <div class="editor">
      <ManifestEditor
        label="YAML"
        text={text}
        set={(written) => setDraft({ base, text: written })}
        disabled={step.name === "asking"}
      />
      {step.name === "editing" && step.problem && (
        <pre class="problem" role="alert">
          {step.problem}
        </pre>
      )}
      <div class="buttons">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="primary" disabled={step.name === "asking"} onClick={() => void review()}>
          {step.name === "asking" ? "Asking the cluster…" : "Review changes"}
        </button>
      </div>
    </div>
  );
}

interface ReviewProps {
  readonly base: KubeObject;
  readonly result: KubeObject;
  readonly back: () => void;
  readonly save: () => void;
}

const Review = ({ base, result, back, save }: ReviewProps) => (
  <>
    <h2>What the cluster would store</h2>
    <DiffView before={yamlOf(base)} after={yamlOf(result)} />
    <KubectlLine command="kubectl replace -f -" />
    <div class="buttons">
      <button type="button" onClick={back}>
        Back to editing
      </button>
      <button type="button" class="primary" onClick={save}>
        Save
      </button>
    </div>
  </>
);

interface ConflictProps {
  readonly base: KubeObject;
  readonly latest: KubeObject;
  readonly startOver: () => void;
  readonly goOn: () => void;
}

const Conflict = ({ base, latest, startOver, goOn }: ConflictProps) => (
  <div role="alert">
    <h2>Somebody else changed it meanwhile</h2>
    <p>
      Your text is based on an older version. This is what changed since; make sure that your text says it too, or it
      will be undone.
    </p>
    <DiffView before={yamlOf(base)} after={yamlOf(latest)} />
    <div class="buttons">
      <button type="button" onClick={startOver}>
        Start over from the newest version
      </button>
      <button type="button" class="primary" onClick={goOn}>
        Keep my text, go on editing
      </button>
    </div>
  </div>
);
