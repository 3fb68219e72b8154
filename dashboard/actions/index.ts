/** All actions, in the order of their buttons. */
import type { ActionOf } from "./action.ts";
import { cordon } from "./cordon.ts";
import { drain } from "./drain.ts";
import { hold } from "./hold.ts";
import { remove } from "./remove.ts";
import { restart } from "./restart.ts";
import { rollBack } from "./roll-back.ts";
import { runNow } from "./run-now.ts";
import { scale } from "./scale.ts";

export const actions: readonly ActionOf[] = [scale, restart, runNow, hold, rollBack, cordon, drain, remove];
