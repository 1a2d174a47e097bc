/**
 * The debug adapter: the Debug Adapter Protocol over two recordings, one a side. Each task of each side is a thread; both
 * sides stand still, each at its own place, and only the side whose thread is asked moves. Lines of the mail are lines of
 * the mail in the editor; other code comes as read-only text. Leaves out making and moving runs (launch.ts, recording.ts)
 * and what values look like (values.ts).
 */
import {
  DebugSession,
  InitializedEvent,
  OutputEvent,
  StoppedEvent,
  TerminatedEvent,
} from "@vscode/debugadapter";
import type { DebugProtocol } from "@vscode/debugprotocol";
import type { SubjectId } from "../../emulator/subject/subject.ts";
import type { Task } from "../../emulator/vm/task.ts";
import { REQUEST_LAST_CHANGE, REQUEST_TO_FAULT } from "../protocol.ts";
import { messageText, terminalText } from "../report/text.ts";
import type { Side } from "../review/types.ts";
import { type Aim, type Recorded, type RunNamed, record } from "./launch.ts";
import type { Halt, OpenCall, Recording, StepKind, Stops } from "./recording.ts";
import { type Value, Values } from "./values.ts";

/** Threads of a side are numbered from here on. */
const THREADS: Readonly<Record<Side, number>> = { before: 1001, after: 1 };
const SIDES: readonly Side[] = ["after", "before"];
/** Frames of one answer. */
const FRAMES_MAX = 200;
/** A movement that takes longer ends where it is. */
const PATIENCE_MS = 60_000;

/** Arguments of a launch, as the extension gives them. */
export interface LaunchArguments extends RunNamed {
  /** How the editor calls the mail: a path, or an address. */
  readonly document: string;
  /** "fault" (the place that led to the fault, default) or "entry". */
  readonly stopAt?: "fault" | "entry";
}

interface Frame {
  readonly side: Side;
  readonly task: number;
  readonly call: OpenCall;
}

/** What a number stands for, under which a client asks for values; those it was last shown, by name. */
interface Handed {
  readonly side: Side;
  readonly values: () => readonly Value[];
  shown: ReadonlyMap<string, Value>;
}

interface DataPoint {
  readonly id: string;
  readonly read: () => bigint | null;
  readonly side: Side;
}

export class FolioscopeSession extends DebugSession {
  #launched: LaunchArguments | null = null;
  #recorded: Recorded | null = null;
  #values: Record<Side, Values> | null = null;
  /** The side whose state is in the machine. */
  #active: Side = "after";
  /** Frames and values of this stop. A number is given once: what an earlier stop showed is not taken for something else. */
  #frames = new Map<number, Frame>();
  #handed = new Map<number, Handed>();
  /** Those of the stop before this one: a menu may have been opened on them. */
  #handedBefore: ReadonlyMap<number, Handed> = new Map();
  #numbers = 0;
  /** Lines of the mail with a breakpoint. */
  #lines: readonly number[] = [];
  #faults = true;
  /** Values that can be waited for, by the id that the client was given. */
  readonly #watchable = new Map<string, DataPoint>();
  #watched: readonly DataPoint[] = [];
  readonly #sources: string[] = [];

