/** Whether `JSON.parse` may have rounded an integer in it, as those beyond 2^53. */
export const mayBeRounded = (value: unknown): boolean =>
  typeof value === "number"
    ? Number.isInteger(value) && !Number.isSafeInteger(value)
    : typeof value === "object" && value !== null && Object.values(value).some(mayBeRounded);
