/** Of node:zlib, what is used here: the platform has it, its types do not. A CompressionStream can only end what it compresses. */
declare module "node:zlib" {
  export const constants: { readonly Z_SYNC_FLUSH: number };
  export function crc32(bytes: Uint8Array): number;
  export function deflateRawSync(
    bytes: Uint8Array,
    options: { readonly level: number; readonly finishFlush: number },
  ): Uint8Array;
}
