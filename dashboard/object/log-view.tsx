/** Shows the logs of several containers: follows and searches them. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { LogLine } from "../live/log-lines.ts";
import { LogReader, type LogSource, type LogState } from "../live/log-reader.ts";
import { clusterLogs } from "../live/log-streams.ts";
import { Check } from "../parts/check.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { FILTER_ID } from "../views/list-header.tsx";
import { LogText } from "./log-text.tsx";
import { StreamTools } from "./stream-tools.tsx";

interface LogViewProps {
  /** Names the selected logs; the text is cleared when it changes. */
  readonly of: string;
  readonly sources: readonly LogSource[];
  /** Inputs to select other logs. */
  readonly choices: ComponentChildren;
  /** Without the flags of this view's checkboxes. */
  readonly command: string;
}

export function LogView({ of, sources, choices, command }: LogViewProps) {
  const [wanted, setFollow] = useState(true);
  const [previous, setPrevious] = useState(false);
  const [timed, setTimed] = useState(false);
  const [wrap, setWrap] = useState(true);
  const [search, setSearch] = useState("");
  const [only, setOnly] = useState(true);
  const follow = wanted && !previous;

  const reader = useMemo(() => new LogReader({ follow, previous, place: clusterLogs }), [of, follow, previous]);
  useEffect(() => () => reader.stop(), [reader]);
  const runs = sources.map(({ path, container, run }) => [path, container, run].join(" ")).join();
  useEffect(() => reader.read(sources), [reader, runs]);

  const all = reader.lines.value;
  const lines = useMemo(() => {
    const sought = only ? search.toLowerCase() : "";
    const texts = all.map((line) => textOf(line, timed));
    return sought === "" ? texts : texts.filter((text) => text.toLowerCase().includes(sought));
  }, [all, timed, search, only]);
  const state = reader.state.value;
  const nothing = all.length > 0 ? "No line matches." : "No output yet.";
  const flags = [timed && "--timestamps", previous && "--previous", follow && "--follow"].filter(Boolean);
  return (
    <div class="logs">
      <StreamTools
        status={`${lines.length.toLocaleString()} lines${standing(state, { follow, count: sources.length })}`}
        problem={state.problems.length === sources.length ? state.problems[0] : undefined}
        after={
          <button type="button" onClick={() => download(`${of}.log`, lines)} disabled={lines.length === 0}>
            Download
          </button>
        }
      >
        {choices}
        <Check label="Follow" checked={follow} set={setFollow} />
        <Check label="Before the last restart" checked={previous} set={setPrevious} />
        <Check label="Times" checked={timed} set={setTimed} />
        <Check label="Wrap" checked={wrap} set={setWrap} />
        <input
          id={FILTER_ID}
          type="search"
          placeholder="Search ( / )"
          aria-label="Search the log"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        {search !== "" && <Check label="Only lines that match" checked={only} set={setOnly} />}
      </StreamTools>
      <LogText
        label={`Log of ${of}`}
        text={lines.length > 0 ? lines.join("\n") : nothing}
        sought={lines.length > 0 ? search : ""}
        wrap={wrap}
      />
      <KubectlLine command={[command, ...flags].join(" ")} />
    </div>
  );
}

const textOf = ({ time, label, text }: LogLine, timed: boolean): string =>
  `${timed ? `${time} ` : ""}${label === "" ? "" : `[${label}] `}${text}`;

interface StandingOptions {
  readonly follow: boolean;
  readonly count: number;
}

function standing({ following, lost, problems }: LogState, { follow, count }: StandingOptions): string {
  if (!follow || problems.length === count) return "";
  if (lost > 0) return ", reconnecting";
  if (following === 0) return ", ended";
  return following === count ? ", following" : `, following ${following} of ${count}`;
}

function download(name: string, lines: readonly string[]): void {
  const url = URL.createObjectURL(new Blob([`${lines.join("\n")}\n`], { type: "text/plain" }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
