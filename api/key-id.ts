import type { Key } from "./store.ts";

/** A key as one text: no part of it has a slash. */
export const keyId = ({ resource, namespace, name }: Key): string => `${resource}/${namespace}/${name}`;
