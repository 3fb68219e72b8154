/** What a node tells of its pods and asks for them, several requests in one: `POST /sailplane/v1/nodes/NAME/reports`. */
import type { Answered, Asked } from "../asked.ts";

/** Of their headers, Content-Type alone is heard. */
export interface NodeReports {
  readonly asked: readonly Asked[];
}

/** In their order. */
export interface ReportAnswers {
  readonly answered: readonly Answered[];
}

/** Requests of one report. */
export const MOST_REPORTS = 50;
