/**
 * User ids of pods with a user namespace (`hostUsers: false`). Each has a range of the machine's ids to itself, which
 * is recorded in the pod's directory and freed with it.
 */
import { join } from "node:path";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { namesIn } from "../../files/names-in.ts";
import { readText } from "../../files/read-text.ts";
import { writeWhole } from "../../files/write-whole.ts";
import { NO_FEATURES, type RuntimeFeatures } from "../../runtime/runtime-features.ts";
import type { UserNamespace } from "../../runtime/sandbox.ts";

/** As many as programs expect. */
const LENGTH = 65_536;
/** All ids except for the first range, which is the machine's own. */
const RANGES = 65_535;
const FILE = "userns";

/** Fails if the runtime does not support user namespaces. `handler` is the pod's runtime handler. */
export function checkUserNamespaces({ handlers }: RuntimeFeatures = NO_FEATURES, handler: string): void {
  if (handlers.get(handler)?.userNamespaces === true) return;
  const who = handler === "" ? "runtime" : `RuntimeClass handler "${handler}"`;
  const unknown = handlers.size > 0 && !handlers.has(handler) ? `: the handler "${handler}" is not known` : "";
  throw new Error(`can't set \`spec.hostUsers: false\`, ${who} does not support user namespaces${unknown}`);
}

/**
 * The first free range from a random one on (`chance` is in [0, 1)): other allocators on this machine are unknown, and
 * collisions with them are rare this way.
 */
export function chooseRange(used: ReadonlySet<number>, chance: number): number {
  const first = Math.floor(chance * RANGES);
  for (let step = 0; step < RANGES; step++) {
    const hostId = (((first + step) % RANGES) + 1) * LENGTH;
    if (!used.has(hostId)) return hostId;
  }
  throw new Error("could not find an empty slot to allocate a user namespace");
}

/** The range in `text`, if it is valid. */
function parseRange(text: string): UserNamespace | undefined {
  try {
    const { hostId, length } = JSON.parse(text) as Partial<UserNamespace>;
    return typeof hostId === "number" && typeof length === "number" ? { hostId, length } : undefined;
  } catch {
    return undefined;
  }
}

/** The pod's own range, always the same; undefined: it shares the machine's users. */
export function userNamespaceOf(pod: Pod, podsDirectory: string): UserNamespace | undefined {
  if (pod.spec.hostUsers !== false) return undefined;
  const rangeOf = (uid: string) => parseRange(readText(join(podsDirectory, uid, FILE)));
  const uid = pod.metadata.uid ?? "";
  const known = rangeOf(uid);
  if (known !== undefined) return known;
  const used = namesIn(podsDirectory).flatMap((other) => rangeOf(other)?.hostId ?? []);
  const range = { hostId: chooseRange(new Set(used), Math.random()), length: LENGTH };
  writeWhole(join(podsDirectory, uid, FILE), JSON.stringify(range));
  return range;
}
