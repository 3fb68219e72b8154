/** A workload's revisions: how each differs from the current one, and a button to roll back to it. */
import { useState } from "preact/hooks";
import { resourcePath } from "../../client/resource-path.ts";
import { ActionButton } from "../actions/action-bar.tsx";
import { rollBackTo } from "../actions/roll-back.ts";
import { kubectlName } from "../api/kind.ts";
import { refusal, waitingFor } from "../live/live-badge.tsx";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { DiffView } from "../manifests/diff-view.tsx";
import { yamlText } from "../manifests/yaml-text.ts";
import { Age } from "../parts/age.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { Notice, RefusedNotice } from "../parts/notice.tsx";
import type { ObjectProps } from "../summaries/object-props.ts";
import { revisionSourceOf } from "../summaries/revision-source.ts";
import { imagesOf, type Revision, revisionsOf } from "../summaries/revisions.ts";

export function HistoryTab({ kind, object }: ObjectProps) {
  const { uid, namespace = "", name } = object.metadata;
  const source = revisionSourceOf(kind);
  const path = resourcePath({ resource: source?.resource ?? "", namespace });
  const list = useLiveList(path, () => objectsAt(path));
  const state = list.state.value;
  const refused = refusal(state);
  if (!source) return null;
  if (refused) return <RefusedNotice {...refused} />;
  const [now, ...before] = revisionsOf(uid, list.items.value.values(), source.revisionOf);
  if (!now) return <Notice title={waitingFor(state) ?? "No revision yet"} />;
  return (
    <>
      <section class="card">
        <h2>Revision {now.number}, now</h2>
        <Facts of={now} />
      </section>
      {before.map((revision) => (
        <Before key={revision.number} kind={kind} object={object} revision={revision} now={now} />
      ))}
      {before.length === 0 && <p class="quiet">There is none before this one.</p>}
      <KubectlLine command={`kubectl rollout history -n ${namespace} ${kubectlName(kind)}/${name}`} />
    </>
  );
}

const Facts = ({ of }: { readonly of: Revision }) => (
  <dl class="facts">
    <dt>Made</dt>
    <dd>
      <Age of={of.created} /> ago
    </dd>
    <dt>Images</dt>
    <dd>{imagesOf(of)}</dd>
    {of.cause && (
      <>
        <dt>Cause</dt>
        <dd>{of.cause}</dd>
      </>
    )}
  </dl>
);

function Before({
  kind,
  object,
  revision,
  now,
}: ObjectProps & { readonly revision: Revision; readonly now: Revision }) {
  const [open, setOpen] = useState(false);
  const action = rollBackTo(kind, object, revision);
  return (
    <section class="card">
      <div class="tools">
        <h2>Revision {revision.number}</h2>
        <span class="spring" />
        {action && <ActionButton kind={kind} object={object} action={action} />}
      </div>
      <Facts of={revision} />
      <details class="change" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>What going back to it changes</summary>
        {open && <DiffView before={yamlText(now.template)} after={yamlText(revision.template)} />}
      </details>
    </section>
  );
}
