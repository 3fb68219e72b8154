/**
 * The parts of node:zlib that are used here; the platform has them, its types do not. A CompressionStream will not do:
 * it cannot flush without ending the stream.
 */
declare module "node:zlib" {
  export const constants: { readonly Z_SYNC_FLUSH: number };
  export function crc32(bytes: Uint8Array): number;
  export function deflateRawSync(
    bytes: Uint8Array,
    options: { readonly level: number; readonly finishFlush: number },
  ): Uint8Array;
}
