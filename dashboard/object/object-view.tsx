/** One object: its summary, its actions, and its aspects as tabs. */

import type { ComponentType } from "preact";
import { ActionBar } from "../actions/action-bar.tsx";
import { apiVersionOf, type Kind, kubectlName, listPath, type ObjectName, titleOf } from "../api/kind.ts";
import { kindHref } from "../api/links.ts";
import { LiveBadge, refusal, waitingFor } from "../live/live-badge.tsx";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { lazy } from "../parts/lazy.tsx";
import { Notice, RefusedNotice } from "../parts/notice.tsx";
import { replaceQuery, route } from "../route.ts";
import type { ObjectProps } from "../summaries/object-props.ts";
import { revisionSourceOf } from "../summaries/revision-source.ts";
import { ObjectEvents } from "./object-events.tsx";
import { selectsPods } from "./streams/log-sources.ts";
import { LogsTab } from "./streams/logs-tab.tsx";
import { WorkloadLogsTab } from "./streams/workload-logs-tab.tsx";
import { Summary } from "./summary/summary.tsx";

interface Tab {
  readonly id: string;
  readonly title: string;
  readonly Content: ComponentType<ObjectProps>;
}

const ShellTab = lazy(async () => (await import("../later.ts")).ShellTab);
const HistoryTab = lazy(async () => (await import("../later.ts")).HistoryTab);
const YamlTab = lazy(async () => (await import("../later.ts")).YamlTab);

const SUMMARY: Tab = { id: "summary", title: "Summary", Content: Summary };
const LOGS: Tab = { id: "logs", title: "Logs", Content: LogsTab };
const ALL_LOGS: Tab = { ...LOGS, Content: WorkloadLogsTab };
const SHELL: Tab = { id: "shell", title: "Shell", Content: ShellTab };
const HISTORY: Tab = { id: "history", title: "History", Content: HistoryTab };
const EVENTS: Tab = { id: "events", title: "Events", Content: ObjectEvents };
const YAML: Tab = { id: "yaml", title: "YAML", Content: YamlTab };

function tabsOf(kind: Kind): readonly Tab[] {
  const name = kubectlName(kind);
  if (name === "pods") return [SUMMARY, LOGS, SHELL, EVENTS, YAML];
  return [
    SUMMARY,
    ...(selectsPods(name) ? [ALL_LOGS] : []),
    ...(revisionSourceOf(kind) ? [HISTORY] : []),
    EVENTS,
    YAML,
  ];
}

export function ObjectView({ kind, namespace, name }: ObjectName & { readonly kind: Kind }) {
  const path = listPath(kind, namespace);
  const list = useLiveList(`${path}/${name}`, () => objectsAt(path, { fieldSelector: `metadata.name=${name}` }));
  const state = list.state.value;
  const [found] = list.items.value.values();
  const tabs = tabsOf(kind);
  const tab = tabs.find(({ id }) => id === route.value.query.tab) ?? SUMMARY;
  const refused = refusal(state);
  // Items of a list do not contain their kind.
  const object = found && {
    ...found,
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
  };
  return (
    <section class="page object">
      <nav class="trail" aria-label="Where this is">
        <a href={kindHref(kind)}>{titleOf(kind)}</a>
        {namespace !== "" && <span>{namespace}</span>}
      </nav>
      <div class="list-header">
        <h1>{name}</h1>
        <LiveBadge state={state} />
        <span class="spring" />
        {object && <ActionBar kind={kind} object={object} />}
      </div>
      {refused && <RefusedNotice {...refused} />}
      {!object && state.name === "loading" && <Notice title={waitingFor(state) ?? ""} />}
      {!object && state.name === "live" && (
        <Notice title="It is gone">
          There is no {kind.kind} of this name any more. <a href={kindHref(kind)}>Back to the list</a>
        </Notice>
      )}
      {object && (
        <>
          <div class="tabs" role="tablist" aria-label="Sides of this object">
            {tabs.map(({ id, title }) => (
              <button
                type="button"
                role="tab"
                key={id}
                aria-selected={id === tab.id}
                onClick={() => replaceQuery({ tab: id })}
              >
                {title}
              </button>
            ))}
          </div>
          <div role="tabpanel" class={`panel ${tab.id}`} aria-label={tab.title}>
            <tab.Content key={tab.id} kind={kind} object={object} />
          </div>
        </>
      )}
    </section>
  );
}
