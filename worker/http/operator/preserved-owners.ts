/**
 * What belongs to the deployment, its owner and its machines: it is preserved when a cluster's objects go back to an
 * earlier state, so that no former token or limit comes back (rules BACKUP-LEFT-OUT, RESTORE-TIME).
 */
import { readObject, textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { Entry, Key, Store, Write } from "../../../api/store/store.ts";
import { listWhole } from "../../../api/store/whole-list.ts";
import { CLUSTER_SETTINGS, CLUSTERS, NODE_CREDENTIALS } from "../../policy/internal-resources.ts";

export const OWNERS = [CLUSTER_SETTINGS, CLUSTERS, NODE_CREDENTIALS] as const;

type OwnedStore = Pick<Store, "list" | "commit">;

/** Goes back, and restores all of it as it was before. */
export async function preservingOwners(store: () => OwnedStore, goBack: () => Promise<void>): Promise<void> {
  const present = await readOwners(store());
  await goBack();
  const writes = writesToRestore(present, await readOwners(store()));
  if (writes.length === 0) return;
  const restored = await store().commit({ writes, changesPolicy: true });
  if (!restored.ok) throw new Error(`the cluster's owner and nodes are those of the past: ${restored.reason}`);
}

async function readOwners(store: OwnedStore): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const resource of OWNERS) {
    const page = await listWhole(store, { resource });
    if (!page.ok) throw new Error(`${resource} cannot be read: ${page.reason}`);
    entries.push(...page.items);
  }
  return entries;
}

function writesToRestore(present: readonly Entry[], past: readonly Entry[]): readonly Write[] {
  const before = new Map(past.map((entry) => [idOf(entry.key), entry]));
  const now = new Set(present.map(({ key }) => idOf(key)));
  return [
    ...present.flatMap(({ key, text, attributes }): Write[] => {
      const old = before.get(idOf(key));
      const write = { key, text: textOfContent(text), attributes };
      if (!old) return [{ op: "create", ...write }];
      return textOfContent(old.text) === write.text ? [] : [{ op: "replace", ...write, ifRevision: old.revision }];
    }),
    ...past.filter(({ key }) => !now.has(idOf(key))).map(({ key }): Write => ({ op: "delete", key })),
  ];
}

const idOf = ({ resource, name }: Key): string => `${resource} ${name}`;

const textOfContent = (text: string): string => textWithoutRevision(readObject(text));
