/**
 * A cluster's audit events; one object per cluster, named after it. The newest events are kept for reading, and what is
 * kept is forwarded, in order and at least once, to a webhook if the deployment names one. Events arrive in batches; a
 * batch is one row.
 */
import { DurableObject } from "cloudflare:workers";
import { AuditDelivery, type Batch } from "./audit/audit-delivery.ts";
import { postEvents } from "./audit/audit-webhook.ts";
import { eraseObject } from "./erase-object.ts";

export interface AuditLogEnv {
  /** Accepts audit.k8s.io/v1 EventLists by POST, like the webhook audit backend of kube-apiserver. */
  readonly AUDIT_WEBHOOK_URL?: string;
  /** Sent to the webhook as a bearer token. */
  readonly AUDIT_WEBHOOK_TOKEN?: string;
}

export interface AuditPage {
  /** One event a line, JSON, oldest first. */
  readonly lines: readonly string[];
  /** Pass this as `after` to read on. */
  readonly last: number;
}

/** How many characters of events are kept. */
const MAX_STORED_LENGTH = 16 * 1024 * 1024;
/** How many rows are written between two prunings. */
const PRUNE_EVERY = 64;
/** The key of the id of the newest batch that the webhook has. */
const SENT = "sent";

export class AuditLog extends DurableObject<AuditLogEnv> {
  readonly #delivery = this.env.AUDIT_WEBHOOK_URL ? this.#deliveryTo(this.env.AUDIT_WEBHOOK_URL) : undefined;

  constructor(state: DurableObjectState, env: AuditLogEnv) {
    super(state, env);
    state.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS batches (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL)",
    );
  }

  /** Each batch holds events, one per line. */
  async append(batches: readonly string[]): Promise<void> {
    const { sql } = this.ctx.storage;
    for (const text of batches) {
      const id = Number(sql.exec("INSERT INTO batches (text) VALUES (?) RETURNING id", text).one().id);
      if (id % PRUNE_EVERY === 0) this.#prune();
    }
    if (this.#delivery) this.ctx.waitUntil(this.#delivery.deliver());
  }

  /** The events after `after`, where an earlier page ended; without it, roughly the last `limit`. */
  async read({ after, limit }: { readonly after?: number; readonly limit: number }): Promise<AuditPage> {
    const { sql } = this.ctx.storage;
    const forward = after !== undefined;
    const query = forward
      ? sql.exec<Row>("SELECT id, text FROM batches WHERE id > ? ORDER BY id", after)
      : sql.exec<Row>("SELECT id, text FROM batches ORDER BY id DESC");
    const rows: Row[] = [];
    let count = 0;
    for (const row of query) {
      rows.push(row);
      count += row.text.split("\n").length;
      if (count >= limit) break;
    }
    if (!forward) rows.reverse();
    const lines = rows.flatMap(({ text }) => text.split("\n"));
    return { lines: forward ? lines : lines.slice(-limit), last: rows.at(-1)?.id ?? after ?? 0 };
  }

  /** Called when the cluster is deleted. */
  async erase(): Promise<void> {
    await eraseObject(this.ctx);
  }

  override async alarm(): Promise<void> {
    await this.#delivery?.retry();
  }

  #prune(): void {
    let characters = 0;
    for (const { id, text } of this.ctx.storage.sql.exec<Row>("SELECT id, text FROM batches ORDER BY id DESC")) {
      characters += text.length;
      if (characters <= MAX_STORED_LENGTH) continue;
      this.ctx.storage.sql.exec("DELETE FROM batches WHERE id <= ?", id);
      return;
    }
  }

  #deliveryTo(url: string): AuditDelivery {
    const { storage } = this.ctx;
    const query = "SELECT id, text FROM batches WHERE id > ? ORDER BY id LIMIT 1";
    return new AuditDelivery({
      next: () => storage.sql.exec<Row>(query, storage.kv.get<number>(SENT) ?? 0).toArray()[0],
      delivered: ({ id }) => storage.kv.put(SENT, id),
      post: (text) => postEvents(text, { url, token: this.env.AUDIT_WEBHOOK_TOKEN }),
      retryAt: (at) => storage.setAlarm(at),
      now: () => Date.now(),
      onProblem: (problem) => console.error(JSON.stringify({ level: "error", event: "audit sink", problem })),
    });
  }
}

type Row = Record<string, SqlStorageValue> & Batch;
