/** What every store must do (docs/spec/store.md, docs/spec/watch.md); run on memory in Node and on SQLite in workerd. */
import { backupContract } from "./backup-contract.ts";
import { commitContract } from "./commit-contract.ts";
import { listContract } from "./list-contract.ts";
import { logContract } from "./log-contract.ts";
import type { OpenStore } from "./store-under-test.ts";
import { watchContract } from "./watch-contract.ts";

export function storeContract(title: string, open: OpenStore): void {
  commitContract(title, open);
  listContract(title, open);
  logContract(title, open);
  backupContract(title, open);
  watchContract(title, open);
}
