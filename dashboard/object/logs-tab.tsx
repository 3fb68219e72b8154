/** A container's log as it is written. */
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Pod } from "../../api/generated/core.v1.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { followLog, type LogState } from "../live/log-stream.ts";
import { route } from "../route.ts";
import { ContainerChoice } from "./container-choice.tsx";
import type { ObjectProps } from "./object-view.tsx";

/** More would slow the page down; older lines go. */
const MOST_LINES = 5000;

export function LogsTab({ object }: ObjectProps) {
  const pod = object as unknown as Pod;
  const containers = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])].map(({ name = "" }) => name);
  const [container, setContainer] = useState(
    containers.find((each) => each === route.value.query.container) ?? pod.spec.containers?.[0]?.name ?? "",
  );
  const [follow, setFollow] = useState(true);
  const [previous, setPrevious] = useState(false);
  const [wrap, setWrap] = useState(true);
  const [search, setSearch] = useState("");
  const { name = "", namespace = "" } = object.metadata;
  const path = resourcePath({ resource: "pods", namespace, name, subresource: "log" });

  const log = useMemo(
    () => ({ lines: signal<readonly string[]>([]), state: signal<LogState>({ name: "reading" }) }),
    [],
  );
  useEffect(() => {
    const stop = new AbortController();
    log.lines.value = [];
    void followLog({
      path,
      query: { container, ...(previous ? { previous: "true" } : { follow: String(follow) }) },
      signal: stop.signal,
      most: MOST_LINES,
      lines: log.lines,
      state: log.state,
    });
    return () => stop.abort();
  }, [path, container, follow, previous, log]);

  const all = log.lines.value;
  const wanted = search.toLowerCase();
  const lines = wanted === "" ? all : all.filter((line) => line.toLowerCase().includes(wanted));
  const output = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  // New lines are the reason to scroll.
  useEffect(() => {
    if (output.current && atEnd.current) output.current.scrollTop = output.current.scrollHeight;
  }, [lines]);
  const state = log.state.value;

  return (
    <div class="logs">
      <div class="tools">
        <ContainerChoice containers={containers} chosen={container} choose={setContainer} />
        <Check label="Follow" checked={follow && !previous} set={setFollow} />
        <Check label="Before the last restart" checked={previous} set={setPrevious} />
        <Check label="Wrap" checked={wrap} set={setWrap} />
        <input
          id="filter"
          type="search"
          placeholder="Search ( / )"
          aria-label="Search the log"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <span class="spring" />
        <span class="quiet" role="status">
          {lines.length.toLocaleString()} lines
          {state.name === "following" && ", following"}
          {state.name === "ended" && ", ended"}
        </span>
        <button type="button" onClick={() => download(`${name}-${container}.log`, all)} disabled={all.length === 0}>
          Download
        </button>
      </div>
      {state.name === "failed" && (
        <p class="problem" role="alert">
          {state.problem}
        </p>
      )}
      <pre
        ref={output}
        class={wrap ? "wrap" : ""}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-label={`Log of ${container}`}
        onScroll={({ currentTarget: box }) => {
          atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
        }}
      >
        {lines.join("\n")}
        {lines.length === 0 && state.name !== "failed" && (all.length > 0 ? "No line matches." : "No output yet.")}
      </pre>
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly set: (checked: boolean) => void;
}

const Check = ({ label, checked, set }: CheckProps) => (
  <label class="check">
    <input type="checkbox" checked={checked} onChange={(event) => set(event.currentTarget.checked)} /> {label}
  </label>
);

function download(name: string, lines: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
