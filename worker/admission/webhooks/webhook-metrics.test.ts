import { expect, test } from "vitest";
import { renderFamilies } from "../../../api/metrics/exposition.ts";
import { type WebhookCall, WebhookMetrics } from "./webhook-metrics.ts";

test("WIRE-METRICS: webhook calls are counted by what they meant for the request", () => {
  const metrics = new WebhookMetrics();
  const call = { name: "w.example.com", mutating: false, operation: "CREATE", milliseconds: 30 };
  const results: WebhookCall["result"][] = ["allowed", "failed", "ignored", 403, 9999];
  for (const result of results) metrics.called({ ...call, result });
  metrics.called({ ...call, mutating: true, result: "ignored" });
  const lines = renderFamilies(metrics.families()).split("\n");
  const name = 'name="w.example.com"';
  const took = (rejected: boolean) =>
    `apiserver_admission_webhook_admission_duration_seconds_count{${name},operation="CREATE",rejected="${rejected}",type="validating"}`;
  const rejections = (error: string, code: number) =>
    `apiserver_admission_webhook_rejection_count{error_type="${error}",${name},operation="CREATE",rejection_code="${code}",type="validating"}`;
  expect(lines).toEqual(
    expect.arrayContaining([
      `${took(false)} 2`,
      `${took(true)} 3`,
      `${rejections("calling_webhook_error", 0)} 1`,
      `${rejections("no_error", 403)} 1`,
      `${rejections("no_error", 600)} 1`,
      `apiserver_admission_webhook_fail_open_count{${name},type="validating"} 1`,
      `apiserver_admission_webhook_fail_open_count{${name},type="admit"} 1`,
    ]),
  );
});
