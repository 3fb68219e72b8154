/** A request is refused by a policy or for want of a right only while that is so. */
import type { GroupResource } from "../../api/store/store.ts";
import type { Change, ClusterState } from "./cluster-state.ts";
import { type Period, periods } from "./periods.ts";
import { MUTATING, VALIDATING } from "./policies.ts";
import { isGranted, type Request } from "./rights.ts";

export interface Refusal {
  readonly method: string;
  readonly resource: GroupResource;
  readonly namespace: string | undefined;
  readonly user: string | undefined;
  /** The newest revision that anybody had been told when it was sent. */
  readonly since: number;
  /** When it was answered (ms). */
  readonly at: number;
  readonly message: string | undefined;
}

interface Past {
  /** A new state each time. */
  readonly initial: () => ClusterState;
  readonly changes: readonly Change[];
}

/** How long after an answer a revocation may be received that was in force already. */
const BEHIND_MS = 5000;

export function* wrongRefusals(refusals: readonly Refusal[], past: Past): Iterable<string> {
  const known = new Map<string, readonly Period[]>();
  const during = (id: string, holds: (state: ClusterState) => boolean) => {
    const found = known.get(id) ?? periods(holds, past.initial(), past.changes);
    known.set(id, found);
    return found;
  };
  for (const refusal of refusals) {
    const { method, resource, message = "", since } = refusal;
    const where = `${method} of ${resource} after ${since} was refused`;
    const policy = /AdmissionPolicy '([^']+)'/.exec(message)?.[1];
    if (policy !== undefined) {
      const inForce = during(policy, (state) => isBound(state, policy));
      if (!inForce.some(({ to }) => to === undefined || to > since)) yield `${where} by ${policy}, which was gone`;
    }
    const request = requestOf(refusal);
    if (!request) continue;
    const granted = during(JSON.stringify(request), (state) => isGranted(state, request));
    const isWrong = granted.some(
      ({ from, endedAt }) => from <= since && (endedAt === undefined || endedAt > refusal.at + BEHIND_MS),
    );
    if (isWrong) yield `${where}, but had been allowed: ${message}`;
  }
}

const isBound = (state: ClusterState, name: string): boolean =>
  [VALIDATING, MUTATING].some((kinds) => kinds.every((kind) => state.find(kind, `/${name}`)));

/** Of a user without the right to do so. */
function requestOf({ message = "", user, namespace, resource }: Refusal): Request | undefined {
  const verb = /cannot (\w+) resource/.exec(message)?.[1];
  return verb === undefined || user === undefined || namespace === undefined
    ? undefined
    : { verb, user, namespace, resource };
}
