/** Shows the logs of several containers: follows and searches them. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { LogLine } from "../../live/log-lines.ts";
import { LogReader, type LogSource, type LogState } from "../../live/log-reader.ts";
import { clusterLogs } from "../../live/log-streams.ts";
import { Check } from "../../parts/check.tsx";
import { KubectlLine } from "../../parts/kubectl-line.tsx";
import { route } from "../../route.ts";
import { LogSearchTools } from "./log-search-tools.tsx";
import { LogText } from "./log-text.tsx";
import { StreamTools } from "./stream-tools.tsx";
import { useLogSearch } from "./use-log-search.ts";

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
  const [previous, setPrevious] = useState(route.value.query.previous === "true");
  const [timed, setTimed] = useState(false);
  const [wrap, setWrap] = useState(true);
  const follow = wanted && !previous;

  const reader = useMemo(() => new LogReader({ follow, previous, place: clusterLogs }), [of, follow, previous]);
  useEffect(() => () => reader.stop(), [reader]);
  const runs = sources.map(({ path, container, run }) => [path, container, run].join(" ")).join();
  useEffect(() => reader.read(sources), [reader, runs]);

  const all = reader.lines.value;
  const search = useLogSearch(all, (line) => textOf(line, timed), timed);
  const { texts } = search;
  const places = useMemo(() => search.found.map(({ at }) => at), [search.found]);
  const state = reader.state.value;
  const nothing = all.length > 0 ? "No line matches." : "No output yet.";
  const flags = [timed && "--timestamps", previous && "--previous", follow && "--follow"].filter(Boolean);
  return (
    <div class="logs">
      <StreamTools
        status={`${texts.length.toLocaleString()} lines${followingText(state, { follow, count: sources.length })}`}
        problem={state.problems.length === sources.length ? state.problems[0] : undefined}
        after={
          <button type="button" onClick={() => download(`${of}.log`, texts)} disabled={texts.length === 0}>
            Download
          </button>
        }
      >
        {choices}
        <Check label="Follow" checked={follow} set={setFollow} />
        <Check label="Before the last restart" checked={previous} set={setPrevious} />
        <Check label="Times" checked={timed} set={setTimed} />
        <Check label="Wrap" checked={wrap} set={setWrap} />
        <LogSearchTools search={search} />
      </StreamTools>
      <LogText
        label={`Log of ${of}`}
        text={texts.length > 0 ? texts.join("\n") : nothing}
        marks={{ places, length: search.sought.length, index: search.index, steps: search.steps }}
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

function followingText({ following, lost, problems }: LogState, { follow, count }: StandingOptions): string {
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
