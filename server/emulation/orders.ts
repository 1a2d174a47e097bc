/**
 * Tries orders, or faults, for the editor: what `folioscope explore` says of a document, on a thread of its own that ends when
 * the editor no longer wants it. Leaves out exploring (server/review/exploring.ts).
 */

import { parseDocument } from "../parse.ts";
import { ORDERS_MAX, ORDERS_SECONDS, type OrdersParams, type OrdersResult } from "../protocol.ts";
import { exploredText, injectedText, newIn, unfolded } from "../report/explored.ts";
import { terminalText } from "../report/text.ts";
import { choosePatches } from "../review/analysis.ts";
import { exploreAll } from "../review/exploring.ts";
import type { ReviewOptions } from "../review/types.ts";
import { DEFAULT_STEPS } from "../review/types.ts";
import { TreeProblem } from "../source/context.ts";
import { askThread } from "./once.ts";

/** What is asked; plain data. `options.scenario` names the cases. */
export interface OrdersRequest {
  readonly text: string;
  readonly path: string;
  readonly options: ReviewOptions;
  readonly patch?: string;
  readonly faults: 0 | 1 | 2;
  readonly weak: boolean;
}

export interface OrdersAnswer {
  readonly text: string;
  /** Faults and data races that only the patched side shows. */
  readonly news: number;
}

/** `cancelled` is given what ends the thread. */
export type Orders = (request: OrdersRequest, cancelled: (end: () => void) => void) => Promise<OrdersAnswer>;

/** What the thread is started with. */
export interface OrdersSetup {
  readonly kind: "orders";
  readonly request: OrdersRequest;
}

/** Orders that are drawn beyond the bound. */
const RANDOM = 50;

/** `file` is the bundled worker. */
export function ordersOnThread(file: string): Orders {
  return (request, cancelled) => {
    const setup: OrdersSetup = { kind: "orders", request };
    return askThread<OrdersAnswer>(file, setup, cancelled);
  };
}

/** What METHOD_ORDERS answers: of the document as it is now, with the settings' tree and era. */
export async function askOrders(
  document: { readonly text: string; readonly path: string },
  run: Orders,
  settings: ReviewOptions,
  params: unknown,
  token: { readonly onCancellationRequested: (listener: () => void) => unknown },
): Promise<OrdersResult> {
  const { scenario, patch, faults, weak } = params as Partial<Record<keyof OrdersParams, unknown>>;
  if (typeof scenario !== "string" || scenario === "")
    return { title: "Orders", text: "Name a scenario.\n", news: 0 };
  const request: OrdersRequest = {
    text: document.text,
    path: document.path,
    options: { ...settings, scenario },
    ...(typeof patch === "string" ? { patch } : {}),
    faults: faults === 1 || faults === 2 ? faults : 0,
    weak: weak === true && faults !== 1 && faults !== 2,
  };
  const answer = await run(request, (end) => void token.onCancellationRequested(end));
  const what = request.faults > 0 ? "Faults" : request.weak ? "Late stores" : "Orders";
  return { title: `${what} of ${terminalText(scenario)}`, ...answer };
}

/** The work of the thread. */
export function orders({ text, path, options, patch, faults, weak }: OrdersRequest): OrdersAnswer {
  const doc = parseDocument(text, path);
  const until = Date.now() + 1000 * ORDERS_SECONDS;
  const out: string[] = [];
  let news = 0;
  const limits = {
    bound: 2,
    schedules: ORDERS_MAX,
    random: RANDOM,
    seed: 1,
    steps: options.steps ?? DEFAULT_STEPS,
    weak,
    stop: () => Date.now() > until,
  };
  try {
    const { cases } = exploreAll(
      { doc, patches: choosePatches(doc, patch), options, limits, faults },
      {
        silent: (why) => out.push(`${why}\n`),
        explored: (result) => {
          out.push("depth" in result ? injectedText(result, unfolded) : exploredText(result, unfolded));
          news += newIn(result);
        },
      },
    );
    if (cases === 0 && out.length === 0)
      out.push(`No case of ${options.scenario ?? "any scenario"} is there to run.\n`);
  } catch (error) {
    if (!(error instanceof TreeProblem)) throw error;
    out.push(`${error.message}\n`);
  }
  return { text: out.join("\n"), news };
}
