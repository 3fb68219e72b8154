/** A node's status reports and requests for its pods, several in one: `POST /sailplane/v1/nodes/NAME/reports`. */
import type { ApiRequest, ApiResponse } from "../api-request.ts";

/** Of their headers, only Content-Type is used. */
export interface NodeReports {
  readonly asked: readonly ApiRequest[];
}

/** In the same order. */
export interface NodeReportsResponse {
  readonly answered: readonly ApiResponse[];
}

/** Requests per report. */
export const MAX_REPORTS = 50;
