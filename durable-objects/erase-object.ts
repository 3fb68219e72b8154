import { ERASED } from "../api/erased.ts";

/**
 * Ends an object for good: its storage and its memory. This ends the caller's call with an error; the next call finds
 * an empty object.
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