  constructor() {
    super();
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  // ---- life ------------------------------------------------------------------------------------------------------

  protected override initializeRequest(response: DebugProtocol.InitializeResponse): void {
    response.body = {
      supportsConfigurationDoneRequest: true,
      supportsStepBack: true,
      supportsEvaluateForHovers: true,
      supportsDataBreakpoints: true,
      supportsExceptionInfoRequest: true,
      supportsTerminateRequest: true,
      supportsSingleThreadExecutionRequests: false,
      exceptionBreakpointFilters: [
        {
          filter: "fault",
          label: "Broken rules",
          description: "Stops where a rule is broken, or where what breaks it is done.",
          default: true,
        },
      ],
    };
    this.sendResponse(response);
  }

  protected override launchRequest(
    response: DebugProtocol.LaunchResponse,
    args: DebugProtocol.LaunchRequestArguments,
  ): void {
    const launched = args as unknown as LaunchArguments;
    try {
      if (typeof launched.text !== "string" || typeof launched.replay !== "string")
        throw new Error("open a mail, simulate it, and choose Step Through This Run on a finding");
      this.#launched = launched;
      this.#recorded = record({
        ...launched,
        options: launched.options ?? {},
        path: launched.path ?? "mail",
      });
    } catch (error) {
      this.#fail(response, error);
      return;
    }
    const { sides } = this.#recorded;
    this.#active = launched.side === "before" ? "before" : "after";
    sides[this.#active].resume();
    this.#values = { before: new Values(sides.before), after: new Values(sides.after) };
    this.sendResponse(response);
    this.sendEvent(new InitializedEvent());
  }

  protected override configurationDoneRequest(response: DebugProtocol.ConfigurationDoneResponse): void {
    this.sendResponse(response);
    const { aim, scenario } = this.#run;
    this.#say(`${scenario}: both sides stand still; a step moves the side whose task is chosen.\n`);
    if (aim === null) {
      this.#say("No rule is broken in this run. It stands at its start.\n");
      this.#stopped("entry", this.#launched?.side ?? "after", "the start of the run");
      return;
    }
    this.#say(`${aim.code}: ${aim.message}\n`);
    if (this.#launched?.stopAt === "entry") {
      this.#stopped("entry", aim.side, "the start of the run");
      return;
    }
    this.#toFault(aim);
  }

