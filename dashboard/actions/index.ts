/** All actions, in the order of their buttons. */
import type { ActionOf } from "./action.ts";
import { cordon } from "./cordon.ts";
import { drain } from "./drain.ts";
import { remove } from "./remove.ts";
import { restart } from "./restart.ts";
import { rollBack } from "./roll-back.ts";
import { scale } from "./scale.ts";

export const actions: readonly ActionOf[] = [scale, restart, rollBack, cordon, drain, remove];
