import { Age } from "../parts/age.tsx";
import { groupAlike } from "../summaries/alike.ts";
import { type Happening, sortOfHappening } from "../summaries/events-of.ts";
import { Subject } from "../views/events.tsx";
import { Others } from "./others.tsx";

const MAX_SHOWN = 20;

interface WarningsCardProps {
  /** Newest first. */
  readonly warnings: readonly Happening[];
  /** Shown if there are none. */
  readonly nothing: string;
}

export function WarningsCard({ warnings, nothing }: WarningsCardProps) {
  const sorts = groupAlike(warnings, sortOfHappening);
  return (
    <section class="card">
      <h2>Warnings {sorts.length > 0 && <span class="count">{sorts.length}</span>}</h2>
      {sorts.length === 0 ? (
        <p class="quiet">{nothing}</p>
      ) : (
        <ul class="plain rows">
          {sorts.slice(0, MAX_SHOWN).map(({ first: event, others }) => (
            <li key={event.uid}>
              <span class="quiet">
                <Age of={event.lastSeen} /> {event.count > 1 && `×${event.count}`}
              </span>{" "}
              <strong>{event.reason}</strong> <Subject of={event} /> <Others count={others} />
              <p class="detail" title={event.message}>
                {event.message}
              </p>
            </li>
          ))}
          {sorts.length > MAX_SHOWN && <li class="quiet">and {(sorts.length - MAX_SHOWN).toLocaleString()} more</li>}
        </ul>
      )}
    </section>
  );
}
