/** A shell in one of the pod's containers; of a debug container, the one that it runs. */
import { useSignal } from "@preact/signals";
import { useRef, useState } from "preact/hooks";
import type { ContainerStatus, Pod } from "../../api/generated/core.v1.ts";
import { openShell, type ShellState } from "../live/shell-stream.ts";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { Notice } from "../parts/notice.tsx";
import { adjust, route } from "../route.ts";
import { TerminalView } from "../terminal/terminal-view.tsx";
import { ContainerChoice } from "./container-choice.tsx";
import { type ContainerOfPod, containersOf, isPlainProcess } from "./containers-of.ts";
import type { ObjectProps } from "./object-props.ts";
import { StreamTools } from "./stream-tools.tsx";

export function ShellTab({ object }: ObjectProps) {
  const pod = object as Pod;
  const all = containersOf(pod);
  const containers = all.filter(({ role }) => role !== "init");
  const named = route.value.query.container;
  // One that was just added is known by its name before it is listed.
  const chosen =
    named !== undefined && !all.some(({ name, role }) => name === named && role === "init")
      ? named
      : (pod.spec.containers?.[0]?.name ?? "");
  const container = containers.find(({ name }) => name === chosen);
  const [turn, setTurn] = useState(0);
  const { name = "", namespace = "" } = object.metadata;
  const state = useSignal<ShellState>({ name: "connecting" });
  const now = state.value;
  const status = container?.status;
  const attach = container?.role === "debug" && container.stdin;
  const opened = useRef("");
  const key = `${chosen} ${turn}`;
  // The output stays visible after the container has ended.
  if (status?.state?.running) opened.current = key;
  const shown = opened.current === key;
  return (
    <div class="logs">
      <StreamTools
        status={shown ? STATES[now.name] : ""}
        problem={now.name === "failed" ? `${now.problem}${attach ? "" : WITHOUT_SHELL}` : undefined}
      >
        <ContainerChoice
          containers={containers.map(({ name }) => name)}
          chosen={chosen}
          choose={(container) => adjust({ container })}
        />
        <button
          type="button"
          disabled={now.name === "open" || !status?.state?.running}
          onClick={() => setTurn(turn + 1)}
        >
          Start again
        </button>
      </StreamTools>
      {shown ? (
        <TerminalView
          key={key}
          label={`What the shell in ${chosen} says`}
          connect={(hear) => {
            if (attach) hear("Press Enter if there is no prompt.\r\n");
            const program = attach ? "main" : "shell";
            const terminal = attach ? container.tty : !isPlainProcess(status);
            return openShell({ namespace, pod: name, container: chosen, program, terminal, hear, state });
          }}
        />
      ) : (
        <Notice title={`${chosen} does not run`}>{whyNot(container)}</Notice>
      )}
      <KubectlLine
        command={
          attach
            ? `kubectl attach -it -n ${namespace} ${name} -c ${chosen}`
            : `kubectl exec -it -n ${namespace} ${name} -c ${chosen} -- sh`
        }
      />
    </div>
  );
}

function whyNot(container: ContainerOfPod | undefined): string {
  const { waiting, terminated }: NonNullable<ContainerStatus["state"]> = container?.status?.state ?? {};
  const reason = waiting?.reason ?? terminated?.reason ?? "It has not begun yet";
  const message = waiting?.message ?? terminated?.message;
  const what = message ? `${reason}: ${message}` : reason;
  return container?.role === "debug" && terminated
    ? `${what}. A debug container does not begin again: add another one with Debug.`
    : `${what}. The shell opens when it runs.`;
}

const WITHOUT_SHELL = "\nIf the image has no shell, Debug adds a container that has one.";

const STATES: Readonly<Record<ShellState["name"], string>> = {
  connecting: "Connecting…",
  open: "Open",
  ended: "Ended",
  failed: "Failed",
};
