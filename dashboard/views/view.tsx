/** The view that the address names. */
import { findKind } from "../api/discovery.ts";
import { ObjectView } from "../object/object-view.tsx";
import { Notice } from "../parts/notice.tsx";
import { route } from "../route.ts";
import { TopologyView } from "../topology/topology.tsx";
import { ApplyView } from "./apply.tsx";
import { EventsView } from "./events.tsx";
import { KindsView } from "./kinds.tsx";
import { Overview } from "./overview.tsx";
import { ResourceList } from "./resource-list.tsx";

export function View() {
  const [view, group = "", , plural = "", objectNamespace = "", name = ""] = route.value.path;
  switch (view) {
    case undefined:
      return <Overview />;
    case "events":
      return <EventsView />;
    case "topology":
      return <TopologyView />;
    case "kinds":
      return <KindsView />;
    case "apply":
      return <ApplyView />;
    case "kind": {
      const kind = findKind(group, plural);
      return kind ? <ResourceList key={`${group}/${plural}`} kind={kind} /> : <Unknown what={plural} />;
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

const Unknown = ({ what }: { readonly what: string }) => (
  <Notice title={`There is no "${what}" here`}>
    The cluster does not serve it. <a href="#/kinds">All kinds</a> lists what it does serve.
  </Notice>
);
