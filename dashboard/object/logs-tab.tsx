/** The logs of a pod's containers, live. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Pod } from "../../api/generated/core.v1.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { LogReader } from "../live/log-reader.ts";
import { Check } from "../parts/check.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { route } from "../route.ts";
import { ContainerChoice } from "./container-choice.tsx";
import { LogText } from "./log-text.tsx";
import type { ObjectProps } from "./object-props.ts";
import { StreamTools } from "./stream-tools.tsx";

const ALL = "All containers";

export function LogsTab({ object }: ObjectProps) {
  const pod = object as Pod;
  const containers = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])].map(({ name = "" }) => name);
  const [chosen, setChosen] = useState(
    containers.find((each) => each === route.value.query.container) ?? pod.spec.containers?.[0]?.name ?? "",
  );
  const [follow, setFollow] = useState(true);
  const [previous, setPrevious] = useState(false);
  const [wrap, setWrap] = useState(true);
  const [search, setSearch] = useState("");
  const { name = "", namespace = "" } = object.metadata;
  const path = resourcePath({ resource: "pods", namespace, name, subresource: "log" });

  const reader = useMemo(() => {
    const read = chosen === ALL ? containers : [chosen];
    return new LogReader({ path, containers: read, follow: follow && !previous, previous });
  }, [path, chosen, follow, previous]);
  useEffect(() => {
    reader.start();
    return () => reader.stop();
  }, [reader]);

  const all = reader.lines.value;
  const wanted = search.toLowerCase();
  const lines = wanted === "" ? all : all.filter((line) => line.toLowerCase().includes(wanted));
  const state = reader.state.value;
  const failed = state.name === "failed";
  const nothing = all.length > 0 ? "No line matches." : "No output yet.";
  const which = chosen === ALL ? "--all-containers --prefix" : `-c ${chosen}`;
  return (
    <div class="logs">
      <StreamTools
        status={`${lines.length.toLocaleString()} lines${WORDS[state.name]}`}
        problem={failed ? state.problem : undefined}
        after={
          <button type="button" onClick={() => download(`${name}.log`, all)} disabled={all.length === 0}>
            Download
          </button>
        }
      >
        <ContainerChoice
          containers={containers.length > 1 ? [ALL, ...containers] : containers}
          chosen={chosen}
          choose={setChosen}
        />
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
      </StreamTools>
      <LogText label={`Log of ${chosen}`} text={lines.length > 0 || failed ? lines.join("\n") : nothing} wrap={wrap} />
      <KubectlLine
        command={`kubectl logs -n ${namespace} ${name} ${which}${previous ? " --previous" : follow ? " --follow" : ""}`}
      />
    </div>
  );
}

const WORDS = { reading: "", following: ", following", ended: ", ended", failed: "" } as const;

function download(name: string, lines: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
