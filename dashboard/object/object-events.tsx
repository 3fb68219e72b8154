import type { Event } from "../../api/generated/core.v1.ts";
import { resourcePath } from "../../client/resource-path.ts";
import { refusal, waitingFor } from "../live/live-badge.tsx";
import { objectsAt, useLiveList } from "../live/use-live-list.ts";
import { Age } from "../parts/age.tsx";
import { Notice } from "../parts/notice.tsx";
import { StateChip } from "../parts/state-chip.tsx";
import { TableHead } from "../parts/table-head.tsx";
import { type Happening, happeningOf, newestFirst } from "../summaries/events-of.ts";
import type { ObjectProps } from "../summaries/object-props.ts";

export function ObjectEvents({ object }: ObjectProps) {
  const { uid, namespace = "" } = object.metadata;
  const list = useLiveList(`events ${uid}`, () =>
    objectsAt<Event, Happening>(
      resourcePath({ resource: "events", namespace }),
      { fieldSelector: `involvedObject.uid=${uid}` },
      happeningOf,
    ),
  );
  const events = [...list.items.value.values()].sort(newestFirst);
  const refused = refusal(list.state.value);
  if (refused) return <Notice title={refused.title}>{refused.problem}</Notice>;
  if (events.length === 0) {
    return <Notice title={waitingFor(list.state.value) ?? "No events"}>Events are kept for an hour.</Notice>;
  }
  return (
    <table class="small stacked">
      <TableHead titles={["Last seen", "Type", "Reason", "Count", "Message", "From"]} />
      <tbody>
        {events.map((event) => (
          <tr key={event.uid}>
            <td>
              <Age of={event.lastSeen} />
            </td>
            <td>
              <StateChip text={event.type} />
            </td>
            <td>{event.reason}</td>
            <td>×{event.count}</td>
            <td class="wrap told">{event.message}</td>
            <td class="quiet beside">{event.source}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
