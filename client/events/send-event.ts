import type { Event } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../api-client.ts";

/** Raises the count of an existing event; the API deletes events in time, and then it is created again. */
export async function sendEvent(client: ApiClient, event: Event): Promise<void> {
  const { count = 1, lastTimestamp, message, metadata } = event;
  const { namespace = "", name = "" } = metadata;
  if (count > 1) {
    const counted = { count, lastTimestamp, message };
    const patched = await client.patch(
      { resource: "events", namespace, name },
      "application/merge-patch+json",
      counted,
    );
    if (patched.ok || patched.status.code !== 404) return;
  }
  await client.create({ resource: "events", namespace }, event);
}
