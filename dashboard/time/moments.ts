/** Finding and formatting moments of the past. */
import type { Moment } from "../../api/moment.ts";

/** The moment that a revision belongs to: the last one that is not after it. */
export function indexOfRevision(moments: readonly Moment[], revision: string): number {
  const wanted = Number(revision);
  const after = moments.findIndex((each) => each.revision > wanted);
  return after < 0 ? moments.length - 1 : Math.max(0, after - 1);
}

export const renderMoment = ({ at }: Moment): string => {
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, { hour12: false });
  return date.toDateString() === new Date().toDateString() ? time : `${date.toLocaleDateString()} ${time}`;
};
