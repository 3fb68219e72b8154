/** A shell in one of the pod's containers. */
import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Pod } from "../../api/generated/core.v1.ts";
import { openShell, type ShellState } from "../live/shell-stream.ts";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { TerminalView } from "../terminal/terminal-view.tsx";
import { ContainerChoice } from "./container-choice.tsx";
import type { ObjectProps } from "./object-props.ts";
import { StreamTools } from "./stream-tools.tsx";

export function ShellTab({ object }: ObjectProps) {
  const pod = object as Pod;
  const containers = (pod.spec.containers ?? []).map(({ name = "" }) => name);
  const [container, setContainer] = useState(containers[0] ?? "");
  const [turn, setTurn] = useState(0);
  const { name = "", namespace = "" } = object.metadata;
  const state = useSignal<ShellState>({ name: "connecting" });
  const now = state.value;
  const running = pod.status.containerStatuses?.find((each) => each.name === container);
  const terminal = !running?.containerID?.startsWith("process://");
  return (
    <div class="logs">
      <StreamTools status={STATES[now.name]} problem={now.name === "failed" ? now.problem : undefined}>
        <ContainerChoice containers={containers} chosen={container} choose={setContainer} />
        <button type="button" disabled={now.name === "open"} onClick={() => setTurn(turn + 1)}>
          Start again
        </button>
      </StreamTools>
      <TerminalView
        key={`${container} ${turn}`}
        label={`What the shell in ${container} says`}
        connect={(hear) => openShell({ namespace, pod: name, container, terminal, hear, state })}
      />
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
