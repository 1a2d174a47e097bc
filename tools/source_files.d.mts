export function sourceFiles(root: string, name: RegExp, folder?: string): Generator<string>;
