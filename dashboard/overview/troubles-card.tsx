import { kindOfReference } from "../api/discovery.ts";
import { objectHref } from "../api/links.ts";
import { Age } from "../parts/age.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { groupAlike } from "../summaries/alike.ts";
import { LogLink } from "../troubles/log-link.tsx";
import { sortOfTrouble, type Trouble } from "../troubles/trouble.ts";
import { Others } from "./others.tsx";

const MAX_SHOWN = 50;

interface TroublesCardProps {
  readonly troubles: readonly Trouble[];
  /** Shown if there are none. */
  readonly nothing: string;
}

export function TroublesCard({ troubles, nothing }: TroublesCardProps) {
  const sorts = groupAlike(troubles, sortOfTrouble);
  return (
    <section class="card">
      <h2>Needs attention {sorts.length > 0 && <span class="count">{sorts.length}</span>}</h2>
      {sorts.length === 0 ? (
        <p class="quiet">{nothing}</p>
      ) : (
        <ul class="plain rows">
          {sorts.slice(0, MAX_SHOWN).map(({ first, others }) => (
            <TroubleRow key={first.uid} trouble={first} others={others} />
          ))}
          {sorts.length > MAX_SHOWN && <li class="quiet">and {(sorts.length - MAX_SHOWN).toLocaleString()} more</li>}
        </ul>
      )}
    </section>
  );
}

interface TroubleRowProps {
  readonly trouble: Trouble;
  readonly others: number;
}

function TroubleRow({ trouble, others }: TroubleRowProps) {
  const kind = kindOfReference(trouble.apiVersion, trouble.kind);
  return (
    <li>
      <StateChip text={trouble.state} tone={trouble.tone} /> <span class="quiet">{trouble.kind}</span>{" "}
      {kind && (
        <a href={objectHref(kind, trouble)}>
          {trouble.namespace && `${trouble.namespace}/`}
          {trouble.name}
        </a>
      )}{" "}
      <Others count={others} />{" "}
      <span class="quiet">
        {trouble.of && `of ${trouble.of}, `}
        <Age of={trouble.since} />
      </span>
      <p>
        {trouble.why}
        {kind && <LogLink kind={kind} trouble={trouble} />}
      </p>
      {trouble.detail !== "" && (
        <p class="detail" title={trouble.detail}>
          {trouble.detail}
        </p>
      )}
    </li>
  );
}
