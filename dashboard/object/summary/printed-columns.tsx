/** The API server's printer columns, for kinds that the page knows nothing else about. */
import { Fragment } from "preact";
import { useMemo } from "preact/hooks";
import { listPath } from "../../api/kind.ts";
import { tableAt } from "../../live/table.ts";
import { useLiveList } from "../../live/use-live-list.ts";
import type { ObjectProps } from "../../summaries/object-props.ts";

/** Shown elsewhere on the page. */
const KNOWN = new Set(["Name", "Age", "Created At"]);

export function PrintedColumns({ kind, object }: ObjectProps) {
  const { namespace = "", name } = object.metadata;
  const path = listPath(kind, namespace);
  const source = useMemo(() => tableAt(path, { fieldSelector: `metadata.name=${name}` }), [path, name]);
  const list = useLiveList(`${path}/${name} as a table`, () => source);
  const [row] = list.items.value.values();
  const facts = source.columns.value
    .map(({ name: title, description }, i) => ({ title, description, text: String(row?.cells[i] ?? "") }))
    .filter(({ title, text }) => !KNOWN.has(title) && text !== "");
  if (facts.length === 0) return null;
  return (
    <section class="card">
      <h2>At a glance</h2>
      <dl class="facts">
        {facts.map(({ title, description, text }) => (
          <Fragment key={title}>
            <dt title={description}>{title}</dt>
            <dd>{text === "<none>" || text === "<unset>" ? "–" : text}</dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}
