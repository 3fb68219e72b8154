/** A shell in one of the pod's containers. Lines, not a terminal: editors and the like need `kubectl exec -it`. */
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Pod } from "../../api/generated/core.v1.ts";
import { openShell, type Shell, type ShellState } from "../live/shell-stream.ts";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { ContainerChoice } from "./container-choice.tsx";
import type { ObjectProps } from "./object-view.tsx";
import { StreamPanel } from "./stream-panel.tsx";

export function ShellTab({ object }: ObjectProps) {
  const pod = object as unknown as Pod;
  const containers = (pod.spec.containers ?? []).map(({ name = "" }) => name);
  const [container, setContainer] = useState(containers[0] ?? "");
  const [turn, setTurn] = useState(0);
  const { name = "", namespace = "" } = object.metadata;
  const at = useMemo(() => ({ output: signal(""), state: signal<ShellState>({ name: "connecting" }) }), []);
  const shell = useRef<Shell | null>(null);
  useEffect(() => {
    at.output.value = "";
    const opened = openShell({ namespace, pod: name, container, ...at });
    shell.current = opened;
    return () => opened.close();
  }, [namespace, name, container, turn, at]);

  const state = at.state.value;
  return (
    <div class="logs">
      <StreamPanel
        label={`What the shell in ${container} says`}
        text={at.output.value}
        status={STATES[state.name]}
        problem={state.name === "failed" ? state.problem : undefined}
        tools={
          <>
            <ContainerChoice containers={containers} chosen={container} choose={setContainer} />
            <button type="button" disabled={state.name === "open"} onClick={() => setTurn(turn + 1)}>
              Start again
            </button>
          </>
        }
      />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const line = event.currentTarget.elements.namedItem("line") as HTMLInputElement;
          shell.current?.write(line.value);
          line.value = "";
        }}
      >
        <input
          name="line"
          class="command"
          placeholder="A command, then Enter"
          aria-label="Command"
          autocomplete="off"
          spellcheck={false}
          disabled={state.name !== "open"}
        />
      </form>
      <KubectlLine command={`kubectl exec -it -n ${namespace} ${name} -c ${container} -- sh`} />
    </div>
  );
}

const STATES: Readonly<Record<ShellState["name"], string>> = {
  connecting: "Connecting…",
  open: "Open",
  ended: "Ended",
  failed: "Failed",
};
