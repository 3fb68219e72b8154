import { Age } from "../parts/age.tsx";
import { type Happening, sortOfHappening } from "../summaries/events-of.ts";
import { Subject } from "../views/events.tsx";
import { AlikeCard } from "./alike-card.tsx";
import { Others } from "./others.tsx";

interface WarningsCardProps {
  /** Newest first. */
  readonly warnings: readonly Happening[];
  readonly nothing: string;
}

export const WarningsCard = ({ warnings, nothing }: WarningsCardProps) => (
  <AlikeCard
    title="Warnings"
    items={warnings}
    sortOf={sortOfHappening}
    max={20}
    nothing={nothing}
    row={({ first: event, others }) => (
      <li key={event.uid}>
        <span class="quiet">
          <Age of={event.lastSeen} /> {event.count > 1 && `×${event.count}`}
        </span>{" "}
        <strong>{event.reason}</strong> <Subject of={event} /> <Others count={others} />
        <p class="detail" title={event.message}>
          {event.message}
        </p>
      </li>
    )}
  />
);
