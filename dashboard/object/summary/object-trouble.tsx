/** What is wrong with the object and what to do, as the overview says it. */
import type { Event } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { resourcePath } from "../../../client/resource-path.ts";
import { type Kind, kubectlName } from "../../api/kind.ts";
import { objectsAt, useLiveList } from "../../live/use-live-list.ts";
import { coarseNow } from "../../now.ts";
import { type Happening, happeningOf, newestFirst } from "../../summaries/events-of.ts";
import type { ObjectProps } from "../../summaries/object-props.ts";
import { LogLink } from "../../troubles/log-link.tsx";
import { canBeInTrouble, troubleOf } from "../../troubles/trouble-of.ts";

export const ObjectTrouble = ({ kind, object }: ObjectProps) =>
  canBeInTrouble(kubectlName(kind)) ? <Trouble kind={kind} object={object} /> : null;

function Trouble({ kind, object }: { readonly kind: Kind; readonly object: Stored<KubeObject> }) {
  const { uid, namespace = "" } = object.metadata;
  const warnings = useLiveList(`warnings of ${uid}`, () =>
    objectsAt<Event, Happening>(
      resourcePath({ resource: "events", namespace }),
      { fieldSelector: `involvedObject.uid=${uid},type=Warning` },
      happeningOf,
    ),
  );
  const [warning] = [...warnings.items.value.values()].sort(newestFirst);
  const trouble = troubleOf(kubectlName(kind), object, { now: coarseNow.value, warningOf: () => warning });
  if (!trouble) return null;
  return (
    <div class={`trouble ${trouble.tone}`} role="status">
      <p>
        {trouble.why}
        <LogLink kind={kind} trouble={trouble} />
      </p>
      {trouble.detail !== "" && <p class="quiet">{trouble.detail}</p>}
    </div>
  );
}
