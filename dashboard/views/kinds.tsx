/** Every kind that the cluster serves, by API group. */
import { useEffect } from "preact/hooks";
import { discover, discovery } from "../api/discovery.ts";
import type { Kind } from "../api/kind.ts";
import { kindHref } from "../api/links.ts";
import { matcher } from "../parts/matches.ts";
import { Notice } from "../parts/notice.tsx";
import { filterText, ListHeader } from "../table/list-header.tsx";

export function KindsView() {
  // Custom kinds are added and removed while a page is open.
  useEffect(() => {
    void discover();
  }, []);
  const known = discovery.value;
  if (known.name !== "known") return null;
  const matches = matcher(filterText());
  const kinds = known.kinds.filter((kind) =>
    matches([kind.kind, kind.plural, kind.group, ...kind.shortNames].join(" ").toLowerCase()),
  );
  const groups = [...Map.groupBy(kinds, ({ group }) => group)].sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section class="page">
      <ListHeader title="All kinds" shown={kinds.length} all={known.kinds.length} />
      {groups.length === 0 && <Notice title="No kind matches the filter" />}
      <div class="cards">
        {groups.map(([group, members]) => (
          <section class="card" key={group}>
            <h2>{group || "core"}</h2>
            <ul class="plain">{members.map((kind) => KindLink(kind))}</ul>
          </section>
        ))}
      </div>
    </section>
  );
}

const KindLink = (kind: Kind) => (
  <li key={kind.plural}>
    <a href={kindHref(kind)}>{kind.kind}</a> <span class="quiet">{[kind.version, ...kind.shortNames].join(", ")}</span>
  </li>
);
