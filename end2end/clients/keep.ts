/** Where a client keeps its tokens, as a browser would: what isn't there is null. */
export class Keep {
  #items = new Map<string, string>();

  getItem = (key: string): string | null => this.#items.get(key) ?? null;

  setItem = (key: string, value: string): void => {
    this.#items.set(key, value);
  };

  removeItem = (key: string): void => {
    this.#items.delete(key);
  };

  clear = (): void => this.#items.clear();

  /** The client's own name for one of its tokens. */
  #key(token: Token): string {
    const key = [...this.#items.keys()].find((name) => name.endsWith(`.${token}`));
    if (!key) throw new Error(`The client keeps no ${token}`);
    return key;
  }

  token(token: Token): string {
    return this.#items.get(this.#key(token))!;
  }

  /** What somebody does who has got at the browser's storage. */
  replace(token: Token, value: string): void {
    this.#items.set(this.#key(token), value);
  }
}

export type Token = 'accessToken' | 'idToken' | 'refreshToken';
