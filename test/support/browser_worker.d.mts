import type { Worker } from "node:worker_threads";

export type BrowserWorker = Worker;
export const BASE: string;
export function browserWorker(folder: string): BrowserWorker;
