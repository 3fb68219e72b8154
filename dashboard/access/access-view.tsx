/** Who can do this, and why. */

import { useState } from "preact/hooks";
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "../../api/generated/rbac.v1.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { kindOfReference } from "../api/discovery.ts";
import { objectHref } from "../api/links.ts";
import { LiveBadge, refusal, waitingFor, worstOf } from "../live/live-badge.tsx";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { Check } from "../parts/check.tsx";
import { KubectlLine } from "../parts/kubectl-line.tsx";
import { RefusedNotice } from "../parts/notice.tsx";
import { TableHead } from "../parts/table-head.tsx";
import { AccessCheck } from "./access-check.tsx";
import { AccessQueryForm, queryOf } from "./access-query-form.tsx";
import { type Grant, isSystem, kubectlOf, renderRule, renderSubject, whoCan } from "./who-can.ts";

const rbac = <O extends KubeObject>(plural: string) =>
  useLiveList(plural, () => objectsAt<O>(resourcePath({ resource: `${plural}.rbac.authorization.k8s.io` })));

export function AccessView() {
  const question = queryOf();
  const lists = {
    roles: rbac<Role>("roles"),
    clusterRoles: rbac<ClusterRole>("clusterroles"),
    roleBindings: rbac<RoleBinding>("rolebindings"),
    clusterRoleBindings: rbac<ClusterRoleBinding>("clusterrolebindings"),
  };
  const states = Object.values(lists).map((list) => list.state.value);
  const worst = worstOf(states);
  const refused = states.map(refusal).find((found) => found !== undefined);
  const [system, setSystem] = useState(false);
  const grants = whoCan(question, {
    roles: [...lists.roles.items.value.values()],
    clusterRoles: [...lists.clusterRoles.items.value.values()],
    roleBindings: [...lists.roleBindings.items.value.values()],
    clusterRoleBindings: [...lists.clusterRoleBindings.items.value.values()],
  });
  const shown = system ? grants : grants.filter((grant) => !isSystem(grant));
  return (
    <section class="page access">
      <div class="list-header">
        <h1>Access</h1>
        <LiveBadge state={worst} />
      </div>
      <AccessQueryForm question={question} />
      {refused ? (
        <RefusedNotice {...refused} />
      ) : (
        <section class="card">
          <h2>
            Who can <span class="count">{shown.length}</span>
            <span class="spring" />
            <Check label="The cluster's own parts" checked={system} set={setSystem} />
          </h2>
          {shown.length === 0 ? (
            <p class="quiet">
              {waitingFor(worst) ?? "Nobody, except the group system:masters, which may do everything."}
            </p>
          ) : (
            <GrantTable grants={shown} />
          )}
        </section>
      )}
      <AccessCheck question={question} />
      <KubectlLine command={kubectlOf(question)} />
    </section>
  );
}

const GrantTable = ({ grants }: { readonly grants: readonly Grant[] }) => (
  <table class="small">
    <TableHead titles={["Who", "Bound by", "Role", "Rule"]} />
    <tbody>
      {grants.map(({ subject, binding, role, rule, onlyNames }) => (
        <tr key={[subject.kind, renderSubject(subject), binding.namespace, binding.name].join()}>
          <td>
            <span class="quiet">{subject.kind}</span> {renderSubject(subject)}
          </td>
          <td>
            <RbacLink {...binding} />
          </td>
          <td>
            <RbacLink {...role} />
          </td>
          <td class="wrap">
            {renderRule(rule)}
            {onlyNames.length > 0 && <span class="quiet"> (not every one)</span>}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

interface RbacLinkProps {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

function RbacLink({ kind, namespace, name }: RbacLinkProps) {
  const known = kindOfReference("rbac.authorization.k8s.io/v1", kind);
  const text = namespace === "" ? name : `${namespace}/${name}`;
  return (
    <>
      <span class="quiet">{kind}</span> {known ? <a href={objectHref(known, { namespace, name })}>{text}</a> : text}
    </>
  );
}
