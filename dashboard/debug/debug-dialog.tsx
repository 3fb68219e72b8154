/** Which image, beside which container: then the debug container starts, and its terminal opens. */
import { useState } from "preact/hooks";
import type { Pod } from "../../api/generated/core.v1.ts";
import { api } from "../api/connection.ts";
import { targetOf } from "../api/kind.ts";
import { statusText } from "../api/status-text.ts";
import { ConfirmButtons, Dialog } from "../parts/dialog.tsx";
import { closeDialog } from "../parts/dialogs.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { replaceQuery } from "../route.ts";
import { runsPlainProcesses } from "../summaries/containers-of.ts";
import type { ObjectProps } from "../summaries/object-props.ts";
import { type DebugOptions, debugCommand, debugContainer, isImage, PROFILES, type Profile } from "./debug-container.ts";

export function DebugDialog({ kind, object }: ObjectProps) {
  const pod = object as Pod;
  const of = { namespace: object.metadata.namespace ?? "", name: object.metadata.name };
  const targets = (pod.spec.containers ?? []).map(({ name }) => name);
  const [options, setOptions] = useState<DebugOptions>({
    image: "busybox",
    target: targets[0] ?? "",
    profile: "general",
    plain: runsPlainProcesses(pod),
  });
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const valid = isImage(options.image);

  async function start(event: Event) {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      const name = `debugger-${Math.random().toString(36).slice(2, 7)}`;
      const target = { ...targetOf(kind, of), subresource: "ephemeralcontainers" };
      const outcome = await api.patch(target, "application/strategic-merge-patch+json", {
        spec: { ephemeralContainers: [debugContainer(name, options)] },
      });
      if (!outcome.ok) return setProblem(statusText(outcome.status));
      closeDialog();
      replaceQuery({ tab: "shell", container: name });
    } catch {
      setProblem("The cluster does not answer. The containers of the pod say whether it was done.");
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={`Debug Pod ${of.name}`}>
      <form onSubmit={(event) => void start(event)}>
        <p>
          A container of another image joins the pod, with a terminal. It ends with its shell, and stays in the pod's
          list until the pod goes.
        </p>
        {options.plain && (
          <p class="hint">This node runs plain processes: no image is used, and the shell is the machine's.</p>
        )}
        <Choices options={options} targets={targets} change={(changed) => setOptions({ ...options, ...changed })} />
        {valid && <KubectlLine command={debugCommand(of, options)} />}
        {problem && (
          <pre class="problem" role="alert">
            {problem}
          </pre>
        )}
        <ConfirmButtons title="Debug" disabled={busy || !valid} />
      </form>
    </Dialog>
  );
}

interface ChoicesProps {
  readonly options: DebugOptions;
  readonly targets: readonly string[];
  readonly change: (changed: Partial<DebugOptions>) => void;
}

const Choices = ({ options, targets, change }: ChoicesProps) => (
  <>
    <label>
      Image{" "}
      <input
        type="text"
        required
        spellcheck={false}
        autocomplete="off"
        value={options.image}
        onInput={(event) => change({ image: event.currentTarget.value.trim() })}
      />
    </label>
    <label>
      Beside{" "}
      <select value={options.target} onChange={(event) => change({ target: event.currentTarget.value })}>
        {targets.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        <option value="">no container</option>
      </select>
    </label>
    {!options.plain && (
      <label>
        It may{" "}
        <select value={options.profile} onChange={(event) => change({ profile: event.currentTarget.value as Profile })}>
          {Object.entries(PROFILES).map(([name, { title }]) => (
            <option key={name} value={name}>
              {title} ({name})
            </option>
          ))}
        </select>
      </label>
    )}
  </>
);
