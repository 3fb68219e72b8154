/** A shell in one of the pod's containers. */
import { useSignal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import type { ContainerStatus, Pod } from "../../api/generated/core.v1.ts";
import { openShell, type ShellState } from "../live/shell-stream.ts";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { Notice } from "../parts/notice.tsx";
import { TerminalView } from "../terminal/terminal-view.tsx";
import { ContainerChoice } from "./container-choice.tsx";
import { containersOf } from "./containers-of.ts";
import type { ObjectProps } from "./object-props.ts";
import { StreamTools } from "./stream-tools.tsx";

export function ShellTab({ object }: ObjectProps) {
  const pod = object as Pod;
  const containers = containersOf(pod).filter(({ role }) => role !== "init");
  const [container, setContainer] = useState(pod.spec.containers?.[0]?.name ?? "");
  const [turn, setTurn] = useState(0);
  const { name = "", namespace = "" } = object.metadata;
  const state = useSignal<ShellState>({ name: "connecting" });
  const now = state.value;
  const status = containers.find((each) => each.name === container)?.status;
  const terminal = !status?.containerID?.startsWith("process://");
  const opened = useRef("");
  const key = `${container} ${turn}`;
  // The output stays visible after the container has ended.
  if (status?.state?.running) opened.current = key;
  return (
    <div class="logs">
      <StreamTools
        status={opened.current === key ? STATES[now.name] : ""}
        problem={now.name === "failed" ? now.problem : undefined}
      >
        <ContainerChoice containers={containers.map(({ name }) => name)} chosen={container} choose={setContainer} />
        <button
          type="button"
          disabled={now.name === "open" || opened.current !== key}
          onClick={() => setTurn(turn + 1)}
        >
          Start again
        </button>
      </StreamTools>
      {opened.current === key ? (
        <TerminalView
          key={key}
          label={`What the shell in ${container} says`}
          connect={(hear) => openShell({ namespace, pod: name, container, terminal, hear, state })}
        />
      ) : (
        <Notice title={`${container} does not run`}>{whyNot(status)}</Notice>
      )}
      <KubectlLine command={`kubectl exec -it -n ${namespace} ${name} -c ${container} -- sh`} />
      {/* For images without a shell. */}
      <KubectlLine command={`kubectl debug -it -n ${namespace} ${name} --image=busybox --target=${container}`} />
    </div>
  );
}

function whyNot(status: ContainerStatus | undefined): string {
  const { waiting, terminated } = status?.state ?? {};
  const reason = waiting?.reason ?? terminated?.reason ?? "It has not begun yet";
  const message = waiting?.message ?? terminated?.message;
  return `${message ? `${reason}: ${message}` : reason}. The shell opens when it runs.`;
}

const STATES: Readonly<Record<ShellState["name"], string>> = {
  connecting: "Connecting…",
  open: "Open",
  ended: "Ended",
  failed: "Failed",
};
