import type { Pod } from "../../api/generated/core.v1.ts";
import { useMay } from "../api/may.ts";
import { showDialog } from "../parts/dialogs.tsx";
import type { ObjectProps } from "../summaries/object-props.ts";
import { DebugDialog } from "./debug-dialog.tsx";

/** Puts a debug container into a pod. */
export function DebugButton({ kind, object }: ObjectProps) {
  const { namespace = "", name } = object.metadata;
  const allowed = useMay({ verb: "patch", subresource: "ephemeralcontainers" }, kind, { namespace, name });
  const { phase } = (object as Pod).status;
  if (!allowed || phase === "Succeeded" || phase === "Failed") return null;
  return (
    <button type="button" onClick={() => showDialog(() => <DebugDialog kind={kind} object={object} />)}>
      Debug
    </button>
  );
}
