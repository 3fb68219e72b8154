import { expect, test } from "vitest";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { failure } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import { convertedEvents } from "./converted-events.ts";

const event = (name: string) => `${JSON.stringify({ type: "ADDED", object: { metadata: { name } } })}\n`;

test("CRD-WEBHOOK: a watch ends with an error that says why an object could not be converted", async () => {
  const convert = async ({ metadata }: KubeObject) => {
    if (metadata.name === "bad") throw new ApiError(failure(500, "", "conversion webhook failed"));
    return { apiVersion: "example.com/v2", kind: "Thing", metadata };
  };
  const source = new Response(event("good") + event("bad") + event("late")).body;
  const text = await new Response(source?.pipeThrough(convertedEvents(convert))).text();
  const events = text.trim().split("\n");
  expect(events.map((line) => JSON.parse(line))).toMatchObject([
    { type: "ADDED", object: { apiVersion: "example.com/v2", metadata: { name: "good" } } },
    { type: "ERROR", object: { kind: "Status", code: 500, message: "conversion webhook failed" } },
  ]);
});
