/** A shell in one of the pod's containers; of a debug container, the one that it runs. */
import { useSignal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { openShell, type ShellState } from "../../live/shell-stream.ts";
import { KubectlLine } from "../../parts/kubectl-line.tsx";
import { Notice } from "../../parts/notice.tsx";
import { readOnly } from "../../read-only.ts";
import { replaceQuery, route } from "../../route.ts";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { TerminalView } from "../../terminal/terminal-view.tsx";
import { ContainerChoice } from "./container-choice.tsx";
import { shellContainer, shellContainersOf, whyNoShell } from "./shell-container.ts";
import { StreamTools } from "./stream-tools.tsx";

/** Of a pod of the past, or on a page that changes nothing, there is none: whatever is typed there may be a change. */
export const ShellTab = (props: ObjectProps) =>
  readOnly.value ? (
    <Notice title="This page is read-only">A shell can change what it is in.</Notice>
  ) : (
    <Shell {...props} />
  );

function Shell({ object }: ObjectProps) {
  const pod = object as Pod;
  const { name: podName = "", namespace = "" } = object.metadata;
  const { name, container, running, program, terminal } = shellContainer(pod, route.value.query.container);
  const [turn, setTurn] = useState(0);
  const state = useSignal<ShellState>({ name: "connecting" });
  const now = state.value;
  const opened = useRef("");
  const key = `${name} ${turn}`;
  // The output stays visible after the container has ended.
  if (running) opened.current = key;
  const shown = opened.current === key;
  const hint = program === "shell" ? `\n${WITHOUT_SHELL}` : "";
  const of = `-n ${namespace} ${podName} -c ${name}`;
  return (
    <div class="logs">
      <StreamTools
        status={shown ? STATES[now.name] : ""}
        problem={now.name === "failed" ? `${now.problem}${hint}` : undefined}
      >
        <ContainerChoice
          containers={shellContainersOf(pod).map(({ name }) => name)}
          chosen={name}
          choose={(container) => replaceQuery({ container })}
        />
        <button type="button" disabled={now.name === "open" || !running} onClick={() => setTurn(turn + 1)}>
          Start again
        </button>
      </StreamTools>
      {shown ? (
        <TerminalView
          key={key}
          label={`What the shell in ${name} says`}
          connect={(onOutput) => {
            if (program === "main") onOutput("Press Enter if there is no prompt.\r\n");
            return openShell({
              namespace,
              pod: podName,
              container: name,
              program,
              terminal,
              onMessage: onOutput,
              state,
            });
          }}
        />
      ) : (
        <Notice title={`${name} does not run`}>{whyNoShell(container)}</Notice>
      )}
      <KubectlLine command={program === "main" ? `kubectl attach -it ${of}` : `kubectl exec -it ${of} -- sh`} />
    </div>
  );
}

const WITHOUT_SHELL = "If the image has no shell, Debug adds a container that has one.";

const STATES: Readonly<Record<ShellState["name"], string>> = {
  connecting: "Connecting…",
  open: "Open",
  ended: "Ended",
  failed: "Failed",
};
