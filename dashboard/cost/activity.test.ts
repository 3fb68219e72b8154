import { expect, test } from "vitest";
import type { Moment } from "../../api/moment.ts";
import { activityOf } from "./activity.ts";

const HOUR = 3_600_000;
const moment = (revision: number, at: number) => ({ revision, at }) as Moment;

test("counts since a beginning become a day's", () => {
  const metrics = [
    'apiserver_request_total{verb="GET",code="200"} 40',
    'apiserver_request_total{verb="POST",code="201"} 10',
    "process_start_time_seconds 3600",
  ].join("\n");
  const moments = [moment(100, HOUR), moment(400, 2 * HOUR)];
  expect(activityOf({ metrics, moments, nodes: 3, now: 2 * HOUR })).toEqual({ nodes: 3, writes: 7200, requests: 1200 });
});

test("a cluster of a moment ago is not taken for a busy one", () => {
  const metrics = 'apiserver_request_total{verb="GET",code="200"} 1\nprocess_start_time_seconds 3600';
  const activity = activityOf({ metrics, moments: [moment(1, HOUR)], nodes: 0, now: HOUR + 1 });
  expect(activity).toEqual({ nodes: 0, writes: 0, requests: 1440 });
});
