/**
 * What is made beside the result store when somebody asks: a replay, the runs of a finding on one axis, and the images of a
 * file for the diff editor. What the document shows stays as it was. Leaves out the protocol (server.ts).
 */
import { reviewOptions } from "./config.ts";
import type { TreeImages } from "./emulation/images.ts";
import type { JobOutcome, JobQueue } from "./emulation/job.ts";
import { mailImages, pairOf, placeAsked } from "./features/images.ts";
import type { Snapshot } from "./features/snapshot.ts";
import type { ImagesResult, ReportResult, Settings } from "./protocol.ts";
import { findingReport } from "./report/editor.ts";
import type { TimelineAnswer, TimelineParams } from "./report/panel_view.ts";
import { messageText, terminalData, terminalLines, terminalText } from "./report/text.ts";
import { BY_TYPES } from "./review/finding.ts";
import { parseReplay, replayToken } from "./review/replay.ts";
import type { OpenDocument } from "./state.ts";

/** What a replay came to, as a report. */
export function replayReport(shown: Snapshot, token: string, outcome: JobOutcome): ReportResult {
  const title = terminalText(`Replay ${token.split(":").pop()}`);
  if (outcome.kind === "cancelled") return { title, text: "The replay was cancelled.\n" };
  if (outcome.kind === "failed")
    return { title, text: terminalLines(`The replay failed: ${outcome.message}\n`) };
  const { findings, notes } = outcome.result;
  if (findings.length === 0)
    return { title, text: ["The replay shows no finding.", ...notes.map(terminalText)].join("\n") + "\n" };
  const snapshot = {
    ...shown,
    review: { result: outcome.result, version: shown.version, place: (n: number) => n },
  };
  return { title, text: findings.flatMap((f) => [...findingReport(snapshot, f), ""]).join("\n") };
}

/** Runs a finding's scenario again. */
export async function runTimeline(
  document: OpenDocument,
  queue: Pick<JobQueue, "start">,
  settings: Settings,
  params: TimelineParams,
): Promise<TimelineAnswer> {
  const { review } = document.snapshot();
  const finding = review?.result.findings[params.finding];
  if (finding === undefined) return { timeline: null, why: "this finding belongs to an earlier run" };
  if (finding.scenario === BY_TYPES)
    return { timeline: null, why: "the types decide it: no run is needed to show it" };
  const token = parseReplay(finding.replay);
  const other = typeof params.run === "string" && finding.alsoIn.includes(params.run) ? params.run : null;
  const replay =
    token === null || other === null ? finding.replay : replayToken({ ...token, scenario: other });
  const options = { ...reviewOptions(settings, { replay }), timeline: true };
  const outcome = await queue.start(document.text, document.path, options, () => {}).outcome;
  if (outcome.kind === "cancelled") return { timeline: null, why: "the run was cancelled" };
  if (outcome.kind === "failed") return { timeline: null, why: terminalText(outcome.message) };
  const { timeline, notes } = outcome.result;
  if (timeline === undefined)
    return { timeline: null, why: terminalText(notes[0] ?? "the run shows nothing") };
  return { timeline: terminalData(timeline), why: "" };
}

/** The images of the file that was asked for: whole with a kernel tree, else the parts that the mail shows. */
export async function makeImages(
  document: OpenDocument,
  treeImages: TreeImages,
  settings: Settings,
  asked: unknown,
): Promise<ImagesResult> {
  const snapshot = document.snapshot();
  const place = placeAsked(snapshot, asked);
  if (place === null)
    return { images: null, why: "This document shows no diff with lines: there is no before and after." };
  const parts = (note: string): ImagesResult => ({
    images: pairOf(snapshot, place, mailImages(place.file), { whole: false, note }),
    why: "",
  });
  if (settings.tree === "" || !/\.[ch]$/.test(place.file.path) || place.file.combined) return parts("");
  const { text, path } = document;
  const options = reviewOptions(settings);
  const made = await treeImages({ text, path, options, patch: place.patch.index, file: place.file.path });
  if (made.images === null)
    return parts(messageText(`${made.why}. These are the parts that the mail shows.`));
  const { images } = made;
  const rejected = images.hunks.filter((h) => h.fate.kind === "rejected").length;
  const note =
    rejected === 0
      ? ""
      : `${rejected} of ${images.hunks.length} hunks have no place in this file of the tree: they are in neither image.`;
  return { images: pairOf(snapshot, place, images, { whole: true, note }), why: "" };
}
