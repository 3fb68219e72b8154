/**
 * A cluster's audit events; one object per cluster, named after it. The newest events are kept for reading, and all of
 * them are forwarded, in order and at least once, to a webhook if the deployment names one. Events arrive in batches; a
 * batch is one row.
 */
import { DurableObject } from "cloudflare:workers";
import { postEvents } from "./audit-webhook.ts";
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
const SENT = "sent";
const RETRY_MS = { first: 1000, most: 300_000 };

export class AuditLog extends DurableObject<AuditLogEnv> {
  #delivering: Promise<void> | undefined;
  #retryMs = RETRY_MS.first;

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
    if (this.env.AUDIT_WEBHOOK_URL) this.ctx.waitUntil(this.#deliver(this.env.AUDIT_WEBHOOK_URL));
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
    if (this.env.AUDIT_WEBHOOK_URL) await this.#deliver(this.env.AUDIT_WEBHOOK_URL);
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

  #deliver(url: string): Promise<void> {
    this.#delivering ??= this.#deliverAll(url).finally(() => {
      this.#delivering = undefined;
    });
    return this.#delivering;
  }

  async #deliverAll(url: string): Promise<void> {
    const { sql, kv } = this.ctx.storage;
    for (;;) {
      const query = "SELECT id, text FROM batches WHERE id > ? ORDER BY id LIMIT 1";
      const [row] = sql.exec<Row>(query, kv.get<number>(SENT) ?? 0).toArray();
      if (!row) return;
      const problem = await postEvents(row.text, { url, token: this.env.AUDIT_WEBHOOK_TOKEN });
      if (problem !== undefined) {
        console.error(JSON.stringify({ level: "error", event: "audit sink", problem }));
        await this.ctx.storage.setAlarm(Date.now() + this.#retryMs);
        this.#retryMs = Math.min(2 * this.#retryMs, RETRY_MS.most);
        return;
      }
      this.#retryMs = RETRY_MS.first;
      kv.put(SENT, row.id);
    }
  }
}

interface Row extends Record<string, SqlStorageValue> {
  id: number;
  text: string;
}
