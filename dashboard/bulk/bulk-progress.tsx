import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { closeDialog } from "../frame/dialogs.tsx";
import { renderResult } from "./render-result.ts";
import type { BulkRun } from "./use-bulk-run.ts";

interface BulkProgressProps {
  readonly run: Exclude<BulkRun, { readonly name: "asking" }>;
  /** What has been done to them: `deleted`. */
  readonly word: string;
  readonly stop: () => void;
  readonly again: (rest: readonly Stored<KubeObject>[]) => void;
}

/** How far it has got; then what was not done, and why. */
export function BulkProgress({ run: { name, result }, word, stop, again }: BulkProgressProps) {
  const { done, failed, left } = result;
  const count = done.length + failed.length;
  if (name === "running") {
    const all = count + left.length;
    return (
      <>
        <label>
          <progress max={all} value={count} /> {count} of {all}
        </label>
        <div class="buttons">
          <button type="button" onClick={stop}>
            Stop
          </button>
        </div>
      </>
    );
  }
  return (
    <>
      <p role="alert">{renderResult(result, word)}.</p>
      {failed.length > 0 && (
        <ul class="plain rows touched">
          {failed.map(({ item: { metadata }, problem }) => (
            <li key={metadata.uid}>
              {metadata.namespace && <span class="quiet">{metadata.namespace}/</span>}
              {metadata.name}
              <p>{problem}</p>
            </li>
          ))}
        </ul>
      )}
      <div class="buttons">
        <button type="button" onClick={closeDialog}>
          Close
        </button>
        <button type="button" class="primary" onClick={() => again([...failed.map(({ item }) => item), ...left])}>
          {failed.length > 0 ? "Try these again" : "Go on"}
        </button>
      </div>
    </>
  );
}
