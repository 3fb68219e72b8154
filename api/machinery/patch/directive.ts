/** The names of the directives that hold a list's name, and the ways in which a strategic merge fails. */
export const SET_ELEMENT_ORDER = "$setElementOrder";
export const DELETE_FROM_PRIMITIVE_LIST = "$deleteFromPrimitiveList";

/** The patch breaks the form of a directive: 400. */
export class FormatError extends Error {}

/** A list within a list: 422, and its text is kept back. */
export class NestedListError extends Error {}

/** All else. The real server did not foresee these, and answers 500. */
export class MergeError extends Error {}
