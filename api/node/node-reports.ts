/** A node's status reports and requests for its pods, several in one: `POST /sailplane/v1/nodes/NAME/reports`. */
import type { Answered, Asked } from "../asked.ts";

/** Of their headers, only Content-Type is used. */
export interface NodeReports {
  readonly asked: readonly Asked[];
}

/** In the same order. */
export interface ReportAnswers {
  readonly answered: readonly Answered[];
}

/** Requests per report. */
export const MOST_REPORTS = 50;
