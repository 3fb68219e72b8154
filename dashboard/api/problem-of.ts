/** A message for people: the API server's own if there is one. */
export async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim() || `The cluster answered ${response.status}.`;
  }
}
