/**
 * The API server's own answer about one person: includes what no list of bindings shows, such as the rights of nodes.
 */
import { useState } from "preact/hooks";
import type { SubjectAccessReview } from "../../api/generated/authorization.v1.ts";
import { api } from "../api/connection.ts";
import { statusText } from "../api/status-text.ts";
import { StateChip } from "../parts/state-chip.tsx";
import type { AccessQuery } from "./who-can.ts";

interface CheckResult {
  readonly allowed: boolean;
  readonly why: string;
}

export function AccessCheck({ question }: { readonly question: AccessQuery }) {
  const [user, setUser] = useState("");
  const [groups, setGroups] = useState("");
  const [result, setResult] = useState<CheckResult | undefined>(undefined);
  const submit = async (event: Event) => {
    event.preventDefault();
    setResult(await reviewOf(question, user.trim(), groups.split(/[\s,]+/).filter(Boolean)));
  };
  return (
    <section class="card">
      <h2>Can somebody?</h2>
      <form class="tools" onSubmit={(event) => void submit(event)}>
        <input
          required
          size={40}
          aria-label="User"
          placeholder="user, or system:serviceaccount:NS:NAME"
          value={user}
          onInput={(event) => setUser(event.currentTarget.value)}
        />
        <input
          aria-label="Groups"
          placeholder="groups"
          value={groups}
          onInput={(event) => setGroups(event.currentTarget.value)}
        />
        <button type="submit">Ask</button>
        {result && (
          <span role="status">
            <StateChip text={result.allowed ? "Yes" : "No"} tone={result.allowed ? "good" : "bad"} />{" "}
            <span class="quiet">{result.why}</span>
          </span>
        )}
      </form>
    </section>
  );
}

async function reviewOf(question: AccessQuery, user: string, groups: readonly string[]): Promise<CheckResult> {
  const { verb, group, namespace, name } = question;
  const [resource = "", subresource = ""] = question.resource.split("/", 2);
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    metadata: {},
    spec: { user, groups, resourceAttributes: { verb, group, resource, subresource, namespace, name } },
  } as SubjectAccessReview;
  const target = { resource: "subjectaccessreviews.authorization.k8s.io" };
  const outcome = await api.create<SubjectAccessReview>(target, review).catch(() => undefined);
  if (!outcome) return { allowed: false, why: "The cluster does not answer." };
  if (!outcome.ok) return { allowed: false, why: statusText(outcome.status) };
  const { allowed, reason = "" } = outcome.object.status;
  return { allowed, why: reason || (allowed ? "" : "No rule lets them.") };
}