  #toFault(aim: Aim): void {
    this.#move(aim.side).goTo(aim.place);
    this.#meet(aim);
    this.#stopped("exception", aim.side, aim.code);
  }

  /** The other side goes to where it has done as much of the same: its last event before this moment of the scenario. */
  #meet(aim: Aim): void {
    const { sides } = this.#run;
    const other: Side = aim.side === "after" ? "before" : "after";
    const here = sides[aim.side].run.events[sides[aim.side].recorded - 1];
    if (here === undefined) return;
    const there = sides[other].run.events.find((e) => e.step === here.step && e.kind === "step");
    if (there === undefined) return;
    const recording = this.#move(other);
    recording.goTo(recording.placeOf(there.seq));
    this.#move(aim.side);
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    this.sendResponse(response);
    this.sendEvent(new TerminatedEvent());
  }

  protected override disconnectRequest(response: DebugProtocol.DisconnectResponse): void {
    this.sendResponse(response);
    this.shutdown();
  }

  // ---- breakpoints -----------------------------------------------------------------------------------------------

  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    const mail = this.#launched !== null && args.source.path === this.#launched.document;
    if (!mail) {
      const message = "breakpoints hold on lines of the patch";
      response.body = {
        breakpoints: (args.breakpoints ?? []).map((b) => ({ verified: false, line: b.line, message })),
      };
      this.sendResponse(response);
      return;
    }
    const lines = this.#codeLines();
    const set: number[] = [];
    const breakpoints = (args.breakpoints ?? []).map((b): DebugProtocol.Breakpoint => {
      // A line without code of its own, as a brace: the next that has some, if it is near.
      const line = [0, 1, 2, 3].map((n) => b.line + n).find((l) => lines.has(l));
      if (line === undefined)
        return { verified: false, line: b.line, message: "no code of the patch that runs is on this line" };
      set.push(line);
      return { verified: true, line };
    });
    this.#lines = set;
    response.body = { breakpoints };
    this.sendResponse(response);
  }

  /** Lines of the mail on which a statement of either side begins. */
  #codeLines(): Set<number> {
    const out = new Set<number>();
    for (const { side } of Object.values(this.#run.sides))
      for (const loc of side.kernel.image.lines) {
        const docLine = side.docLine(loc);
        if (docLine > 0) out.add(docLine);
      }
    return out;
  }

  protected override setExceptionBreakPointsRequest(
    response: DebugProtocol.SetExceptionBreakpointsResponse,
    args: DebugProtocol.SetExceptionBreakpointsArguments,
  ): void {
    this.#faults = args.filters.includes("fault");
    this.sendResponse(response);
  }

  protected override dataBreakpointInfoRequest(
    response: DebugProtocol.DataBreakpointInfoResponse,
    args: DebugProtocol.DataBreakpointInfoArguments,
  ): void {
    const point = this.#pointOf(args.variablesReference ?? 0, args.name);
    response.body = {
      dataId: point === null ? null : point.id,
      description: point === null ? `${args.name} cannot be waited for` : point.id,
      accessTypes: ["write"],
    };
    this.sendResponse(response);
  }

  protected override setDataBreakpointsRequest(
    response: DebugProtocol.SetDataBreakpointsResponse,
    args: DebugProtocol.SetDataBreakpointsArguments,
  ): void {
    const found = args.breakpoints.map((b) => this.#watchable.get(b.dataId));
    this.#watched = found.filter((p) => p !== undefined);
    response.body = { breakpoints: found.map((p) => ({ verified: p !== undefined })) };
    this.sendResponse(response);
  }

  /** What a shown variable is to somebody who waits for it; remembered under its name. */
  #pointOf(reference: number, name: string): DataPoint | null {
    const of = this.#handed.get(reference) ?? this.#handedBefore.get(reference);
    const read = of?.shown.get(name)?.read;
    if (of === undefined || read === undefined) return null;
    const point = { id: `${name}, ${of.side} the patch`, read, side: of.side };
    this.#watchable.set(point.id, point);
    return point;
  }

  #stops(side: Side): Stops {
    const { image } = this.#run.sides[side].side.kernel;
    const lines = new Set<number>();
    if (this.#lines.length > 0)
      image.lines.forEach((loc, id) => {
        if (this.#lines.includes(this.#run.sides[side].side.docLine(loc))) lines.add(id);
      });
    const { aim } = this.#run;
    return {
      lines,
      values: this.#watched.filter((w) => w.side === side).map((w) => w.read),
      places: this.#faults && aim !== null && aim.side === side ? [aim.place] : [],
    };
  }

  // ---- moving ----------------------------------------------------------------------------------------------------

  /** The recording of a side, ready to move: sides may share a memory. */
  #move(side: Side): Recording {
    const recording = this.#run.sides[side];
    if (this.#active !== side) {
      this.#active = side;
      recording.resume();
    }
    return recording;
  }

  #go(
    response: DebugProtocol.Response,
    thread: number,
    how: (recording: Recording, task: number, stops: Stops, impatient: () => boolean) => Halt,
  ): void {
    const [side, task] = sideOf(thread);
    this.sendResponse(response);
    const recording = this.#move(side);
    const until = Date.now() + PATIENCE_MS;
    const halt = how(recording, task, this.#stops(side), () => Date.now() > until);
    this.#halted(halt, side, task);
  }

  #halted(halt: Halt, side: Side, task: number): void {
    const { aim } = this.#run;
    if (halt === "violation" && aim !== null) this.#stopped("exception", side, aim.code);
    else if (halt === "breakpoint") this.#stopped("breakpoint", side, "a breakpoint");
    else if (halt === "change") this.#stopped("data breakpoint", side, "about to change");
    else if (halt === "start") this.#stopped("entry", side, "the start of the run");
    else if (halt === "end") this.#stopped("pause", side, this.#endText(side));
    else if (halt === "cancelled") this.#stopped("pause", side, "this took long: the run stands here");
    else this.#stopped("step", side, "", task);
  }

  #endText(side: Side): string {
    const { kind, message } = this.#run.sides[side].run.end.reason;
    return kind === "completed" ? "the end of the run" : `the end of the run: ${message}`;
  }

  /** `description`: a few words, which the call stack has beside the task's name: longer ones would hide that. */
  #stopped(reason: string, side: Side, description: string, wanted?: number): void {
    this.#frames.clear();
    this.#handedBefore = this.#handed;
    this.#handed = new Map();
    const recording = this.#run.sides[side];
    const task = recording.tasks[wanted ?? -1];
    const id = task !== undefined && task.state !== "done" ? task.id : (recording.running?.id ?? 0);
    const event = new StoppedEvent(reason, THREADS[side] + id) as DebugProtocol.StoppedEvent;
    event.body.allThreadsStopped = true;
    if (description !== "") event.body.description = messageText(description);
    if (reason === "exception" && this.#run.aim !== null)
      event.body.text = messageText(this.#run.aim.message);
    this.sendEvent(event);
  }

  protected override continueRequest(
    response: DebugProtocol.ContinueResponse,
    args: DebugProtocol.ContinueArguments,
  ): void {
    response.body = { allThreadsContinued: false };
    this.#go(response, args.threadId, (r, _t, stops, impatient) => r.forward(stops, impatient));
  }

  protected override reverseContinueRequest(
    response: DebugProtocol.ReverseContinueResponse,
    args: DebugProtocol.ReverseContinueArguments,
  ): void {
    this.#go(response, args.threadId, (r, _t, stops, impatient) => r.backward(stops, impatient));
  }

  #step(kind: StepKind, response: DebugProtocol.Response, thread: number): void {
    this.#go(response, thread, (r, task, stops, impatient) => r.step(kind, task, stops, impatient));
  }

  protected override nextRequest(
    response: DebugProtocol.NextResponse,
    args: DebugProtocol.NextArguments,
  ): void {
    this.#step("over", response, args.threadId);
  }

  protected override stepInRequest(
    response: DebugProtocol.StepInResponse,
    args: DebugProtocol.StepInArguments,
  ): void {
    this.#step("into", response, args.threadId);
  }

  protected override stepOutRequest(
    response: DebugProtocol.StepOutResponse,
    args: DebugProtocol.StepOutArguments,
  ): void {
    this.#step("out", response, args.threadId);
  }

  protected override stepBackRequest(
    response: DebugProtocol.StepBackResponse,
    args: DebugProtocol.StepBackArguments,
  ): void {
    this.#go(response, args.threadId, (r, task, _stops, impatient) => r.stepBack(task, impatient));
  }

  protected override pauseRequest(
    response: DebugProtocol.PauseResponse,
    args: DebugProtocol.PauseArguments,
  ): void {
    this.sendResponse(response);
    this.#stopped("pause", sideOf(args.threadId)[0], "");
  }

  /** Requests of our own: see docs/lsp_extensions.md. */
  protected override customRequest(command: string, response: DebugProtocol.Response, args: unknown): void {
    const { aim } = this.#run;
    if (command === REQUEST_TO_FAULT) {
      if (aim === null) {
        this.#fail(response, new Error("no rule is broken in this run"));
        return;
      }
      this.sendResponse(response);
      this.#toFault(aim);
      return;
    }
    if (command !== REQUEST_LAST_CHANGE) {
      super.customRequest(command, response, args);
      return;
    }
    const { variablesReference, name } = (args ?? {}) as { variablesReference?: number; name?: string };
    const point = this.#pointOf(Number(variablesReference), String(name));
    if (point === null) {
      this.#fail(response, new Error(`${String(name)} has no place whose writes could be looked for`));
      return;
    }
    const recording = this.#move(point.side);
    const halt = recording.lastChange(point.read);
    response.body = { found: halt === "change" };
    this.sendResponse(response);
    if (halt === "change") this.#stopped("data breakpoint", point.side, String(name));
  }

  // ---- looking ---------------------------------------------------------------------------------------------------

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    const threads = SIDES.flatMap((side) =>
      this.#run.sides[side].tasks.map((t) => ({
        id: THREADS[side] + t.id,
        name: terminalText(`${side} the patch: ${t.name}${taskState(t)}`),
      })),
    );
    response.body = { threads };
    this.sendResponse(response);
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    args: DebugProtocol.StackTraceArguments,
  ): void {
    const [side, id] = sideOf(args.threadId);
    const recording = this.#move(side);
    const task = recording.tasks[id];
    const calls = task === undefined ? [] : recording.calls(task);
    const from = args.startFrame ?? 0;
    const shown = calls.slice(from, from + Math.min(args.levels || FRAMES_MAX, FRAMES_MAX));
    const inMail = calls.some((c) => recording.side.docLine(c.loc) > 0);
    response.body = {
      totalFrames: calls.length,
      stackFrames: shown.map((call) => {
        this.#frames.set(++this.#numbers, { side, task: id, call });
        return this.#frame(this.#numbers, side, call, inMail);
      }),
    };
    this.sendResponse(response);
  }

  #frame(id: number, side: Side, call: OpenCall, inMail: boolean): DebugProtocol.StackFrame {
    const patchSide = this.#run.sides[side].side;
    const docLine = patchSide.docLine(call.loc);
    const name = `${call.fn.name}()`;
    if (docLine > 0) {
      const path = this.#launched?.document ?? "";
      return { id, name, line: docLine, column: 1, source: { name: path.split("/").pop() ?? "mail", path } };
    }
    const { path, line } = patchSide.sourceOf(call.loc);
    const source: DebugProtocol.Source = {
      name: path === "" ? call.fn.name : path,
      sourceReference: this.#reference(side, path),
      origin:
        patchSide.inTree && call.fn.fidelity === "tree" ? "kernel tree" : `reference kernel ${patchSide.era}`,
      // Where the mail has a place in this stack, the reader is shown that one.
      ...(inMail ? { presentationHint: "deemphasize" as const } : {}),
    };
    return { id, name, line, column: 1, source, ...(inMail ? { presentationHint: "subtle" as const } : {}) };
  }

  #reference(side: Side, path: string): number {
    const key = `${side} ${path}`;
    const known = this.#sources.indexOf(key);
    return known >= 0 ? known + 1 : this.#sources.push(key);
  }

  protected override sourceRequest(
    response: DebugProtocol.SourceResponse,
    args: DebugProtocol.SourceArguments,
  ): void {
    const key = this.#sources[(args.source?.sourceReference ?? args.sourceReference) - 1] ?? "";
    const side: Side = key.startsWith("before ") ? "before" : "after";
    const path = key.slice(side.length + 1);
    const file = this.#run.sides[side].side.kernel.image.files.find((f) => f.path === path);
    response.body = { content: file?.text ?? "This code is not there as text.\n", mimeType: "text/x-c" };
    this.sendResponse(response);
  }

  protected override scopesRequest(
    response: DebugProtocol.ScopesResponse,
    args: DebugProtocol.ScopesArguments,
  ): void {
    const frame = this.#frames.get(args.frameId);
    const task = frame === undefined ? undefined : this.#run.sides[frame.side].tasks[frame.task];
    if (frame === undefined || task === undefined) {
      response.body = { scopes: [] };
      this.sendResponse(response);
      return;
    }
    this.#move(frame.side);
    const values = this.#values![frame.side];
    const { aim } = this.#run;
    const scope = (name: string, of: () => readonly Value[]): DebugProtocol.Scope => ({
      name: terminalText(name),
      variablesReference: this.#hand(frame.side, of),
      expensive: false,
    });
    const things = new Map<string, SubjectId>();
    if (aim?.subject) things.set(`${aim.subject.kind} ${aim.subject.id}`, aim.subject);
    for (const t of values.inHand(task, frame.call).slice(0, 3)) things.set(`${t.kind} ${t.id}`, t);
    response.body = {
      scopes: [
        { ...scope("Locals", () => values.locals(task, frame.call)), presentationHint: "locals" },
        ...[...things.values()].map((of) => scope(values.nameOf(of), () => values.thing(of))),
      ],
    };
    this.sendResponse(response);
  }

  /** A number under which the client asks for these values. */
  #hand(side: Side, values: () => readonly Value[]): number {
    this.#handed.set(++this.#numbers, { side, values, shown: new Map() });
    return this.#numbers;
  }

  protected override variablesRequest(
    response: DebugProtocol.VariablesResponse,
    args: DebugProtocol.VariablesArguments,
  ): void {
    const of = this.#handed.get(args.variablesReference);
    if (of === undefined) {
      response.body = { variables: [] };
      this.sendResponse(response);
      return;
    }
    this.#move(of.side);
    const values = of.values();
    of.shown = new Map(values.map((v) => [v.name, v]));
    response.body = { variables: values.map((v) => this.#variable(of.side, v)) };
    this.sendResponse(response);
  }

  #variable(side: Side, v: Value): DebugProtocol.Variable {
    return {
      name: v.name,
      value: terminalText(v.text),
      ...(v.type === "" ? {} : { type: v.type }),
      variablesReference: v.children === undefined ? 0 : this.#hand(side, v.children),
    };
  }

  protected override evaluateRequest(
    response: DebugProtocol.EvaluateResponse,
    args: DebugProtocol.EvaluateArguments,
  ): void {
    const frame = args.frameId === undefined ? [...this.#frames.values()][0] : this.#frames.get(args.frameId);
    const task = frame === undefined ? undefined : this.#run.sides[frame.side].tasks[frame.task];
    if (frame !== undefined) this.#move(frame.side);
    const value =
      frame === undefined || task === undefined
        ? null
        : this.#values![frame.side].evaluate(args.expression, task, frame.call);
    if (frame === undefined || value === null) {
      const hint = "a local of this call, or a member of one (a->b.c)";
      this.#fail(response, new Error(`${args.expression.slice(0, 80)} is not ${hint}`));
      return;
    }
    const shown = this.#variable(frame.side, value);
    response.body = {
      result: shown.value,
      variablesReference: shown.variablesReference,
      ...(shown.type === undefined ? {} : { type: shown.type }),
    };
    this.sendResponse(response);
  }

  protected override exceptionInfoRequest(response: DebugProtocol.ExceptionInfoResponse): void {
    const { aim } = this.#run;
    response.body = {
      exceptionId: aim?.code ?? "",
      breakMode: "always",
      ...(aim === null
        ? {}
        : { description: terminalText([aim.message, aim.what].filter((t) => t !== "").join(". Here: ")) }),
    };
    this.sendResponse(response);
  }

  // ---- words -----------------------------------------------------------------------------------------------------

  get #run(): Recorded {
    if (this.#recorded === null) throw new Error("nothing is launched");
    return this.#recorded;
  }

  #say(text: string): void {
    this.sendEvent(new OutputEvent(text.split("\n").map(terminalText).join("\n"), "console"));
  }

  #fail(response: DebugProtocol.Response, error: unknown): void {
    const text = messageText(error instanceof Error ? error.message : String(error));
    // Braces would be places for variables.
    this.sendErrorResponse(response, { id: 1, format: text.replace(/[{}]/g, ""), showUser: true });
  }

  /** A request that breaks is answered, and the session goes on. */
  protected override dispatchRequest(request: DebugProtocol.Request): void {
    try {
      super.dispatchRequest(request);
    } catch (error) {
      const response = {
        seq: 0,
        type: "response",
        request_seq: request.seq,
        command: request.command,
        success: true,
      } satisfies DebugProtocol.Response;
      this.#fail(response, error);
    }
  }
}

const taskState = (t: Task): string =>
  t.state === "sleeping" ? ` (sleeps: ${t.waitingFor})` : t.state === "done" ? " (has ended)" : "";

function sideOf(thread: number): [Side, number] {
  const side: Side = thread >= THREADS.before ? "before" : "after";
  return [side, thread - THREADS[side]];
}
