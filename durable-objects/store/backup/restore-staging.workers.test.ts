import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import type { BackupObject } from "../../../api/backup.ts";
import type { Revision } from "../../../api/store/store.ts";
import type { Env } from "../../../worker/env.ts";

const { CLUSTER_STORE } = env as Env;
const COUNT = 30;
/** As large as objects may be, and twice that on the way: a text beyond Latin-1 is sent as UTF-16. */
const text = `{"metadata":{"resourceVersion":"2"},"data":"…${"x".repeat(1.4 * 1024 * 1024)}"}`;

test("RESTORE-STAGED: pages of objects of any size fit into an answer", { timeout: 60_000 }, async () => {
  const store = CLUSTER_STORE.getByName("large-restore");
  await store.beginRestore("r");
  for (let at = 0; at < COUNT; at++) {
    const object: BackupObject = ["leases", "n", `l${at}`, 2 as Revision, "{}", text];
    await store.stageRestore("r", at, [object]);
  }
  let read = 0;
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page: Awaited<ReturnType<typeof store.staged>> = await store.staged("r", "leases", from);
    read += page.objects.length;
    from = page.next;
  }
  expect(read).toBe(COUNT);
});
