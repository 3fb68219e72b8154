import type { Key } from "./store/store.ts";

/** A key as a single text: no part of it contains a slash. */
export const keyId = ({ resource, namespace, name }: Key): string => `${resource}/${namespace}/${name}`;
