import type { ObjectName } from "../api/kind.ts";

/** More would not be read, and would slow down the page. */
const MAX_SHOWN = 1000;

/** What will be touched, all of it by name. */
export const ObjectNames = ({ names }: { readonly names: readonly ObjectName[] }) => (
  <div class="touched">
    <ul class="plain">
      {names.slice(0, MAX_SHOWN).map(({ namespace, name }) => (
        <li key={`${namespace}/${name}`}>
          {namespace !== "" && <span class="quiet">{namespace}/</span>}
          {name}
        </li>
      ))}
      {names.length > MAX_SHOWN && <li class="quiet">and {names.length - MAX_SHOWN} more</li>}
    </ul>
  </div>
);
