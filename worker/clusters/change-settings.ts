import { readObject, textWithoutRevision } from "../../api/machinery/json/object-text.ts";
import { type ClusterSettings, SETTINGS_KEY } from "../policy/cluster-settings.ts";
import type { ObjectStore } from "../storage/object-store.ts";

type Parts = Pick<ClusterSettings, "administrator" | "limits" | "issuers">;

/** Others may change the settings at the same time; this many conflicts in a row point to a bug. */
const ATTEMPTS = 8;

/**
 * Reads a cluster's settings, changes them, and writes them if nobody else did in the meantime. A cluster whose creation
 * was interrupted has none yet: it gets the `initial` ones, changed.
 */
export async function changeSettings(
  store: ObjectStore,
  change: (settings: Parts) => Parts,
  initial: Parts = {},
): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const { entry } = await store.read(SETTINGS_KEY);
    const settings: ClusterSettings = {
      kind: "ClusterSettings",
      apiVersion: "sailplane.dev/v1",
      metadata: { name: SETTINGS_KEY.name },
      ...change(entry ? partsOf(readObject<ClusterSettings>(entry.text)) : initial),
    };
    const write = { key: SETTINGS_KEY, text: textWithoutRevision(settings), attributes: { labels: {}, fields: {} } };
    const result = await store.commit([
      entry ? { op: "replace", ...write, ifRevision: entry.revision } : { op: "create", ...write },
    ]);
    if (result.ok) return;
  }
  throw new Error("the cluster's settings were changed by others all the time");
}

const partsOf = ({ administrator, limits, issuers }: ClusterSettings): Parts => ({
  ...(administrator && { administrator }),
  ...(limits && { limits }),
  ...(issuers && { issuers }),
});
