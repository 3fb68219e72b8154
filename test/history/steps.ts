/** Histories for tests. */
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { Change } from "./cluster-state.ts";

export type Step = readonly [type: Change["type"], resource: string, object: object];

const MINUTE_MS = 60_000;

/** An object whose uid is its name. */
export const made = (name: string, members: Record<string, unknown> = {}, metadata: object = {}) => ({
  metadata: { name, uid: name, namespace: "ns", creationTimestamp: "1970-01-01T00:00:00Z", ...metadata },
  ...members,
});
/** One step a minute: nobody can be excused for not having known. */
export const history = (steps: readonly Step[]): Change[] =>
  steps.map(([type, resource, object], index) => {
    const { metadata, ...members } = object as KubeObject;
    const stored = { ...members, metadata: { ...metadata, resourceVersion: String(index + 1) } };
    return { type, resource, object: stored as Stored<KubeObject>, revision: index + 1, at: (index + 1) * MINUTE_MS };
  });
