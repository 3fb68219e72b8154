/** Go's error for a number in JSON that no float64 holds. JavaScript reads it as infinite, and would write null. */
export function hugeNumberProblem(text: string, into = "value"): string | undefined {
  if (!MAY_BE_HUGE.test(text)) return undefined;
  for (const [token] of text.matchAll(TOKEN))
    if (!token.startsWith('"') && !Number.isFinite(Number(token)))
      return `json: cannot unmarshal number ${token} into Go ${into} of type float64`;
  return undefined;
}

/** A number with neither so many digits nor such an exponent is below 1e309. */
const MAY_BE_HUGE = /[0-9]{200}|[eE]\+?[0-9]{3}/;

/** Of valid JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/g;
