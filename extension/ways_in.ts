/**
 * Mails that are in no file yet: commits of a branch as the mails that they will become, and a message of a mailbox or of a
 * list's archive with its thread. `folioscope mails` reads them, in a process of its own, and what it prints is opened.
 * Nothing is asked of the network unless the reader gives an address. Leaves out a browser's editor, which has neither.
 */
import { ProgressLocation, type QuickPickItem, Uri, window, workspace } from "vscode";
import { CONFIG_SECTION, MAIL_LANGUAGE } from "../server/protocol.ts";
import { messageText } from "../server/report/text.ts";
import type { Host } from "./client.ts";
import type { Documents } from "./documents.ts";

interface Ways {
  readonly host: Host;
  readonly documents: Documents;
}

const RANGES: readonly (QuickPickItem & { range: string })[] = [
  { label: "What main lacks", range: "main..HEAD" },
  { label: "What master lacks", range: "master..HEAD" },
  { label: "What its upstream lacks", range: "@{upstream}..HEAD" },
  { label: "The last commit", range: "HEAD~1..HEAD" },
].map((r) => ({ ...r, description: r.range }));

/** Commits of the checkout that is open, as the mails that `git format-patch` makes of them. */
export async function simulateBranch(ways: Ways): Promise<void> {
  const folder = await askFolder();
  if (folder === undefined) return;
  const other = { label: "Another range…", range: "" };
  const chosen = await window.showQuickPick([...RANGES, other], {
    title: "Folioscope: which commits of this branch",
    matchOnDescription: true,
  });
  if (chosen === undefined) return;
  const range =
    chosen.range ||
    (await window.showInputBox({
      title: "Folioscope: which commits",
      prompt: "A range as git takes it: the commits of the second that the first lacks.",
      placeHolder: "v6.12..my-branch",
      validateInput: (v) => (/^[^\s-]\S*$/.test(v.trim()) ? undefined : "Two names with .. between them."),
    }));
  if (range) await open(ways, `Commits ${range}`, ["--range", range.trim()], folder);
}

/** The folder whose repository is meant; told where there is none. */
async function askFolder(): Promise<Uri | undefined> {
  const active = window.activeTextEditor?.document.uri;
  const here = active?.scheme === "file" ? active : undefined;
  // A checkout may lie within the folder that is open.
  if (here && workspace.getWorkspaceFolder(here)) return Uri.joinPath(here, "..");
  const folders = (workspace.workspaceFolders ?? []).filter((f) => f.uri.scheme === "file");
  if (folders.length === 1) return folders[0]?.uri;
  if (folders.length > 1) return (await window.showWorkspaceFolderPick())?.uri;
  if (here !== undefined) return Uri.joinPath(here, "..");
  void window.showInformationMessage("Open the folder of a git checkout first: its commits are read.");
  return undefined;
}

/** A message by its id, out of a mailbox, or by its address in a public-inbox. */
export async function openMessage(ways: Ways): Promise<void> {
  const given = await window.showInputBox({
    title: "Folioscope: Open Message",
    prompt:
      "Its message id, to be looked for in a mailbox of yours; or its address in a list's archive, which is asked for the thread.",
    placeHolder: "20250110060123.1@example.org, or https://lore.kernel.org/nvdimm/…",
    ignoreFocusOut: true,
    validateInput: (v) =>
      v.trim() === "" || /^(?:https?:\/\/\S+|<?[^\s<>@]+@[^\s<>@]+>?)$/i.test(v.trim())
        ? undefined
        : "A message id has an @ in it and no blanks; an address begins with https://.",
  });
  const id = given?.trim().replace(/^<|>$/g, "");
  if (!id) return;
  if (/^https?:/i.test(id)) return open(ways, `Thread of ${lastPart(id)}`, [id]);
  const box = await askMailbox();
  if (box !== undefined) await open(ways, `Thread of ${id}`, ["--message", id, box]);
}

const lastPart = (address: string): string => address.split("/").find((p) => /@|%40/i.test(p)) ?? address;

/** One of the mailboxes in the settings, or another. */
async function askMailbox(): Promise<string | undefined> {
  const named = workspace.getConfiguration(CONFIG_SECTION).get<string[]>("mailboxes") ?? [];
  const known = named.map((box) => ({ label: box, box }));
  if (known.length === 1) return known[0]?.box;
  const folder = { label: "$(folder-opened) A maildir, or a folder of mails…", box: undefined };
  const file = { label: "$(mail) An mbox…", box: undefined };
  const chosen = await window.showQuickPick([...known, folder, file], {
    title: "Folioscope: in which mailbox",
    placeHolder: known.length === 0 ? "The setting folioscope.mailboxes keeps those that you use" : "",
  });
  if (chosen === undefined || chosen.box !== undefined) return chosen?.box;
  const isFolder = chosen === folder;
  const [found] =
    (await window.showOpenDialog({
      title: "The mailbox",
      canSelectFolders: isFolder,
      canSelectFiles: !isFolder,
    })) ?? [];
  return found?.fsPath;
}

async function open(
  { host, documents }: Ways,
  title: string,
  args: readonly string[],
  folder?: Uri,
): Promise<void> {
  const { commandLine } = host;
  if (commandLine === undefined) {
    void window.showInformationMessage(
      "In an editor that is only a browser there are neither mailboxes nor commits.",
    );
    return;
  }
  const said = await window.withProgress(
    { location: ProgressLocation.Notification, title: `Reading: ${title}`, cancellable: true },
    (_progress, token) => commandLine(["mails", ...args], token, folder?.fsPath),
  );
  if (said === undefined) return;
  const told = messageText(said.errors.replace(/^folioscope mails: /gm, "").trim());
  if (said.status !== 0) void window.showWarningMessage(told || "It cannot be read.");
  else {
    if (told !== "") void window.showInformationMessage(told);
    await documents.open("mail", title, said.output, `${folder ?? ""} ${args.join(" ")}`, MAIL_LANGUAGE);
  }
}
