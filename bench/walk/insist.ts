import { setTimeout as sleep } from "node:timers/promises";
import type { Reply } from "./walk-client.ts";

/** Repeats a request until the server has answered it. */
export async function insist(request: () => Promise<Reply | undefined>): Promise<Reply> {
  for (;;) {
    const reply = await request();
    if (reply && reply.status < 500) return reply;
    await sleep(100);
  }
}
