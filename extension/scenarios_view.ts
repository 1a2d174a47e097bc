/**
 * The sidebar's second view: the scenarios, with what each does, and what came of them for the document that is looked at. The
 * catalogue is asked for when the view is first seen.
 */
import {
  EventEmitter,
  MarkdownString,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
} from "vscode";
import { METHOD_SCENARIOS, type ScenarioRow, type ScenariosResult } from "../server/protocol.ts";
import { markdownCode, markdownText } from "../server/report/text.ts";
import type { Client } from "./client.ts";
import { verdictIcon } from "./tree.ts";

/** A row; commands take it as the scenario of the document. */
export interface ShownScenario {
  readonly uri?: string;
  readonly scenario: string;
  readonly row: ScenarioRow;
}

export class ScenariosView implements TreeDataProvider<ShownScenario> {
  readonly #client: Client;
  readonly #changed = new EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #uri: string | undefined;

  constructor(client: Client) {
    this.#client = client;
  }

  /** The document that is looked at, or its results, changed. */
  refresh(uri: string | undefined): void {
    this.#uri = uri;
    this.#changed.fire(undefined);
  }

  async getChildren(row?: ShownScenario): Promise<ShownScenario[]> {
    // Without a patch the server sleeps, and the welcome text stands here.
    if (row !== undefined || !this.#client.awake) return [];
    const uri = this.#uri;
    const asked = uri === undefined ? {} : { uri };
    const { scenarios } = await this.#client.request<ScenariosResult>(METHOD_SCENARIOS, asked);
    return scenarios.map((r) => ({ ...asked, scenario: r.name, row: r }));
  }

  getTreeItem({ uri, scenario, row }: ShownScenario): TreeItem {
    const item = new TreeItem(scenario, TreeItemCollapsibleState.None);
    const ran = row.runs === 0 ? "" : `${row.runs} ${row.runs === 1 ? "run" : "runs"}`;
    const told = [row.findings > 0 ? `${row.findings} new` : "", ran].filter((s) => s !== "").join(" · ");
    item.id = scenario;
    item.description = [told, row.title].filter((s) => s !== "").join(" · ");
    item.tooltip = new MarkdownString(
      [
        `**${markdownText(scenario)}**`,
        markdownText(`${row.title}.`),
        row.params === "" ? "" : markdownCode(row.params),
        told === "" ? "It did not run for this document." : markdownText(`${told} for this document`),
      ]
        .filter((s) => s !== "")
        .join("\n\n"),
    );
    item.iconPath = verdictIcon(row.findings > 0 ? "new" : row.verdict, "beaker");
    item.contextValue = uri === undefined ? "scenario" : "scenario.run";
    item.accessibilityInformation = { label: `scenario ${scenario} ${item.description}` };
    return item;
  }
}
