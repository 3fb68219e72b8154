/** Shows the view that the address names. */
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { findKind } from "./api/discovery.ts";
import { type Kind, kubectlName, titleOf } from "./api/kind.ts";
import { NodesView } from "./nodes/nodes-view.tsx";
import { ObjectView } from "./object/object-view.tsx";
import { Overview } from "./overview/overview.tsx";
import { lazy } from "./parts/lazy.tsx";
import { Notice } from "./parts/notice.tsx";
import { route } from "./route.ts";
import { EventsView } from "./views/events.tsx";
import { KindsView } from "./views/kinds.tsx";
import { PodsView } from "./views/pods-view.tsx";
import { ResourceList } from "./views/resource-list.tsx";

const AccessView = lazy(async () => (await import("./later.ts")).AccessView);
const ApplyView = lazy(async () => (await import("./later.ts")).ApplyView);
const ChangesView = lazy(async () => (await import("./later.ts")).ChangesView);
const TopologyView = lazy(async () => (await import("./later.ts")).TopologyView);

/** Kinds with a view of their own. */
const LISTS: Readonly<Record<string, ComponentType<{ readonly kind: Kind }>>> = {
  nodes: NodesView,
  pods: PodsView,
};

export function View() {
  useEffect(() => {
    document.title = titleOfPath(route.value.path);
  }, [route.value.path]);
  const [view, group = "", , plural = "", objectNamespace = "", name = ""] = route.value.path;
  switch (view) {
    case undefined:
      return <Overview />;
    case "events":
      return <EventsView />;
    case "topology":
      return <TopologyView />;
    case "access":
      return <AccessView />;
    case "changes":
      return <ChangesView />;
    case "kinds":
      return <KindsView />;
    case "apply":
      return <ApplyView />;
    case "kind": {
      const kind = findKind(group, plural);
      if (!kind) return <Unknown what={plural} />;
      const List = LISTS[kubectlName(kind)] ?? ResourceList;
      return <List key={`${group}/${plural}`} kind={kind} />;
    }
    case "object": {
      const kind = findKind(group, plural);
      const namespace = objectNamespace === "-" ? "" : objectNamespace;
      if (!kind) return <Unknown what={plural} />;
      return <ObjectView key={route.value.path.join("/")} kind={kind} namespace={namespace} name={name} />;
    }
    default:
      return <Unknown what={view} />;
  }
}

/** The page's title for tabs and screen readers: `web, Deployments · Sailplane`. */
function titleOfPath([view = "overview", group = "", , plural = "", , name]: readonly string[]): string {
  const kind = findKind(group, plural);
  const place = kind ? titleOf(kind) : view.charAt(0).toUpperCase() + view.slice(1);
  return `${name ? `${name}, ` : ""}${place} · Sailplane`;
}

const Unknown = ({ what }: { readonly what: string }) => (
  <Notice title={`There is no "${what}" here`}>
    The cluster does not serve it. <a href="#/kinds">All kinds</a> lists what it does serve.
  </Notice>
);
