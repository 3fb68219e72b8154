/** The difference between two moments. */
import { useEffect, useState } from "preact/hooks";
import type { Moment } from "../../api/moment.ts";
import { discovery } from "../api/discovery.ts";
import { kubectlName } from "../api/kind.ts";
import { objectHref } from "../api/links.ts";
import { DiffView } from "../manifests/diff-view.tsx";
import { withMaskedData, yamlOf } from "../manifests/yaml-text.ts";
import { Notice } from "../parts/notice.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { namespace, replaceQuery, route } from "../route.ts";
import { MomentSlider } from "./moment-slider.tsx";
import { isComparable, type KindChange, readChanges, type Span } from "./read-changes.ts";
import { type Moments, readMoments } from "./read-moments.ts";

const SETTLED_MS = 300;
const QUARTER_MS = 15 * 60_000;
/** How many kinds are fetched concurrently. */
const AT_ONCE = 6;

interface Found {
  readonly changes: readonly KindChange[];
  readonly problems: readonly string[];
  readonly done: boolean;
}

export function ChangesView() {
  const [known, setKnown] = useState<Moments | undefined>(undefined);
  useEffect(() => void readMoments().then(setKnown), []);
  const moments = known && "moments" in known ? known.moments : [];
  const { from = firstShown(moments), to = "" } = route.value.query;
  const found = useChanges({ from, to, namespace: namespace.value });
  return (
    <section class="page changes">
      <div class="list-header">
        <h1>Changes</h1>
        <span class="count">{found.done ? found.changes.length : ""}</span>
      </div>
      {known && "problem" in known ? (
        <Notice title="The past cannot be read" tone="bad">
          {known.problem}
        </Notice>
      ) : (
        <div class="card">
          <MomentSlider
            label="From"
            moments={moments}
            at={from}
            choose={(revision) => replaceQuery({ from: revision })}
          />
          <MomentSlider label="To" moments={moments} at={to} choose={(revision) => replaceQuery({ to: revision })} />
        </div>
      )}
      {found.problems.map((problem) => (
        <p class="problem" role="alert" key={problem}>
          {problem}
        </p>
      ))}
      {found.changes.length > 0 && (
        <div class="card">
          {found.changes.map((change) => (
            <ChangeRow
              key={`${kubectlName(change.kind)}/${change.namespace}/${change.name}/${change.sign}`}
              change={change}
            />
          ))}
        </div>
      )}
      {found.changes.length === 0 && found.problems.length === 0 && known && "moments" in known && (
        <Notice title={found.done ? "Nothing changed between them" : "Loading…"} />
      )}
    </section>
  );
}

/** The last quarter of an hour, if the log reaches back that far. */
function firstShown(moments: readonly Moment[]): string {
  const recent = moments.find(({ at }) => at > Date.now() - QUARTER_MS) ?? moments.at(-1);
  return String(recent?.revision ?? "");
}

function useChanges({ from, to, namespace: ns }: Span): Found {
  const [found, setFound] = useState<Found>({ changes: [], problems: [], done: false });
  const known = discovery.value;
  const kinds = known.name === "known" ? known.kinds.filter(isComparable) : [];
  useEffect(() => {
    if (from === "") return;
    let wanted = true;
    const compare = async () => {
      const changes: KindChange[] = [];
      const problems = new Set<string>();
      for (let index = 0; index < kinds.length && wanted; index += AT_ONCE) {
        const part = kinds
          .slice(index, index + AT_ONCE)
          .filter((kind) => ns === "" || kind.namespaced)
          .map((kind) => readChanges(kind, { from, to, namespace: ns }));
        for (const each of await Promise.all(part)) {
          if ("changes" in each) changes.push(...each.changes);
          else problems.add(each.problem);
        }
        if (wanted) setFound({ changes: [...changes], problems: [...problems], done: index + AT_ONCE >= kinds.length });
      }
    };
    setFound({ changes: [], problems: [], done: false });
    const timer = setTimeout(() => void compare(), SETTLED_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [from, to, ns, kinds.length]);
  return found;
}

const TONES = { added: "good", removed: "bad", changed: "warn" } as const;

function ChangeRow({ change: { kind, namespace: ns, name, sign, before, after } }: { readonly change: KindChange }) {
  const [open, setOpen] = useState(false);
  const secret = kind.group === "" && kind.plural === "secrets";
  const text = (object: typeof before) => (object ? yamlOf(secret ? withMaskedData(object) : object) : "");
  return (
    <details class="change" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <StateChip text={sign} tone={TONES[sign]} /> <span class="quiet">{kind.kind}</span> {ns && `${ns}/`}
        {name}
      </summary>
      {open && (
        <>
          {after && <a href={objectHref(kind, { namespace: ns, name })}>Open</a>}
          <DiffView before={text(before)} after={text(after)} />
        </>
      )}
    </details>
  );
}
