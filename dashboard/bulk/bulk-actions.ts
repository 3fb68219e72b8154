/** All actions on several objects, in the order of their buttons. */
import type { Kind } from "../api/kind.ts";
import type { BulkAction, BulkActionOf } from "./bulk-action.ts";
import { cordonAll, drainAll, uncordonAll } from "./cordon-all.ts";
import { labelAll } from "./label-all.ts";
import { removeAll } from "./remove-all.ts";
import { restartAll } from "./restart-all.ts";
import { scaleAll } from "./scale-all.ts";

const actions: readonly BulkActionOf[] = [scaleAll, restartAll, cordonAll, uncordonAll, drainAll, labelAll, removeAll];

export const bulkActionsFor = (kind: Kind): readonly BulkAction[] => actions.flatMap((of) => of(kind) ?? []);
