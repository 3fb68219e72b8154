import { kindOfReference } from "../api/discovery.ts";
import type { Kind } from "../api/kind.ts";
import { useMay } from "../api/may.ts";
import { Choice } from "../parts/choice.tsx";
import { replaceQuery, route } from "../route.ts";
import { ResourceList } from "../views/resource-list.tsx";
import { openJoin } from "./join-node.tsx";
import { SiteMap } from "./site-map.tsx";

const FORMS = [
  { id: "map", title: "Sites" },
  { id: "table", title: "Table" },
] as const;

export function NodesView({ kind }: { readonly kind: Kind }) {
  const form = route.value.query.as === "table" ? "table" : "map";
  const tools = (
    <>
      <Choice label="Show as" options={FORMS} chosen={form} choose={(as) => replaceQuery({ as })} />
      <JoinButton />
    </>
  );
  return form === "table" ? <ResourceList kind={kind} tools={tools} /> : <SiteMap tools={tools} />;
}

/** A bootstrap token is a Secret in kube-system. */
function JoinButton() {
  const secrets = kindOfReference("v1", "Secret");
  return secrets ? <JoinButtonFor secrets={secrets} /> : null;
}

function JoinButtonFor({ secrets }: { readonly secrets: Kind }) {
  const may = useMay({ verb: "create" }, secrets, { namespace: "kube-system", name: "" });
  // Its place is reserved until it is known, so that nothing shifts.
  return (
    <button type="button" class={may ? undefined : "absent"} onClick={openJoin}>
      Join a node
    </button>
  );
}
