import { expect, test } from "vitest";
import type { Moment } from "../../api/moment.ts";
import { activityOf } from "./activity.ts";

const HOUR = 3_600_000;
const moment = (revision: number, at: number) => ({ revision, at }) as Moment;

test("counters since the process started are converted to daily rates", () => {
  const metrics = [
    'apiserver_request_total{verb="GET",code="200"} 40',
    'apiserver_request_total{verb="POST",code="201"} 10',
    "process_start_time_seconds 3600",
  ].join("\n");
  const moments = [moment(100, HOUR), moment(400, 2 * HOUR)];
  expect(activityOf({ metrics, moments, nodes: 3, now: 2 * HOUR })).toEqual({ nodes: 3, writes: 7200, requests: 1200 });
});

test("a new cluster or process is not mistaken for a busy one", () => {
  const metrics = 'apiserver_request_total{verb="GET",code="200"} 1\nprocess_start_time_seconds 7200';
  const seen = (now: number) => activityOf({ metrics, moments: [moment(1, HOUR), moment(2, HOUR)], nodes: 0, now });
  expect(seen(HOUR + 60_000)).toBeUndefined();
  expect(seen(2 * HOUR + 1)).toMatchObject({ writes: 24, requests: 288 });
});
