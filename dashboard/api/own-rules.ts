/** Everything that the user may do in a namespace, fetched once for all buttons (SelfSubjectRulesReview). */
import type { SelfSubjectRulesReview } from "../../api/generated/authorization.v1.ts";
import type { PolicyRule } from "../../api/generated/rbac.v1.ts";
import { token } from "../session.ts";
import { api } from "./connection.ts";

/** Rights may change while a page is open. */
const CACHE_MS = 30_000;

interface CachedRules {
  readonly at: number;
  readonly rules: Promise<readonly PolicyRule[] | undefined>;
}

const cache = new Map<string, CachedRules>();

/** Undefined if the answer is incomplete: nodes, for example, have rights that are not rules. */
export function ownRules(namespace: string): Promise<readonly PolicyRule[] | undefined> {
  const key = `${namespace} ${token.peek()}`;
  const known = cache.get(key);
  if (known && performance.now() - known.at < CACHE_MS) return known.rules;
  const rules = fetchRules(namespace);
  cache.clear();
  cache.set(key, { at: performance.now(), rules });
  return rules;
}

async function fetchRules(namespace: string): Promise<readonly PolicyRule[] | undefined> {
  const question = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectRulesReview",
    metadata: {},
    spec: { namespace },
  } as SelfSubjectRulesReview;
  const target = { resource: "selfsubjectrulesreviews.authorization.k8s.io" };
  const outcome = await api.create<SelfSubjectRulesReview>(target, question).catch(() => undefined);
  return outcome?.ok && !outcome.object.status.incomplete ? outcome.object.status.resourceRules : undefined;
}
