/** Text that a user pastes to sign in: a token, or a kubeconfig that contains one. */
export type PastedToken = { readonly token: string } | { readonly problem: string };

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { readonly name: string; readonly context?: { readonly user?: string } }[];
  readonly users?: readonly { readonly name: string; readonly user?: { readonly token?: string } }[];
}

export async function tokenOf(pasted: string): Promise<PastedToken> {
  const text = pasted.trim();
  if (text === "") return { problem: "Paste a token or a kubeconfig." };
  if (!/\s/.test(text)) return { token: text };
  // A token is recognised without the YAML parser, which is half of the page's code.
  const { parse } = await import("yaml");
  let config: Kubeconfig | null;
  try {
    config = parse(text) as Kubeconfig | null;
  } catch {
    return { problem: "This is neither a token (one word) nor a kubeconfig (YAML)." };
  }
  if (typeof config !== "object" || !Array.isArray(config?.users)) {
    return { problem: "This is neither a token (one word) nor a kubeconfig: it lists no users." };
  }
  const context = config.contexts?.find(({ name }) => name === config["current-context"])?.context;
  const users = config.users;
  const user = users.find(({ name }) => name === context?.user) ?? (users.length === 1 ? users[0] : undefined);
  if (!user) return { problem: "The current context of this kubeconfig names none of its users." };
  const found = user.user?.token;
  if (typeof found === "string" && found !== "") return { token: found };
  return {
    problem: `The user "${user.name}" of this kubeconfig has no token; a browser cannot use its certificates or plugins.`,
  };
}
