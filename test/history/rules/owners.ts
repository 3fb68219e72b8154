/** Controllers create nothing for an owner that is long gone. */
import type { Rule } from "../history.ts";
import { ownerOf } from "../pods.ts";

/** How many revisions a controller may be behind: others go on writing while a webhook decides its request. */
const BEHIND = 250;

export const owners = (): Rule => {
  const gone = new Map<string, number>();
  return function* ({ type, object, revision, before }) {
    if (type === "DELETED") gone.set(object.metadata.uid, revision);
    const owner = ownerOf(object);
    if (type !== "ADDED" || !owner || before.byUid(owner.uid)) return;
    const goneAt = gone.get(owner.uid);
    if (goneAt !== undefined && revision - goneAt > BEHIND)
      yield `its owner, ${owner.kind} ${owner.name}, is gone since ${goneAt}`;
  };
};
