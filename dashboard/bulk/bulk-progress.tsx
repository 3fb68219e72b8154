import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { closeDialog } from "../parts/dialogs.tsx";
import { renderResult } from "./render-result.ts";
import type { BulkResult } from "./run-all.ts";

interface BulkProgressProps {
  readonly finished: number;
  readonly all: number;
  readonly stop: () => void;
}

export const BulkProgress = ({ finished, all, stop }: BulkProgressProps) => (
  <>
    <label>
      <progress max={all} value={finished} /> {finished.toLocaleString()} of {all.toLocaleString()}
    </label>
    <div class="buttons">
      <button type="button" onClick={stop}>
        Stop
      </button>
    </div>
  </>
);

interface BulkRemainderProps {
  readonly result: BulkResult<Stored<KubeObject>>;
  /** What has been done to one of the others, according to the answer: `deleted`. */
  readonly wordOf: (answer: unknown) => string;
  readonly again: (rest: readonly Stored<KubeObject>[]) => void;
}

/** What was not done, and why. */
export const BulkRemainder = ({ result, wordOf, again }: BulkRemainderProps) => (
  <>
    <p role="alert">{renderResult(result, wordOf)}.</p>
    {result.failed.length > 0 && (
      <ul class="plain rows touched">
        {result.failed.map(({ item: { metadata }, problem }) => (
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
      <button
        type="button"
        class="primary"
        onClick={() => again([...result.failed.map(({ item }) => item), ...result.left])}
      >
        {result.failed.length > 0 ? "Try these again" : "Go on"}
      </button>
    </div>
  </>
);
