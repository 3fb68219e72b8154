import { discovery } from "../api/discovery.ts";
import { replaceQuery, route } from "../route.ts";
import type { AccessQuery } from "./who-can.ts";

const VERBS = [
  "get",
  "list",
  "watch",
  "create",
  "update",
  "patch",
  "delete",
  "deletecollection",
  "bind",
  "escalate",
  "impersonate",
];

/** The question is in the address, so that the answer can be shared as a link. */
export function queryOf(): AccessQuery {
  const { verb = "delete", group = "", resource = "pods", ns = "", name = "" } = route.value.query;
  return { verb, group, resource, namespace: ns, name };
}

export function AccessQueryForm({ question }: { readonly question: AccessQuery }) {
  const { verb, group, resource, name } = question;
  const known = discovery.value;
  const resources = (known.name === "known" ? known.kinds : []).flatMap((kind) =>
    ["", ...kind.subresources].map((subresource) => ({
      group: kind.group,
      resource: subresource === "" ? kind.plural : `${kind.plural}/${subresource}`,
    })),
  );
  const keyOf = (of: { readonly group: string; readonly resource: string }) => `${of.resource} ${of.group}`;
  return (
    <form class="tools question" onSubmit={(event) => event.preventDefault()}>
      <label>
        Who can{" "}
        <select value={verb} onChange={(event) => replaceQuery({ verb: event.currentTarget.value })}>
          {VERBS.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden">Resource</span>
        <select
          value={keyOf({ group, resource })}
          onChange={(event) => {
            const [chosen = "", of = ""] = event.currentTarget.value.split(" ");
            replaceQuery({ resource: chosen, group: of });
          }}
        >
          {resources.map((each) => (
            <option key={keyOf(each)} value={keyOf(each)}>
              {each.resource}
              {each.group && `.${each.group}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        named{" "}
        <input
          placeholder="any"
          aria-label="Name"
          value={name}
          onInput={(event) => replaceQuery({ name: event.currentTarget.value })}
        />
      </label>
      <span class="quiet">{question.namespace === "" ? "in all namespaces" : `in ${question.namespace}`}</span>
    </form>
  );
}
