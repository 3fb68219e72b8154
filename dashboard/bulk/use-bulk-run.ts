import { useEffect, useRef, useState } from "preact/hooks";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { closeDialog } from "../parts/dialogs.tsx";
import { toast } from "../parts/toasts.tsx";
import type { BulkAction } from "./bulk-action.ts";
import { renderResult } from "./render-result.ts";
import { type BulkResult, runAll } from "./run-all.ts";

type Item = Stored<KubeObject>;

export type BulkRun =
  | { readonly name: "asking" }
  | { readonly name: "running"; readonly finished: number; readonly all: number }
  /** Not all of them were done. */
  | { readonly name: "over"; readonly result: BulkResult<Item> };

/** More would be held back by the API server's fairness. */
const AT_ONCE = 6;

interface BulkRunOptions {
  readonly action: BulkAction;
  /** Called with what needs no further attention. */
  readonly done: (objects: readonly Item[]) => void;
}

/** A run ends with its dialog: what has not begun by then is left alone. */
export function useBulkRun({ action, done }: BulkRunOptions) {
  const [run, setRun] = useState<BulkRun>({ name: "asking" });
  const stopping = useRef<AbortController | undefined>(undefined);
  const open = useRef(true);
  useEffect(
    () => () => {
      open.current = false;
      stopping.current?.abort();
    },
    [],
  );

  async function start(objects: readonly Item[], value: string): Promise<void> {
    stopping.current = new AbortController();
    const all = objects.length;
    setRun({ name: "running", finished: 0, all });
    const result = await runAll(objects, {
      run: (object) => action.run(object, value),
      atOnce: AT_ONCE,
      stop: stopping.current.signal,
      onProgress: (finished) => setRun({ name: "running", finished, all }),
    });
    done(result.done.map(({ item }) => item));
    const complete = result.failed.length + result.left.length === 0;
    if (complete || !open.current) toast(renderResult(result, action.done));
    if (!open.current) return;
    if (complete) closeDialog();
    else setRun({ name: "over", result });
  }

  return { run, start, stop: () => stopping.current?.abort() };
}
