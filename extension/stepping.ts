/**
 * Stepping through a recorded run: starts a debug session of a finding's run, tells the editor where the adapter is, which
 * names of a line have a value, and what our own requests of a session are. Leaves out the run itself (server/debug).
 */
import {
  type CancellationToken,
  type DebugConfiguration,
  type Disposable,
  debug,
  type InlineValue,
  type InlineValueContext,
  InlineValueVariableLookup,
  languages,
  Range,
  type TextDocument,
  type Uri,
  type WorkspaceFolder,
  window,
} from "vscode";
import {
  DEBUG_TYPE,
  DOCUMENT_SCHEME,
  type LaunchResult,
  MAIL_LANGUAGE,
  METHOD_LAUNCH,
  REQUEST_LAST_CHANGE,
  REQUEST_TO_FAULT,
} from "../server/protocol.ts";
import { messageText } from "../server/report/text.ts";
import type { Client, Host } from "./client.ts";

/** Lines above the one that a run stands on whose names are shown with their values. */
const INLINE_LINES = 40;
/** Words of C that name no variable. */
const KEYWORDS =
  /^(?:if|else|for|while|do|switch|case|default|return|goto|break|continue|sizeof|struct|union|enum|static|inline|const|unsigned|signed|int|long|short|char|void|bool|true|false|NULL)$/;

/** The launch of a finding's run, or of the one at the cursor; undefined (and told) when there is none. */
async function configurationOf(
  client: Client,
  uri: Uri,
  finding: number | undefined,
): Promise<DebugConfiguration | undefined> {
  const editor = window.activeTextEditor;
  const here = editor?.document.uri.toString() === uri.toString() ? editor.selection.active.line + 1 : 0;
  const asked = { uri: uri.toString(), ...(finding === undefined ? { docLine: here } : { finding }) };
  const { run, title, why } = await client.request<LaunchResult>(METHOD_LAUNCH, asked);
  if (run === null) {
    void window.showInformationMessage(messageText(`Folioscope: ${why}`));
    return undefined;
  }
  return {
    ...run,
    type: DEBUG_TYPE,
    request: "launch",
    name: title,
    mail: uri.toString(),
    document: uri.scheme === "file" ? uri.fsPath : uri.toString(),
  };
}

/** The mail whose run is stepped through, by its address; undefined where none is. */
export function steppedMail(): string | undefined {
  const session = debug.activeDebugSession;
  const mail: unknown = session?.type === DEBUG_TYPE ? session.configuration["mail"] : undefined;
  return typeof mail === "string" ? mail : undefined;
}

/** Starts stepping through a finding's run; it stands at the write that led to the fault. */
export async function stepThrough(client: Client, uri: Uri, finding: number | undefined): Promise<void> {
  const configuration = await configurationOf(client, uri, finding);
  if (configuration !== undefined) await debug.startDebugging(undefined, configuration);
}

/** A variable of the Variables view, as the editor hands it to a command. */
interface ChosenVariable {
  readonly container?: { readonly variablesReference?: number };
  readonly variable?: { readonly name?: string };
}

/** Goes back to the write that gave a variable its present value. */
export async function backToLastChange(arg: unknown): Promise<void> {
  const { container, variable } = (arg ?? {}) as ChosenVariable;
  const session = debug.activeDebugSession;
  if (session?.type !== DEBUG_TYPE || variable?.name === undefined) {
    void window.showInformationMessage("Choose a variable of a run that is stepped through, in Variables.");
    return;
  }
  const answer = (await session.customRequest(REQUEST_LAST_CHANGE, {
    variablesReference: container?.variablesReference,
    name: variable.name,
  })) as { found?: boolean } | undefined;
  if (answer?.found === false)
    void window.showInformationMessage(messageText(`Nothing before this place changes ${variable.name}.`));
}

/** Goes to the place that led to the fault, wherever the run stands. */
export async function goToFault(): Promise<void> {
  if (debug.activeDebugSession?.type === DEBUG_TYPE)
    await debug.activeDebugSession.customRequest(REQUEST_TO_FAULT, {});
}

/** What the editor has to know of our sessions. `uriOf` gives the patch that is looked at. */
export function registerStepping(host: Host, client: Client, uriOf: () => Uri | undefined): Disposable[] {
  const shown = [{ language: "diff" }, { language: MAIL_LANGUAGE }, { scheme: DOCUMENT_SCHEME }];
  return [
    debug.registerDebugConfigurationProvider(DEBUG_TYPE, {
      // F5 in a mail, without a launch.json, comes with an empty configuration.
      resolveDebugConfiguration: async (_folder: WorkspaceFolder | undefined, given: DebugConfiguration) => {
        if (typeof given["replay"] === "string" && typeof given["text"] === "string") return given;
        const uri = uriOf();
        if (uri !== undefined) return await configurationOf(client, uri, undefined);
        void window.showInformationMessage("Open a mail or a patch first, and simulate it.");
        return undefined;
      },
    }),
    debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
      createDebugAdapterDescriptor: () => host.adapter(),
    }),
    languages.registerInlineValuesProvider([...shown, { language: "plaintext" }], { provideInlineValues }),
  ];
}

/** Names on the lines up to the one that the run stands on; the adapter knows which are variables. */
function provideInlineValues(
  document: TextDocument,
  viewPort: Range,
  context: InlineValueContext,
  _token: CancellationToken,
): InlineValue[] {
  if (debug.activeDebugSession?.type !== DEBUG_TYPE) return [];
  const last = context.stoppedLocation.end.line;
  const out: InlineValue[] = [];
  for (let n = Math.max(viewPort.start.line, last - INLINE_LINES); n <= last; n++) {
    const { text } = document.lineAt(n);
    if (/^[> ]*@@/.test(text)) out.length = 0;
    const seen = new Set<string>();
    for (const m of text.matchAll(/(?<![\w.>"])[A-Za-z_]\w*(?!\w*\s*\()/g)) {
      if (KEYWORDS.test(m[0]) || seen.has(m[0])) continue;
      seen.add(m[0]);
      out.push(new InlineValueVariableLookup(new Range(n, m.index, n, m.index + m[0].length), m[0], true));
    }
  }
  return out;
}
