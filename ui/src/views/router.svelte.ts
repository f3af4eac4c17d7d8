/** Where the page is: the screen in the path, filters and selection in the query, so that an address can be passed on. */

export type Query = Readonly<Record<string, string | null>>;

/** What every screen keeps when another is opened: the exercise that is shown. */
const KEPT = ["room"] as const;

class Router {
  /** Written by `#move` and by the browser's own back and forward, as is `query`. */
  path = $state(tidy(location.pathname));
  query = $state.raw(new URLSearchParams(location.search));
  #heard: (() => void)[] = [];

  constructor() {
    window.addEventListener("popstate", () => {
      this.path = tidy(location.pathname);
      this.query = new URLSearchParams(location.search);
      for (const heard of this.#heard) heard();
    });
  }

  /** Calls `heard` after back or forward, when state that is kept elsewhere must follow the address. */
  onReturn(heard: () => void): void {
    this.#heard.push(heard);
  }

  get(name: string): string {
    return this.query.get(name) ?? "";
  }

  all(name: string): readonly string[] {
    return this.query.getAll(name);
  }

  /** The address of a screen in the room that is open. */
  href(path: string, query: Query = {}): string {
    const kept = KEPT.map((name) => [name, this.get(name)] as const);
    return address(path, [...kept, ...Object.entries(query)]);
  }

  /** Opens a screen; the way back leads here. */
  go(path: string, query: Query = {}): void {
    this.#move(this.href(path, query), true);
  }

  /** Changes parts of the query on this screen; `null` or "" takes one out, a list stands as often as it is long. */
  put(values: Readonly<Record<string, string | readonly string[] | null>>): void {
    const rest = [...this.query].filter(([name]) => !(name in values));
    const given = Object.entries(values).flatMap(([name, value]) => [value ?? ""].flat().map((one) => [name, one] as const));
    this.#move(address(this.path, [...rest, ...given]), false);
  }

  #move(to: string, step: boolean): void {
    if (to === location.pathname + location.search) return;
    history[step ? "pushState" : "replaceState"](null, "", to);
    this.path = tidy(location.pathname);
    this.query = new URLSearchParams(location.search);
  }
}

function tidy(path: string): string {
  return path.replace(/\/+$/, "") || "/";
}

function address(path: string, pairs: readonly (readonly [string, string | null])[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of pairs) if (value) query.append(name, value);
  return query.size ? `${path}?${query}` : path;
}

export const router = new Router();
