import { ERASED } from "../api/erased.ts";

/**
 * Ends an object for good: what it keeps goes, and so does what it has in memory. The caller's call is broken off by that;
 * the next call begins with an empty object.
 */
export async function eraseObject(state: DurableObjectState): Promise<void> {
  await state.blockConcurrencyWhile(async () => {
    for (const socket of state.getWebSockets()) socket.close(1001, ERASED);
    await state.storage.deleteAlarm();
    await state.storage.deleteAll();
    await state.storage.sync();
  });
  state.abort(ERASED);
}
