import { explainFailure } from "./index.ts";
import type { AdmissionRequest } from "./plugin.ts";

/**
 * What plugins expect of the store is checked by the commit. For a request that never commits, because it is refused or
 * stores nothing of its own, this checks the expectations instead.
 */
export async function requireExpectations(request: AdmissionRequest): Promise<void> {
  const expected = request.writes.filter(({ op }) => op === "expect");
  if (expected.length === 0) return;
  const result = await request.context.store.commit(expected);
  const failed = result.ok ? undefined : expected[result.write];
  if (failed) await explainFailure(request, failed);
}
