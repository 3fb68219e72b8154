/**
 * Consumes tokens, recovering from errors like cel-go's parser (ANTLR's default strategy): skips a superfluous token,
 * makes up a missing one, and gives up otherwise.
 */
import { type Issue, SyntaxProblem } from "./issue.ts";
import type { Token } from "./lexer.ts";

const expected = (...more: readonly string[]) =>
  `{${["'['", "'{'", "'('", ...more, "'.'", "'-'", "'!'"].join(", ")}, 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`;

/** The closing token of each construct: calls, lists and maps by their brackets, and parenthesised groups. */
const CLOSING = { "(": ")", "[": "]", "{": "}", group: ")", index: "]" } as const;
export type Opening = keyof typeof CLOSING;

/** Tokens that may follow an operand, wherever it is. */
const BEHIND: ReadonlySet<string> = new Set("|| && == != < <= > >= in + - * / % ? . [".split(" "));

/** As written. */
const shown = ({ text, value }: Token) => (value === "quoted" ? `\`${text}\`` : text);

const syntax = ({ at }: Token, message: string): Issue => ({ at, message: `Syntax error: ${message}` });

export class TokenReader {
  #at = 0;
  readonly #open: Opening[] = [];

  constructor(
    private readonly tokens: readonly Token[],
    /** Receives recoverable errors; others are thrown. */
    private readonly issues: Issue[],
  ) {}

  /** Beyond the end, this is always the end token. */
  peek(ahead = 0): Token {
    return this.tokens[Math.min(this.#at + ahead, this.tokens.length - 1)] as Token;
  }

  skip(count = 1): void {
    this.#at += count;
  }

  isNext(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return (token.kind === "op" || (token.kind === "ident" && token.value === undefined)) && token.text === text;
  }

  take(text: string): Token | undefined {
    if (!this.isNext(text)) return undefined;
    return this.tokens[this.#at++];
  }

  fail(token: Token, message: string): never {
    throw new SyntaxProblem({ at: token.at, message });
  }

  note(token: Token, message: string): void {
    this.issues.push({ at: token.at, message });
  }

  require(text: string): Token {
    const token = this.take(text);
    if (token) return token;
    const found = this.peek();
    if (this.isNext(text, 1)) {
      const after = this.peek(1);
      this.issues.push(syntax(found, `extraneous input '${shown(found)}' expecting '${text}'`));
      this.skip(2);
      return after;
    }
    if (!this.#mayFollow(text, found))
      throw new SyntaxProblem(syntax(found, `mismatched input '${shown(found)}' expecting '${text}'`));
    this.issues.push(syntax(found, `missing '${text}' at '${shown(found)}'`));
    return found;
  }

  requireEnd(): void {
    const token = this.peek();
    if (token.kind === "eof") return;
    const how = this.peek(1).kind === "eof" ? "extraneous" : "mismatched";
    throw new SyntaxProblem(syntax(token, `${how} input '${token.text}' expecting <EOF>`));
  }

  /** Reads what is between brackets; the opening one has been consumed. */
  within<T>(open: Opening, read: () => T): T {
    this.#open.push(open);
    const value = read();
    this.require(CLOSING[open]);
    this.#open.pop();
    return value;
  }

  list<T>(open: "(" | "[" | "{", item: () => T): T[] {
    const close = CLOSING[open];
    const items: T[] = [];
    this.#open.push(open);
    if (open === "(" && !this.isNext(close) && !this.startsOperand()) this.unexpected("')'");
    // An empty list or map may contain a comma.
    if (open !== "(" && this.isNext(close, 1)) this.take(",");
    while (!this.take(close)) {
      if (items.length > 0) {
        if (!this.take(",")) {
          this.#close(open);
          break;
        }
        if (open !== "(" && !this.startsOperand() && !this.isNext("?")) {
          this.require(close);
          break;
        }
      }
      items.push(item());
    }
    this.#open.pop();
    return items;
  }

  /** Reports a token where an operand was expected. */
  unexpected(...more: readonly string[]): void {
    const token = this.peek();
    const next = this.peek(1);
    const isLeftOut = this.startsOperand(1) || (next.kind === "op" && more.includes(`'${next.text}'`));
    const how = isLeftOut ? "extraneous" : "mismatched";
    const issue = syntax(token, `${how} input '${shown(token)}' expecting ${expected(...more)}`);
    if (!isLeftOut) throw new SyntaxProblem(issue);
    this.issues.push(issue);
    this.skip();
  }

  startsOperand(ahead = 0): boolean {
    const token = this.peek(ahead);
    if (token.kind === "eof" || token.value === "quoted") return false;
    return token.kind === "op" ? ["[", "{", "(", ".", "-", "!"].includes(token.text) : token.text !== "in";
  }

  /** After an item; lists and maps might also continue with a comma. */
  #close(open: Opening): void {
    const close = CLOSING[open];
    if (open === "(") {
      this.require(close);
      return;
    }
    const token = this.peek();
    const isLeftOut = this.isNext(close, 1);
    const how = isLeftOut ? "extraneous" : "mismatched";
    const issue = syntax(token, `${how} input '${shown(token)}' expecting {'${close}', ','}`);
    if (!isLeftOut) throw new SyntaxProblem(issue);
    this.issues.push(issue);
    this.skip(2);
  }

  /** Whether the token would be valid after the given text. */
  #mayFollow(text: string, token: Token): boolean {
    if (text === ":") return this.startsOperand();
    const around = this.#open.at(-2);
    if (token.kind === "eof") return around === undefined;
    if (token.text === ",") return around !== undefined && around !== "group" && around !== "index";
    return token.value !== "quoted" && (BEHIND.has(token.text) || token.text === (around && CLOSING[around]));
  }
}
