import type { Event } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../api-client.ts";

/** An event that was told counts up; the API forgets events in time, and is then told of it anew. */
export async function tellEvent(client: ApiClient, event: Event): Promise<void> {
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
