/**
 * The runs of the open patches in the Test Explorer: patch > case, with run, cancel, duration, the two sides as expected and
 * actual, and which added lines were reached, by all cases or by one. Everything shown is the server's; nothing is decided here.
 */
import {
  type CancellationToken,
  commands,
  type Disposable,
  FileCoverage,
  Location,
  MarkdownString,
  Position,
  Range,
  StatementCoverage,
  TestCoverageCount,
  type TestItem,
  TestMessage,
  type TestRun,
  TestRunProfileKind,
  TestRunRequest,
  tests,
  Uri,
} from "vscode";
import {
  COMMAND_STEP,
  METHOD_ORDERS,
  METHOD_RUN_TESTS,
  METHOD_TESTS,
  type OrdersParams,
  type OrdersResult,
  type RunTestsParams,
  type StatusParams,
  type TestCase,
  type TestedPatch,
  type TestLine,
  type TestsResult,
} from "../server/protocol.ts";
import type { Client } from "./client.ts";

/** What an item of the explorer stands for. */
interface Meaning {
  readonly uri: string;
  readonly patch: TestedPatch;
  readonly scenario?: string;
  readonly docLine: number;
}

export class ScenarioTests implements Disposable {
  readonly #client: Client;
  readonly #controller = tests.createTestController("folioscope", "Folioscope: scenarios");
  readonly #meanings = new WeakMap<TestItem, Meaning>();
  /** What is shown of a document, as text, so that nothing is shown twice. */
  readonly #shown = new Map<string, string>();
  /** Documents that a run from here is under way in: it shows what comes of it itself. */
  readonly #busy = new Set<string>();
  /** Added lines by the file's coverage. */
  readonly #lines = new WeakMap<FileCoverage, readonly TestLine[]>();

