import type { ClusterRole } from "../../../api/generated/rbac.v1.ts";
import { TableHead } from "../../parts/table-head.tsx";
import type { ObjectProps } from "../../summaries/object-props.ts";

/** What a Role or ClusterRole allows. */
export function RoleSummary({ object }: ObjectProps) {
  const { rules: written, aggregationRule } = object as ClusterRole;
  // A role without rules has null.
  const rules = written ?? [];
  return (
    <section class="card">
      <h2>
        Rules <span class="count">{rules.length}</span>
      </h2>
      {aggregationRule && <p class="quiet">Collected from the ClusterRoles that its aggregation rule selects.</p>}
      {rules.length > 0 && (
        <table class="small stacked">
          <TableHead titles={["May", "With", "In group", "Only named"]} />
          <tbody>
            {rules.map(({ verbs, resources, apiGroups, resourceNames, nonResourceURLs }, index) => (
              // Rules are identified by position.
              <tr key={index}>
                <td class="wrap">{listed(verbs)}</td>
                <td class="wrap">{listed(resources ?? nonResourceURLs)}</td>
                <td class="wrap">{listed(apiGroups?.map((group) => group || "core"))}</td>
                <td class="wrap">{listed(resourceNames)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const listed = (names: readonly string[] = []): string => names.join(", ");
