import { CelError } from "./cel-error.ts";

export const utf8Text = (bytes: Uint8Array): string => {
  try {
    return decodeURIComponent([...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    throw new CelError("invalid UTF-8 in bytes, cannot convert to string");
  }
};