  constructor(client: Client) {
    this.#client = client;
    const run = (request: TestRunRequest, token: CancellationToken) => this.#run(request, token);
    this.#controller.createRunProfile("Run", TestRunProfileKind.Run, run, true);
    this.#controller.createRunProfile("Step through", TestRunProfileKind.Debug, (r) => this.#step(r), true);
    const covered = this.#controller.createRunProfile("Added lines", TestRunProfileKind.Coverage, run, true);
    covered.loadDetailedCoverage = async (_run, file) => details(this.#lines.get(file) ?? []);
    covered.loadDetailedCoverageForTest = (_run, _file, item, token) => this.#reachedBy(item, token);
    for (const [label, weak] of [
      ["Try orders", false],
      ["Try orders with late stores", true],
    ] as const)
      this.#controller.createRunProfile(
        label,
        TestRunProfileKind.Run,
        (r, token) => this.#tryOrders(r, weak, token),
        false,
      );
    this.#controller.refreshHandler = async () => {
      for (const uri of [...this.#shown.keys()]) await this.#load(uri);
    };
  }

  /** A document's state changed: what it has is asked for when a run has ended. */
  async status({ uri, state }: StatusParams): Promise<void> {
    if (state === "foreign" || state === "none") this.forget(uri);
    else if (state !== "checking" && !this.#busy.has(uri)) await this.#load(uri);
  }

  forget(uri: string): void {
    this.#shown.delete(uri);
    this.#controller.items.forEach((item) => {
      if (this.#meanings.get(item)?.uri === uri) this.#controller.items.delete(item.id);
    });
  }

  dispose(): void {
    this.#controller.dispose();
  }

  async #load(uri: string): Promise<void> {
    const result = await this.#client.request<TestsResult>(METHOD_TESTS, { uri });
    const text = JSON.stringify([result.version, result.patches]);
    if (this.#shown.get(uri) === text) return;
    this.#show(result);
    this.#shown.set(uri, text);
    const items = this.#itemsOf(uri);
    if (items.length === 0 || result.state !== "current") return;
    // What the review of the document found, without the focus and without a place in the history of runs.
    const request = new TestRunRequest(items, undefined, undefined, false, true);
    const run = this.#controller.createTestRun(request, "review", false);
    for (const item of items) this.#tell(run, item, result);
    run.end();
  }

  #itemsOf(uri: string): TestItem[] {
    const found: TestItem[] = [];
    this.#controller.items.forEach((item) => {
      if (this.#meanings.get(item)?.uri === uri) found.push(item);
    });
    return found;
  }

  /** Makes the items of a document anew; those that are there keep their identity. */
  #show({ uri, patches }: TestsResult): void {
    const wanted = new Set(patches.map((p) => `${uri}#${p.index}`));
    for (const item of this.#itemsOf(uri)) if (!wanted.has(item.id)) this.#controller.items.delete(item.id);
    for (const patch of patches) {
      const id = `${uri}#${patch.index}`;
      let item = this.#controller.items.get(id);
      if (item === undefined) {
        item = this.#controller.createTestItem(id, patch.label, Uri.parse(uri));
        this.#controller.items.add(item);
      }
      item.label = patch.label;
      item.description = patch.description;
      item.range = lineRange(patch.docLine);
      item.sortText = String(patch.index).padStart(5, "0");
      this.#meanings.set(item, { uri, patch, docLine: patch.docLine });
      item.children.replace(
        patch.cases.map((c, i) => {
          const child = this.#controller.createTestItem(caseId(id, c), c.label, Uri.parse(uri));
          child.description = c.description;
          child.sortText = String(i).padStart(5, "0");
          if (c.docLine > 0) child.range = lineRange(c.docLine);
          this.#meanings.set(child, { uri, patch, scenario: c.scenario, docLine: c.docLine });
          return child;
        }),
      );
    }
  }

  /**
   * Tells a run what came of an item and of everything below it. `asked`: the reader asked for this run, and how long it took
   * where that is known.
   */
  #tell(
    run: TestRun,
    item: TestItem,
    result: TestsResult,
    asked?: { readonly ms: number | undefined; readonly covers: boolean },
  ): void {
    const meaning = this.#meanings.get(item);
    const patch = result.patches.find((p) => p.index === meaning?.patch.index);
    if (meaning === undefined || patch === undefined) return;
    const items: TestItem[] = [];
    if (meaning.scenario === undefined) item.children.forEach((c) => void items.push(c));
    else items.push(item);
    const parent = meaning.scenario === undefined ? item.id : (item.parent?.id ?? "");
    const byId = new Map(patch.cases.map((c) => [caseId(parent, c), c]));
    for (const child of items) {
      const c = byId.get(child.id);
      if (c === undefined || c.state === "skipped") run.skipped(child);
      else if (c.state === "passed") run.passed(child, asked?.ms);
      else run.failed(child, messageOf(c, Uri.parse(meaning.uri), asked?.covers === false), asked?.ms);
      if (c !== undefined && c.message !== "" && c.state !== "failed")
        run.appendOutput(`${c.scenario}: ${c.message}\r\n`, undefined, child);
    }
  }

  async #run(request: TestRunRequest, token: CancellationToken): Promise<void> {
    const run = this.#controller.createTestRun(request);
    const asked: TestItem[] = [...(request.include ?? [])];
    if (request.include === undefined) this.#controller.items.forEach((i) => void asked.push(i));
    const excluded = new Set(request.exclude?.map((i) => i.id));
    const items = asked.filter((i) => !excluded.has(i.id) && !asked.some((a) => a.id === i.parent?.id));
    for (const item of items) run.enqueued(item);
    for (const item of items) {
      if (token.isCancellationRequested) {
        run.skipped(item);
        continue;
      }
      await this.#runOne(run, item, request.profile?.kind === TestRunProfileKind.Coverage, token);
    }
    run.end();
  }

  async #runOne(run: TestRun, item: TestItem, covers: boolean, token: CancellationToken): Promise<void> {
    const meaning = this.#meanings.get(item);
    if (meaning === undefined) return;
    const { uri, patch, scenario } = meaning;
    run.started(item);
    item.children.forEach((c) => void run.started(c));
    const began = Date.now();
    this.#busy.add(uri);
    try {
      const result = await this.#ask(meaning, token);
      if (result.message !== "") run.appendOutput(`${result.message}\r\n`, undefined, item);
      if (scenario === undefined) this.#show(result);
      // One case has a time of its own; of a whole patch the cases run side by side.
      this.#tell(run, item, result, { ms: scenario === undefined ? undefined : Date.now() - began, covers });
      const now = result.patches.find((p) => p.index === patch.index);
      if (covers && now !== undefined) run.addCoverage(this.#coverage(item, now));
      if (scenario === undefined)
        run.appendOutput(
          `${patch.label}: ${((Date.now() - began) / 1000).toFixed(1)} s\r\n`,
          undefined,
          item,
        );
    } catch (error) {
      if (token.isCancellationRequested) run.skipped(item);
      else run.errored(item, new TestMessage(error instanceof Error ? error.message : String(error)));
    } finally {
      this.#busy.delete(uri);
    }
  }

  /** Other orders of the tasks of the runs that are asked for; of a whole patch that would take too long. */
  async #tryOrders(request: TestRunRequest, weak: boolean, token: CancellationToken): Promise<void> {
    const run = this.#controller.createTestRun(request);
    for (const item of request.include ?? []) {
      const meaning = this.#meanings.get(item);
      if (meaning?.scenario === undefined || token.isCancellationRequested) {
        if (meaning !== undefined) run.appendOutput("Choose one run: orders are tried of one at a time.\r\n");
        run.skipped(item);
        continue;
      }
      const { uri, patch, scenario } = meaning;
      const params: OrdersParams = {
        uri,
        scenario,
        weak,
        ...(patch.patch === undefined ? {} : { patch: patch.patch }),
      };
      run.started(item);
      try {
        const { text, news } = await this.#client.request<OrdersResult>(METHOD_ORDERS, params, token);
        run.appendOutput(text.replace(/\n/g, "\r\n"), undefined, item);
        if (news === 0) run.passed(item);
        else
          run.failed(
            item,
            new TestMessage(`in some order the patched side breaks what the other does not:\n${text}`),
          );
      } catch (error) {
        if (token.isCancellationRequested) run.skipped(item);
        else run.errored(item, new TestMessage(error instanceof Error ? error.message : String(error)));
      }
    }
    run.end();
  }

  #ask({ uri, patch, scenario }: Meaning, token: CancellationToken): Promise<TestsResult> {
    const params: RunTestsParams = {
      uri,
      ...(patch.patch === undefined ? {} : { patch: patch.patch }),
      ...(scenario === undefined ? {} : { scenario }),
    };
    return this.#client.request<TestsResult>(METHOD_RUN_TESTS, params, token);
  }

  /** Added lines of a patch, in the document that shows it; each case can be asked what it reached. */
  #coverage(item: TestItem, { lines }: TestedPatch): FileCoverage {
    const reached = lines.filter((l) => l.hits > 0).length;
    const cases: TestItem[] = [];
    if (item.children.size === 0) cases.push(item);
    item.children.forEach((c) => void cases.push(c));
    const uri = item.uri ?? Uri.parse(this.#meanings.get(item)?.uri ?? "");
    const covered = new FileCoverage(
      uri,
      new TestCoverageCount(reached, lines.length),
      undefined,
      undefined,
      cases,
    );
    this.#lines.set(covered, lines);
    return covered;
  }

  /** Which added lines one case reaches: it runs again, alone. */
  async #reachedBy(item: TestItem, token: CancellationToken): Promise<StatementCoverage[]> {
    const meaning = this.#meanings.get(item);
    if (meaning === undefined) return [];
    const { patches } = await this.#ask(meaning, token);
    return details(patches.find((p) => p.index === meaning.patch.index)?.lines ?? []);
  }

  async #step(request: TestRunRequest): Promise<void> {
    const meaning = request.include?.[0] && this.#meanings.get(request.include[0]);
    if (meaning === undefined) return;
    await commands.executeCommand(COMMAND_STEP, { uri: meaning.uri, line: meaning.docLine });
  }
}

const caseId = (parent: string, c: TestCase): string => `${parent}/${c.scenario}/${c.description}`;

function lineRange(docLine: number): Range {
  const at = new Position(Math.max(0, docLine - 1), 0);
  return new Range(at, at);
}

const details = (lines: readonly TestLine[]): StatementCoverage[] =>
  lines.map((l) => new StatementCoverage(l.hits, lineRange(l.docLine)));

/**
 * The fault, and the two sides for the editor's own difference where the reader asked for the run: the editor writes the middle
 * of both sides at the line then, which is no sentence, and every review would leave that behind.
 */
function messageOf(c: TestCase, uri: Uri, asDifference: boolean): TestMessage {
  const text = new MarkdownString();
  if (c.code !== undefined) text.appendMarkdown(`**${c.code}** `);
  text.appendText(c.message);
  const message = asDifference ? TestMessage.diff(text, c.before, c.after) : new TestMessage(text);
  if (c.docLine > 0) message.location = new Location(uri, lineRange(c.docLine));
  return message;
}
