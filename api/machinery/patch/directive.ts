/** The directives of strategic merge patches whose names contain a list's name, and the ways in which a patch fails. */
export const SET_ELEMENT_ORDER = "$setElementOrder";
export const DELETE_FROM_PRIMITIVE_LIST = "$deleteFromPrimitiveList";

/** A malformed directive: 400. */
export class FormatError extends Error {}

/** A list within a list: 422, without the text. */
export class NestedListError extends Error {}

/** All else. The real server did not foresee these, and answers 500. */
export class MergeError extends Error {}
