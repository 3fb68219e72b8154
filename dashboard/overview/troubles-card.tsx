import { kindOfReference } from "../api/discovery.ts";
import { objectHref } from "../api/links.ts";
import { Age } from "../parts/age.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { LogLink } from "../troubles/log-link.tsx";
import { sortOfTrouble, type Trouble } from "../troubles/trouble.ts";
import { AlikeCard } from "./alike-card.tsx";
import { Others } from "./others.tsx";

interface TroublesCardProps {
  readonly troubles: readonly Trouble[];
  readonly nothing: string;
}

export const TroublesCard = ({ troubles, nothing }: TroublesCardProps) => (
  <AlikeCard
    title="Needs attention"
    items={troubles}
    sortOf={sortOfTrouble}
    max={50}
    nothing={nothing}
    row={({ first, others }) => <TroubleRow key={first.uid} trouble={first} others={others} />}
  />
);

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
